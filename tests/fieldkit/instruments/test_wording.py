from __future__ import annotations

from datetime import date

import pytest

from fieldkit.instruments import forms, wording
from fieldkit.instruments.laws import Citation, law_book
from tests.fieldkit.instruments.factories import values

FORM = forms.load("inspection")


def test_times_are_written_in_the_zone_they_carry() -> None:
    field = FORM.field("time_from")
    assert wording.words(field, "2026-06-11T09:05+08:00") == "2026年6月11日9时05分"
    assert wording.words(field, "2026-06-11T01:05:00Z") == "2026年6月11日1时05分"
    assert wording.words(field, "") == ""


@pytest.mark.parametrize("value", ["2026-06-11T09:30", "soon", "", None, 5])
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
