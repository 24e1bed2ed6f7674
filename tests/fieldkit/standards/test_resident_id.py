from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric as peer

from fieldkit.standards import resident_id
from fieldkit.standards.uscc import MalformedCode

BORN = st.dates(date(1900, 1, 1), date(2025, 12, 31))


def number(area: str, born: date, sequence: int) -> str:
    body = f"{area}{born:%Y%m%d}{sequence:03d}"
    return body + resident_id.check_digit(body)


@given(BORN, st.integers(1, 999))
def test_made_numbers_are_valid_and_tell_their_birth(born: date, sequence: int) -> None:
    code = number("330424", born, sequence)
    assert resident_id.validate(code.lower()) == code
    assert resident_id.birth_date(code) == born


@given(st.dates(date(1990, 1, 1), date(2020, 12, 31)), st.integers(1, 999), st.sampled_from("0123456789X"))
def test_the_peer_agrees_where_it_knows_the_area(born: date, sequence: int, last: str) -> None:
    code = number("330424", born, sequence)[:-1] + last
    assert resident_id.is_valid(code) == peer.is_valid(code)


def test_an_area_that_came_later_than_its_holder_is_no_fault() -> None:
    code = number("330424", date(1960, 5, 1), 12)
    assert resident_id.is_valid(code)
    assert not peer.is_valid(code), "python-stdnum has mended its table"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("33042419900101123", "17位"),
        ("33042419900101123A", "校验码"),
        ("3304241990010112AX", "数字"),
        (number("330424", date(1990, 1, 1), 0), "顺序码"),
    ],
)
def test_a_wrong_number_is_told_with_its_fault(code: str, why: str) -> None:
    with pytest.raises(MalformedCode) as told:
        resident_id.validate(code)
    assert why in told.value.zh


@pytest.mark.parametrize("day", ["19900230", "19901301", "00000101", "17000101"])
def test_an_impossible_birth_is_refused(day: str) -> None:
    body = f"330424{day}123"
    assert not resident_id.is_valid(body + resident_id.check_digit(body))


def test_a_birth_after_today_is_refused_where_today_is_known() -> None:
    code = number("330424", date(2030, 1, 1), 1)
    assert resident_id.is_valid(code)
    assert not resident_id.is_valid(code, today=date(2026, 6, 11))


def test_age_counts_full_years() -> None:
    code = number("330424", date(1985, 6, 12), 1)
    assert resident_id.age_on(code, date(2026, 6, 11)) == 40
    assert resident_id.age_on(code, date(2026, 6, 12)) == 41


def test_on_screen_the_middle_is_hidden() -> None:
    assert resident_id.masked("330424199001011234") == "330424**********34"
    assert resident_id.masked("E1234567") == "********"


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    resident_id.is_valid(text)
    resident_id.masked(text)
