"""Findings and the situation: what stands in the record is what was seen, and what was taken back does not stay."""

from __future__ import annotations

import msgspec

from ui.inspection.session import VisitSession
from ui.inspection.situation import added, removed, stands
from ui.inspection.steps import missing_of

SHORT = "废水处理设施未运行。"
LONG = "现场负责人称，废水处理设施未运行。经核查与事实不符。"


def test_a_sentence_within_another_does_not_stand_by_itself() -> None:
    assert not stands(LONG, SHORT)
    assert added(LONG, SHORT) == f"{LONG}\n{SHORT}"
    assert added(f"{LONG}\n {SHORT}", SHORT) == f"{LONG}\n {SHORT}"
    assert added("", f" {SHORT}\n") == SHORT
    assert added(LONG, " ") == LONG


def test_only_whole_lines_are_taken_out() -> None:
    assert removed(f"{LONG}\n{SHORT}\n其他正常。", SHORT) == f"{LONG}\n其他正常。"
    assert removed(LONG, SHORT) == LONG
    assert removed("甲。\n乙。\n丙。", "甲。\n乙。") == "丙。"
    assert removed(LONG, "") == LONG


def test_the_session_compares_whole_lines(session: VisitSession) -> None:
    session.add_to_situation(LONG)
    session.add_to_situation(SHORT)
    session.add_to_situation(SHORT)
    assert session.value("situation") == f"{LONG}\n{SHORT}"
    session.take_from_situation(SHORT)
    assert session.value("situation") == LONG


def test_a_finding_with_a_gap_is_missing_until_it_is_written_out(session: VisitSession) -> None:
    session.answer("permits.ledger", "不符合", "该单位环境管理台账……记录不完整。")
    gaps = [item for item in missing_of(session, "inspect") if "……" in item.text]
    assert [item.target for item in gaps] == ["permits.ledger"]
    assert "findings.finished" in session.check("print").blocks
    session.answer("permits.ledger", "不符合", "该单位环境管理台账6月记录不完整。")
    assert not [item for item in missing_of(session, "inspect") if "……" in item.text]


def test_a_finding_that_is_not_in_the_record_is_missing_before_printing(session: VisitSession) -> None:
    session.answer("permits.ledger", "不符合", SHORT)
    assert any("没有写" in item.text and item.target == "situation" for item in missing_of(session, "record"))
    session.add_to_situation(SHORT)
    assert not any("没有写" in item.text for item in missing_of(session, "record"))


def test_a_bottle_s_number_is_never_given_again(session: VisitSession) -> None:
    first, second = session.labels.new_sample(None), session.labels.new_sample(None)
    session.drop_sample(second.id)
    third = session.labels.new_sample(None)
    session.drop_sample(third.id)
    session.drop_sample(first.id)
    fourth = session.labels.new_sample(None)
    while session.undoable:
        session.undo()
    fifth = session.labels.new_sample(None)
    numbers = [sample.number for sample in (first, second, third, fourth, fifth)]
    assert len(set(numbers)) == 5
    assert [number[-2:] for number in numbers] == ["01", "02", "03", "04", "05"]


def test_a_bottle_s_number_of_an_older_visit_is_respected(session: VisitSession) -> None:
    first = session.labels.new_sample(None)
    session.replace(msgspec.structs.replace(session.visit, bottles_numbered=0), "samples")
    assert session.labels.new_sample(None).number != first.number
