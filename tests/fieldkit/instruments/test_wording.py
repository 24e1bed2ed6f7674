from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from fieldkit.instruments import forms, wording
from fieldkit.instruments.laws import Citation, law_book
from tests.fieldkit.instruments.factories import values

FORM = forms.load("inspection")


@pytest.fixture(params=["UTC", "America/New_York"])
def _laptop_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the laptop's own zone, which must not matter."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        _apply_zone()
        yield
    _apply_zone()


def _apply_zone() -> None:
    if sys.platform != "win32":  # Windows has no tzset; there the zone of the machine stands
        time.tzset()


@pytest.mark.usefixtures("_laptop_zone")
@pytest.mark.parametrize(
    "value", ["2026-06-11T09:05+08:00", "2026-06-11T01:05:00Z", "2026-06-11T01:05+00:00", "2026-06-10T20:05-05:00"]
)
def test_times_are_written_in_beijing_time_whatever_offset_they_carry(value: str) -> None:
    assert wording.words(FORM.field("time_from"), value) == "2026年6月11日9时05分"
    assert wording.visit_day(values(time_from=value)) == date(2026, 6, 11)


@pytest.mark.usefixtures("_laptop_zone")
def test_a_visit_after_midnight_in_beijing_has_that_day() -> None:
    assert wording.visit_day(values(time_from="2026-08-14T16:30:00Z")) == date(2026, 8, 15)
    assert wording.time_words(datetime(2026, 8, 14, 16, 30, tzinfo=UTC)) == "2026年8月15日0时30分"


@pytest.mark.parametrize("value", ["2026-06-11T09:30", "9999-12-31T23:59Z", "soon", "", None, 5])
def test_a_time_without_zone_is_no_moment(value: object) -> None:
    assert wording.moment(value) is None


def test_the_day_of_the_visit_is_the_local_one() -> None:
    assert wording.visit_day(values(time_from="2026-08-15T00:30+08:00")) == date(2026, 8, 15)
    assert wording.visit_day(values(time_from="")) is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("recusal.answer", "no", "不申请回避"),
        ("recusal.answer", None, ""),
        ("notices.ids_shown", True, "是"),
        ("notices.ids_shown", False, "否"),
        ("notices.ids_shown", None, ""),
        ("site_person.age", 41, "41"),
        ("inspectors", [{"name": "甲", "number": "1"}, {"name": "乙", "number": "2"}], "甲、乙"),
        ("others", [], ""),
    ],
)
def test_each_type_has_its_words(field: str, value: object, words: str) -> None:
    assert wording.words(FORM.field(field), value) == words


def test_a_template_without_any_value_is_empty_and_with_some_keeps_its_words() -> None:
    template = "{time_from} 至 {time_to}"
    assert wording.fill(template, FORM, forms.blank(FORM)) == ""
    assert wording.fill(template, FORM, values(time_to="")) == "2026年6月11日9时30分 至"
    assert wording.fill("固定文字", FORM, {}) == "固定文字"
    assert wording.fill("{title} {relation}", FORM, {}, {"title": "网格员"}) == "网格员"


def test_a_citation_gives_way_once_its_law_ended_and_is_said_once() -> None:
    cite = [
        Citation("hjbhf-2014", "第二十四条"),
        Citation("swrfz-2017", "第三十条"),
        Citation("xzcf-2021", "第五十五条"),
    ]
    book = law_book()
    assert book.words(cite, date(2026, 8, 15)) == "条款待核、《中华人民共和国行政处罚法》第五十五条"
    assert book.words(cite, date(2026, 8, 14)).count("条款待核") == 0
    assert book.words([], date(2026, 8, 15)) == ""
