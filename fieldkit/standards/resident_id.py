"""Resident identity numbers (GB 11643-1999): check digit, birth date, sequence; the area is only a hint."""

from __future__ import annotations

from datetime import date
from typing import Final

from fieldkit.standards.uscc import MalformedCode, compact

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK: Final = "10X98765432"
LENGTH: Final = 18


def check_digit(first17: str) -> str:
    """Return the 18th character for 17 digits.

    Raises:
        MalformedCode: not 17 digits.
    Source: GB 11643-1999, 4.4 (ISO 7064 MOD 11-2).
    """
    if len(first17) != LENGTH - 1 or not _digits(first17):
        raise MalformedCode(code=first17, why="前17位应为数字", why_en="the first 17 must be digits")
    return CHECK[sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True)) % 11]


def validate(text: str, today: date | None = None) -> str:
    """Return the compact number.

    The area is not looked up: codes were changed and withdrawn while their holders kept the number (330424 before
    about 1983).

    Args:
        text: the number as typed.
        today: births after this day are refused; without it only impossible dates are.

    Raises:
        MalformedCode: says what is wrong with it.
    """
    code = compact(text)
    if len(code) != LENGTH:
        raise MalformedCode(code=code, why=f"应为18位，现为{len(code)}位", why_en=f"18 are wanted, not {len(code)}")
    if code[-1] != check_digit(code[:-1]):
        raise MalformedCode(code=code, why="校验码不符", why_en="the check digit is wrong")
    born = birth_date(code)
    if today is not None and born > today:
        raise MalformedCode(code=code, why="出生日期晚于今天", why_en="the birth date lies in the future")
    if code[14:17] == "000":
        raise MalformedCode(code=code, why="顺序码不能是000", why_en="the sequence can't be 000")
    return code


def is_valid(text: str, today: date | None = None) -> bool:
    """Return whether `text` is a resident identity number with a right check digit and a real date."""
    try:
        validate(text, today)
    except MalformedCode:
        return False
    return True


def birth_date(code: str) -> date:
    """Return the date of birth in digits 7 to 14.

    Raises:
        MalformedCode: there is no such day, or the year is before 1850.
    """
    try:
        born = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError as error:
        raise MalformedCode(code=code, why="出生日期不存在", why_en="there is no such birth date") from error
    if born.year < 1850:
        raise MalformedCode(code=code, why="出生日期不合理", why_en="the birth date can't be right")
    return born


def age_on(code: str, day: date) -> int:
    """Return full years of age on a day."""
    born = birth_date(code)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def masked(text: str) -> str:
    """Return the number for the screen: the first six and the last two are shown; short texts are hidden whole."""
    code = compact(text)
    return f"{code[:6]}{'*' * (len(code) - 8)}{code[-2:]}" if len(code) > 10 else "*" * len(code)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
