"""Unified social credit codes (GB 32100-2015): parse, check, explain."""

from __future__ import annotations

from typing import Final

from fieldkit.errors import InvalidInput

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters: no I, O, S, V, Z."""

LENGTH: Final = 18


class MalformedCode(InvalidInput):
    """A code has the wrong length, a character it may not have, or a wrong check digit."""

    key = "standards.malformed"


def check_digit(first17: str) -> str:
    """Return the 18th character for `first17`.

    Weighted sum with weights 3**i mod 31 over the 31-character alphabet.

    Raises:
        MalformedCode: a character outside the alphabet, or not 17 of them.
    Source: GB 32100-2015, 4.2.5.
    """
    _check_characters(first17, LENGTH - 1)
    total = sum(ALPHABET.index(character) * pow(3, i, 31) for i, character in enumerate(first17))
    return ALPHABET[(31 - total % 31) % 31]


def compact(text: str) -> str:
    """Return a code as written down: upper case, full-width forms narrowed, without spaces and dashes."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    return "".join(c for c in narrow if not c.isspace() and c not in "-‐–—").upper()


def validate(text: str) -> str:
    """Return the compact code.

    Raises:
        MalformedCode: says what is wrong with it.
    """
    code = compact(text)
    _check_characters(code, LENGTH)
    if not code[2:8].isdigit():
        raise MalformedCode(code=code, why="登记管理机关行政区划码应为数字", why_en="the division code is not numeric")
    if code[-1] != check_digit(code[:-1]):
        raise MalformedCode(code=code, why="校验码不符", why_en="the check digit is wrong")
    return code


def is_valid(text: str) -> bool:
    """Return whether `text` is a unified social credit code with a right check digit."""
    try:
        validate(text)
    except MalformedCode:
        return False
    return True


def division(code: str) -> str:
    """Return the six-digit division of the registering authority; it need not be where the factory stands."""
    return code[2:8]


def _check_characters(code: str, length: int) -> None:
    if len(code) != length:
        raise MalformedCode(
            code=code,
            why=f"应为{length}位，现为{len(code)}位",
            why_en=f"{length} characters are wanted, not {len(code)}",
        )
    strange = sorted({character for character in code if character not in ALPHABET})
    if strange:
        listed = "、".join(strange)
        raise MalformedCode(code=code, why=f"含有不允许的字符{listed}", why_en=f"it may not hold {listed}")
