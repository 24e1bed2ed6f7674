"""The demo county: same every time, valid in form, plainly fictional."""

from datetime import date, timedelta

import msgspec
import pytest
from stdnum.cn import uscc

from fieldkit.demo import TODAY, County, county, kit_officers
from fieldkit.demo.enterprises import GATE, LONGEST, RARE
from fieldkit.demo.places import inside
from fieldkit.instruments import checklists
from fieldkit.standards import permit_number, tables


@pytest.fixture(scope="module")
def demo() -> County:
    return county()


def test_the_same_seed_and_day_give_the_same_bytes(demo: County) -> None:
    again = county(today=TODAY)
    assert msgspec.json.encode(demo) == msgspec.json.encode(again)


def test_another_seed_gives_other_enterprises(demo: County) -> None:
    other = county(seed=7, key_sources=5, others=5)
    assert {e.id for e in other.enterprises}.isdisjoint({e.id for e in demo.enterprises})


def test_asking_for_more_changes_none_of_the_first() -> None:
    few, many = county(key_sources=10, others=0), county(key_sources=10, others=30)
    assert many.enterprises[:10] == few.enterprises


def test_there_are_43_key_sources_and_400_others_in_nine_towns(demo: County) -> None:
    assert sum(e.level != "一般" for e in demo.enterprises) == 43
    assert sum(e.level == "一般" for e in demo.enterprises) == 400
    assert len({e.division for e in demo.enterprises}) == 9
    assert sum(len(d.code) == 9 for d in demo.divisions) == 9
    assert sum(len(d.code) == 12 for d in demo.divisions) == 122


def test_everything_is_marked_as_demo_and_named_as_example(demo: County) -> None:
    for thing in (*demo.enterprises, *demo.visits, *demo.tasks, *demo.petitions, *demo.officers):
        assert thing.demo
    assert all("示例" in e.name for e in demo.enterprises)
    assert len({e.name for e in demo.enterprises}) == 443
    assert all(r.demo for v in demo.visits for r in v.records)


def test_codes_are_valid_and_differ(demo: County) -> None:
    for enterprise in demo.enterprises:
        uscc.validate(enterprise.uscc)
        for permit in enterprise.permits:
            assert permit.number.startswith(enterprise.uscc)
            assert len(permit.number) == 22
    assert len({e.uscc for e in demo.enterprises}) == 443


def test_points_lie_in_the_county(demo: County) -> None:
    assert all(e.point and inside(e.point.lon, e.point.lat) for e in demo.enterprises)


def test_the_gate_enterprise_has_history_a_task_today_and_a_permit_that_ends_soon(demo: County) -> None:
    gate = demo.enterprises[0]
    assert gate.name == GATE == "海盐示例紧固件有限公司"
    assert gate.permits[0].valid_to == TODAY + timedelta(days=23)
    assert sum(v.enterprise_id == gate.id for v in demo.visits) >= 2
    assert any(t.enterprise_id == gate.id and t.due_on == TODAY and t.state == "下派" for t in demo.tasks)


def test_the_hard_cases_are_there(demo: County) -> None:
    assert len(LONGEST) == 40
    assert LONGEST in {e.name for e in demo.enterprises}
    assert RARE in {e.legal_person for e in demo.enterprises}
    assert any(p.valid_to < TODAY for e in demo.enterprises for p in e.permits)
    assert any(not p.acceptance_no for e in demo.enterprises for p in e.projects)
    assert any(not e.permits for e in demo.enterprises)


def test_officers_cover_each_case_of_an_enforcement_id(demo: County) -> None:
    by_number = {o.number: o for o in demo.officers}
    first, second = (by_number[number] for number in kit_officers())
    assert first.squad == second.squad == demo.enterprises[0].squad
    assert first.expires_on is not None
    assert first.expires_on > TODAY
    assert any(o.expires_on is not None and o.expires_on < TODAY for o in demo.officers)
    assert any(o.expires_on is None and o.role == "执法人员" for o in demo.officers)
    assert any(o.role == "大队长" for o in demo.officers)


def test_references_lead_somewhere(demo: County) -> None:
    enterprises = {e.id for e in demo.enterprises}
    visits = {v.id for v in demo.visits}
    tasks = {t.id for t in demo.tasks}
    numbers = {o.number for o in demo.officers}
    assert all(v.enterprise_id in enterprises and set(v.officers) <= numbers for v in demo.visits)
    assert all(len(set(v.officers)) == 2 and v.state == "final" and not v.blobs() for v in demo.visits)
    assert all(t.enterprise_id in enterprises for t in demo.tasks)
    assert all((t.visit_id in visits) == (t.state in ("已结", "归档")) for t in demo.tasks)
    assert all(p.enterprise_id in enterprises for p in demo.petitions)
    assert all(p.task_id in tasks for p in demo.petitions if p.task_id)
    assert len({v.number for v in demo.visits}) == len(demo.visits)
    assert len({t.state for t in demo.tasks}) >= 5


def test_another_day_moves_what_is_due_but_no_id() -> None:
    day = date(2027, 1, 4)
    moved = county(today=day)
    assert [e.id for e in moved.enterprises] == [e.id for e in county().enterprises]
    assert moved.enterprises[0].permits[0].valid_to == day + timedelta(days=23)
    assert all(v.opened_at.at.date() < day for v in moved.visits)


def test_what_was_answered_no_stands_in_the_record_too(demo: County) -> None:
    items = {item.id for checklist in checklists.all_checklists() for theme in checklist.themes for item in theme.items}
    answers = [(visit, answer) for visit in demo.visits for answer in visit.checklist]
    assert {answer.item for _, answer in answers} <= items
    failed = [(visit, answer) for visit, answer in answers if answer.verdict == "不符合"]
    assert len(failed) > 30
    assert all(answer.finding in visit.records[0].values["situation"] for visit, answer in failed)


def test_industries_and_pollutants_are_called_as_in_the_standards(demo: County) -> None:
    for enterprise in demo.enterprises:
        assert tables.industry_name(enterprise.industry) in ("", enterprise.industry_name)
        for outfall in enterprise.outfalls:
            assert permit_number.unit_kind(outfall.code) is not None
            assert all((known := tables.pollutant(p)) is None or known.name == p for p in outfall.pollutants)
        assert all(permit_number.is_valid(permit.number) for permit in enterprise.permits)
