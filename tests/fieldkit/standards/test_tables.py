from __future__ import annotations

import pytest

from fieldkit.standards import divisions, tables


def test_the_county_has_nine_towns() -> None:
    towns = divisions.towns("330424")
    assert len(towns) == 9
    assert towns["330424001"] == "武原街道"


@pytest.mark.parametrize(
    ("code", "name"), [("33", "浙江省"), ("330424", "浙江省嘉兴市海盐县"), ("330424001", "浙江省嘉兴市海盐县武原街道")]
)
def test_full_names_go_down_from_the_province(code: str, name: str) -> None:
    assert divisions.full_name(code) == name


def test_an_unknown_division_has_no_name() -> None:
    assert divisions.name("999999") == ""
    assert divisions.full_name("339999") == "浙江省"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("w01001", "w01001"),
        ("pH", "w01001"),
        ("化学需氧量", "w01018"),
        ("codcr", "w01018"),
        ("氨氮", "w21003"),
        ("a21026", "a21026"),
    ],
)
def test_a_pollutant_is_found_by_code_name_or_short_form(text: str, code: str) -> None:
    found = tables.pollutant(text)
    assert found is not None
    assert found.code == code


def test_every_pollutant_names_its_standard() -> None:
    for entry in tables.pollutants():
        assert entry.source.startswith("HJ 525" if entry.code.startswith("w") else "HJ 524")
        assert entry.medium == ("废水" if entry.code.startswith("w") else "废气")
    assert tables.pollutant("unobtainium") is None


def test_industries_of_the_county_have_names() -> None:
    assert tables.industry_name("C3482") == "紧固件制造"
    assert tables.industry_name("Z9999") == ""
