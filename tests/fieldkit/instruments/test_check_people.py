"""Officers, times and signatures in the record check: whose ID counts, on which days, and who must have signed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from fieldkit.instruments.check import CheckReport
from fieldkit.model.record import Values
from fieldkit.model.stamp import Stamp
from tests.fieldkit.instruments.factories import officers, signatures, values
from tests.fieldkit.instruments.test_check import FIRST, asked, finished, rule

OVERNIGHT = {"time_from": "2026-06-11T23:30+08:00", "time_to": "2026-06-12T00:40+08:00"}
DAYS_LATER = Stamp(at=datetime(2026, 6, 20, 4, 0, tzinfo=UTC), source="server")


def test_a_number_under_another_name_is_not_recorded() -> None:
    second = {"name": "冒名", "number": "33042401002", "unit": ""}
    report = asked(values(inspectors=[FIRST, second]))
    assert "officers.recorded" in report.blocks
    assert "冒名" in rule(report, "officers.recorded").message
    spaced = {"name": " 陆演练 ", "number": "33042401002", "unit": ""}
    assert "officers.recorded" not in asked(values(inspectors=[FIRST, spaced])).blocks


def test_an_id_counts_by_the_visit_s_day_and_not_by_today() -> None:
    expired_since = officers(date(2026, 6, 15))
    assert "officers.valid" not in asked(values(), officers=expired_since, now=DAYS_LATER).blocks
    renewed_too_late = officers(date(2026, 6, 10))
    assert "officers.valid" in asked(values(), officers=renewed_too_late, now=DAYS_LATER).blocks
    early = Stamp(at=datetime(2026, 6, 9, 4, 0, tzinfo=UTC), source="laptop")
    assert "officers.valid" in asked(values(), officers=renewed_too_late, now=early).blocks


def test_an_id_that_ends_at_midnight_does_not_reach_past_it() -> None:
    assert "officers.valid" in asked(values(**OVERNIGHT), officers=officers(date(2026, 6, 11)), now=DAYS_LATER).blocks
    assert (
        "officers.valid" not in asked(values(**OVERNIGHT), officers=officers(date(2026, 6, 12)), now=DAYS_LATER).blocks
    )


def test_the_days_are_those_of_beijing() -> None:
    in_utc: Values = {"time_from": "2026-06-11T15:30Z", "time_to": "2026-06-11T16:40Z"}
    assert "officers.valid" in asked(values(**in_utc), officers=officers(date(2026, 6, 11)), now=DAYS_LATER).blocks


def test_a_visit_without_duration_blocks_and_one_over_a_day_is_asked_about() -> None:
    at_once = asked(values(time_to=values()["time_from"]))
    assert "time.duration" in at_once.blocks
    assert "相同" in rule(at_once, "time.duration").message
    long = asked(values(time_to="2026-06-12T09:31+08:00"), now=DAYS_LATER)
    assert long.blocks == ()
    assert "24小时" in rule(long, "time.long").message
    whole_day = asked(values(time_to="2026-06-12T09:30+08:00"), now=DAYS_LATER)
    assert rule(whole_day, "time.long").state == "met"


@pytest.mark.parametrize("age", [-1, 121, 415, "415", "四十"])
def test_an_age_nobody_has_is_refused(age: object) -> None:
    report = asked(values(site_person__age=age))
    assert "fields.range" in report.blocks
    assert rule(report, "fields.range").field == "site_person.age"
    assert "年龄" in rule(report, "fields.range").message


@pytest.mark.parametrize("age", [0, 41, "41", 120, None, ""])
def test_an_age_somebody_has_or_none_is_taken(age: object) -> None:
    assert "fields.range" not in asked(values(site_person__age=age)).blocks


def _with_state(box: str, state: str, page: int | None = None) -> CheckReport:
    changed: Any = [
        msgspec.structs.replace(item, state=state, note="另有任务，先行离开")
        if item.box == box and page in (None, item.page)
        else item
        for item in signatures(2)
    ]
    return finished(signatures=tuple(changed))


@pytest.mark.parametrize("state", ["refused", "absent"])
def test_an_inspector_who_did_not_sign_leaves_the_record_undone(state: str) -> None:
    report = _with_state("inspector2", state)
    assert "signatures.inspectors" in report.blocks
    assert rule(report, "signatures.inspectors").field == "signature:1:inspector2"
    assert _with_state("inspector1", state, page=2).blocks == ("signatures.inspectors",)


@pytest.mark.parametrize("box", ["party", "recorder"])
def test_others_may_refuse_with_a_note(box: str) -> None:
    assert _with_state(box, "refused").blocks == ()
