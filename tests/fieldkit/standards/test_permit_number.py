from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.standards import permit_number
from fieldkit.standards.uscc import MalformedCode

HOLDER = "91350100M000100Y43"


def test_the_parts_of_a_number() -> None:
    parts = permit_number.parse(f"{HOLDER}001V")
    assert parts == (HOLDER, "001", "V")
    assert parts.has_uscc


def test_the_last_character_is_a_mark_and_no_check_digit() -> None:
    assert all(permit_number.is_valid(f"{HOLDER}001{mark}") for mark in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_a_unit_without_credit_code_has_a_number_too() -> None:
    assert not permit_number.parse("H93304240000000001001P").has_uscc


@pytest.mark.parametrize("code", ["", HOLDER, f"{HOLDER}01V", f"{HOLDER}0011V", f"{HOLDER[:-1]}I001V", f"{HOLDER}A01V"])
def test_other_forms_are_refused(code: str) -> None:
    assert not permit_number.is_valid(code)
    with pytest.raises(MalformedCode):
        permit_number.parse(code)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("DW001", "outfall"),
        ("DA012", "outfall"),
        ("TA001", "facility"),
        ("TW001", "facility"),
        ("TN003", "facility"),
        ("TS004", "facility"),
        ("MF0003", "equipment"),
        ("DX001", None),
        ("DW01", None),
        ("MF003", None),
        ("dw001", None),
    ],
)
def test_codes_of_outfalls_facilities_and_equipment(code: str, kind: str | None) -> None:
    assert permit_number.unit_kind(code) == kind


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    permit_number.is_valid(text)
    permit_number.unit_kind(text)
