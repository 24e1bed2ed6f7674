from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from fieldkit.instruments import forms
from fieldkit.instruments.check import CheckReport, RuleResult, Stage, check, rules_of
from fieldkit.instruments.laws import law_book
from fieldkit.instruments.rules import TESTS
from fieldkit.model.record import Record, Values
from fieldkit.model.stamp import Stamp
from tests.fieldkit.instruments.factories import context, officers, record, revision, signatures, values


def asked(of: Values, stage: Stage = "print", **known: Any) -> CheckReport:
    return check(record(of), context(**known), stage)


def rule(report: CheckReport, rule_id: str) -> RuleResult:
    return next(result for result in report.rules if result.id == rule_id)


def finished(**known: Any) -> CheckReport:
    """Check a printed and signed record before the end."""
    of = known.pop("of", values())
    frozen = known.pop("frozen", of)
    pages = known.pop("pages", 2)
    known.setdefault("signatures", signatures(pages))
    return check(record(of, revisions=(revision(frozen, pages=pages),)), context(**known), "done")


def other(name: str) -> Record:
    return Record(id="x", form=forms.load("inspection").ref, number="2", values={"party": {"name": name}})


def test_a_good_record_may_be_printed_and_a_signed_one_finished() -> None:
    report = asked(values())
    assert (report.blocks, report.vetoes) == ((), ())
    assert (report.score, report.out_of) == (7, 7)
    done = finished()
    assert (done.blocks, done.vetoes) == ((), ())
    assert (done.score, done.out_of) == (9, 9)


OTHER_INSPECTOR = {"name": "外来人", "number": "33042499999", "unit": ""}
FIRST = values()["inspectors"][0]


@pytest.mark.parametrize(
    ("changes", "known", "rule_id", "veto", "field", "words"),
    [
        ({"inspectors": [FIRST]}, {}, "officers.two", True, "inspectors", "不足两人"),
        ({"inspectors": [FIRST, FIRST]}, {}, "officers.two", True, "inspectors", "重复"),
        ({"inspectors": []}, {}, "officers.two", True, "inspectors", "不足两人"),
        ({"inspectors": [FIRST, OTHER_INSPECTOR]}, {}, "officers.recorded", True, "inspectors", "外来人"),
        ({}, {"officers": officers(None)}, "officers.recorded", True, "inspectors", "陆演练"),
        ({}, {"officers": officers(date(2026, 6, 10))}, "officers.valid", True, "inspectors", "2026-06-10到期"),
        ({"time_to": "2026-06-11T09:29+08:00"}, {}, "time.order", False, "time_to", "早于"),
        ({"time_to": "2026-06-11T12:01+08:00"}, {}, "time.not_future", False, "time_to", "服务器时间"),
        ({"notices__ids_shown": None}, {}, "notices.confirmed", False, "notices.ids_shown", "出示执法证件"),
        ({"notices__cooperation_told": False}, {}, "notices.confirmed", False, "notices.cooperation_told", "配合"),
        ({"recusal__answer": None}, {}, "recusal.answered", False, "recusal.answer", "未回答"),
        ({"recusal__answer": "yes"}, {}, "recusal.reason", False, "recusal.reason", "理由"),
        ({"sampling__done": False}, {}, "sampling.recorded", True, "sampling.done", "样品"),
        ({}, {"documents": [other("另一家")]}, "party.same_name", True, "party.name", "另一家"),
        ({"place": " "}, {}, "fields.required", False, "place", "检查地点"),
        ({"recorder__number": ""}, {}, "fields.required", False, "recorder.number", "记录人"),
        ({"inspectors": [{**FIRST, "name": ""}, OTHER_INSPECTOR]}, {}, "fields.required", False, "inspectors", "姓名"),
    ],
)
def test_each_hard_block_forbids_printing_and_names_its_field(
    changes: Values, known: dict[str, Any], rule_id: str, veto: bool, field: str, words: str
) -> None:
    report = asked(values(**changes), **known)
    assert rule_id in report.blocks
    assert (rule_id in report.vetoes) == veto
    result = rule(report, rule_id)
    assert result.state == "missed"
    assert result.field == field
    assert words in result.message
    assert result.source


def test_untold_recusal_or_defence_voids_the_file() -> None:
    for field in ("notices__recusal_told", "notices__defence_told"):
        assert "notices.recusal_defence" in asked(values(**{field: None})).vetoes


def test_sampling_without_a_registered_sample_voids_the_file() -> None:
    assert "sampling.samples" in asked(values(), samples=()).vetoes


def test_an_id_is_valid_through_its_last_day() -> None:
    assert "officers.valid" not in asked(values(), officers=officers(date(2026, 6, 11))).blocks


def test_a_future_time_blocks_by_a_trusted_clock_and_only_warns_by_the_laptop() -> None:
    early = datetime(2026, 6, 11, 1, 0, tzinfo=UTC)
    by_satellite = asked(values(), now=Stamp(at=early, source="gps"))
    assert "time.not_future" in by_satellite.blocks
    assert rule(by_satellite, "time.not_future_laptop").state == "not-applicable"
    by_laptop = asked(values(), now=Stamp(at=early, source="laptop"))
    assert by_laptop.blocks == ()
    assert rule(by_laptop, "time.not_future").state == "not-applicable"
    assert rule(by_laptop, "time.not_future_laptop").state == "missed"


def test_a_name_or_code_that_looks_wrong_is_only_hinted_at() -> None:
    report = asked(values(party__code="91350100M000100Y4Z"), archive_names=("海盐示例五金厂", "海盐示例标准件厂"))
    assert report.blocks == ()
    assert rule(report, "party.code").state == "missed"
    assert rule(report, "party.archive_name").state == "missed"
    former = asked(values(), archive_names=("海盐示例五金厂", "海盐示例紧固件有限公司"))
    assert rule(former, "party.archive_name").state == "met"
    passport = asked(values(party__code_kind="other", party__code="E00000000"))
    assert rule(passport, "party.code").state == "not-applicable"


def test_nothing_is_finished_before_it_is_printed_as_it_stands() -> None:
    assert asked(values(), "done").blocks == ("revision.printed",)
    assert finished(frozen=values(place="别处")).blocks == ("revision.current",)


def test_every_box_of_every_page_needs_a_state() -> None:
    report = finished(signatures=signatures(2, without=((2, "recorder"), (1, "party"))))
    assert report.blocks == ("signatures.stated",)
    assert "第1页被检查人" in rule(report, "signatures.stated").message
    assert rule(report, "signatures.stated").field == "signature:1:party"
    assert rule(report, "basic.pages_signed").state == "missed"
    assert rule(report, "basic.last_page").state == "missed"


def test_states_of_an_earlier_printing_do_not_count() -> None:
    assert "signatures.stated" in finished(signatures=signatures(2, number=2)).blocks


def test_a_witness_box_is_asked_for_only_where_someone_took_part() -> None:
    people = [{"name": "王见证", "unit": "", "title": "", "relation": "见证人"}]
    report = finished(of=values(others=people))
    assert "参加人" in rule(report, "signatures.stated").message


@pytest.mark.parametrize(("note", "blocked"), [("", True), ("拒绝签名，执法记录仪编号示例01", False)])
def test_a_refusal_stands_with_the_officers_note_and_not_without(note: str, blocked: bool) -> None:
    refused = [
        msgspec.structs.replace(item, state="refused", note=note) if item.box == "party" else item
        for item in signatures(2)
    ]
    report = finished(signatures=tuple(refused))
    assert ("signatures.noted" in report.blocks) == blocked
    assert (rule(report, "basic.pages_signed").state == "missed") == blocked


def test_the_report_has_the_shape_that_stays() -> None:
    report = msgspec.to_builtins(asked(values()))
    assert {"score", "out_of", "blocks", "vetoes", "rules"} <= set(report)
    for result in report["rules"]:
        assert {"id", "state", "points", "source", "field", "message"} <= set(result)
        assert result["state"] in ("met", "missed", "not-applicable")


def test_every_rule_names_a_test_and_every_test_has_a_rule() -> None:
    rules = rules_of("huanban-2024-9", "inspection")
    assert {item.test for item in rules} == set(TESTS)
    assert len({item.id for item in rules}) == len(rules)
    known = {field.id for field in forms.load("inspection").fields}
    for item in rules:
        assert item.field is None or item.field in known
        assert set(item.fields) <= known
        assert (item.points > 0) == ("score" in item.kinds)
    assert sum(item.points for item in rules) == 9


def test_sources_cite_the_law_in_force() -> None:
    assert rule(asked(values()), "officers.two").source == "《中华人民共和国行政处罚法》第四十二条"
    rules = rules_of("huanban-2024-9", "inspection")
    assert all(citation.law in law_book().laws for item in rules for citation in item.cite)
    assert all(result.source for result in asked(values()).rules)


def test_an_empty_record_is_blocked_without_stumbling() -> None:
    blank = forms.blank(forms.load("inspection"))
    for stage in ("print", "done"):
        report = check(record(blank), context(officers=()), stage)
        assert {"fields.required", "officers.two", "notices.confirmed", "recusal.answered"} <= set(report.blocks)
    assert check(record({}), context(), "print").blocks
