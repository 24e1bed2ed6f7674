from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as peer

from fieldkit.standards import uscc
from fieldkit.standards.uscc import ALPHABET, MalformedCode

TRUE = ("91130200699229617X", "91350100M000100Y43", "91110000600037341L")
BODIES = st.builds(
    lambda head, division, rest: head + division + rest,
    st.text("123456789", min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", TRUE)
def test_known_codes_are_valid(code: str) -> None:
    assert uscc.is_valid(code)
    assert uscc.validate(f" {code[:8].lower()}-{code[8:]} ") == code
    assert uscc.check_digit(code[:-1]) == code[-1]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("91350100M000100Y4Z", "不允许的字符Z"),
        ("91350100M000100Y44", "校验码"),
        ("91350100M000100Y4", "17位"),
        ("", "0位"),
        ("91A50100M000100Y43", "区划"),
        ("91350100I000100Y43", "不允许的字符I"),
    ],
)
def test_a_wrong_code_is_told_with_its_fault(code: str, why: str) -> None:
    with pytest.raises(MalformedCode) as told:
        uscc.validate(code)
    assert why in told.value.zh
    assert not uscc.is_valid(code)


@given(BODIES)
def test_made_codes_are_valid_here_and_for_the_peer(body: str) -> None:
    code = body + uscc.check_digit(body)
    assert uscc.is_valid(code)
    assert peer.is_valid(code)


@given(BODIES, st.sampled_from(ALPHABET))
def test_the_peer_agrees_on_every_last_character(body: str, last: str) -> None:
    assert uscc.is_valid(body + last) == peer.is_valid(body + last)


@given(BODIES, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_seen(body: str, at: int, other: str) -> None:
    code = body + uscc.check_digit(body)
    altered = code[:at] + other + code[at + 1 :]
    assert uscc.is_valid(altered) == (altered == code)


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    uscc.is_valid(text)


def test_registering_authorities_with_a_letter_are_known() -> None:
    """Rural collectives have codes that begin with N; python-stdnum takes only digits there."""
    body = "N2330424MF1234567"
    code = body + uscc.check_digit(body)
    assert uscc.is_valid(code)
    assert not peer.is_valid(code), "python-stdnum has mended its first two places"


def test_full_width_forms_are_read() -> None:
    assert uscc.validate("９１３５０１００Ｍ０００１００Ｙ４３") == "91350100M000100Y43"
    assert uscc.division("91350100M000100Y43") == "350100"
