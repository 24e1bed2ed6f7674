"""Text in the record check: gaps, findings that are not in the record, characters no font has, a reason nobody gave."""

from __future__ import annotations

import pytest

from fieldkit.instruments.rules import Finding
from tests.fieldkit.instruments.factories import values
from tests.fieldkit.instruments.test_check import asked, rule

SEEN = "危险废物贮存间外露天堆放废酸桶3只。"


def test_a_reason_beside_a_no_to_recusal_blocks() -> None:
    report = asked(values(recusal={"answer": "no", "reason": "亲属"}))
    assert "recusal.no_reason" in report.blocks
    assert rule(report, "recusal.no_reason").field == "recusal.reason"
    assert (
        rule(asked(values(recusal={"answer": "yes", "reason": "亲属"})), "recusal.no_reason").state == "not-applicable"
    )
    assert rule(asked(values()), "recusal.no_reason").state == "met"


def test_a_gap_left_in_the_situation_blocks() -> None:
    report = asked(values(situation="该单位通过……排放废水。"))
    assert "situation.finished" in report.blocks
    assert rule(report, "situation.finished").field == "situation"


def test_a_gap_left_in_a_finding_blocks() -> None:
    text = "该单位环境管理台账……记录不完整。"
    report = asked(values(situation=f"正常生产。\n{text}"), findings=(Finding("台账", "不符合", text),))
    assert {"findings.finished", "situation.finished"} <= set(report.blocks)
    assert "台账" in rule(report, "findings.finished").message


def test_a_finding_that_the_record_does_not_hold_blocks_and_names_its_item() -> None:
    report = asked(values(), findings=(Finding("贮存场所", "不符合", SEEN),))
    assert "findings.written" in report.blocks
    assert "贮存场所" in rule(report, "findings.written").message
    assert rule(report, "findings.written").field == "situation"


@pytest.mark.parametrize("situation", [SEEN, f"正常生产。\n{SEEN}\n台账齐全。", f"正常生产。{SEEN}台账齐全。"])
def test_a_finding_in_the_record_s_words_is_written(situation: str) -> None:
    assert asked(values(situation=situation), findings=(Finding("贮存场所", "不符合", SEEN),)).blocks == ()


def test_a_finding_taken_back_that_still_stands_in_the_record_is_told() -> None:
    found = (Finding("贮存场所", "符合", SEEN),)
    report = asked(values(situation=f"正常生产。\n{SEEN}"), findings=found)
    assert "findings.withdrawn" in report.blocks
    assert "贮存场所" in rule(report, "findings.withdrawn").message
    assert asked(values(), findings=found).blocks == ()


@pytest.mark.parametrize(
    ("changes", "field", "mark"),
    [
        ({"situation": "现场😀"}, "situation", "U+1F600"),
        ({"site_person__name": "张\ue000"}, "site_person.name", "U+E000"),
        ({"others": [{"name": "王😀", "unit": "", "title": "", "relation": ""}]}, "others", "U+1F600"),
    ],
)
def test_a_character_no_font_has_is_told_at_its_field(changes: dict[str, object], field: str, mark: str) -> None:
    report = asked(values(**changes))
    assert "text.printable" in report.blocks
    assert rule(report, "text.printable").field == field
    assert mark in rule(report, "text.printable").message


def test_rare_characters_and_composed_letters_can_be_printed() -> None:
    assert asked(values(situation="𠮷田𠀋、A\u030angstro\u0308m、NH₃\u200b")).blocks == ()
