"""Search everything: by any part of a name or code, by pinyin, ranked and marked."""

from __future__ import annotations

import pytest

from fieldkit.model.place import Point
from tests.fieldkit.replica.factories import NAME, change, enterprise, petition, pull, task, visit


@pytest.fixture
def county(replica):
    pull(
        replica,
        change("enterprise", enterprise(former_names=("海盐示例标准件厂",)), 1),
        change(
            "enterprise",
            enterprise(
                "e2",
                "示例印染有限公司（海盐）",
                uscc="91350100M000100Y43",
                initials="slyrhy",
                pinyin="shi li yin ran hai yan",
                address="百步镇示例大道88号",
                legal_person="李𬭎",
                products=("棉布",),
                permits=(),
                point=Point(120.80, 30.60),
            ),
            2,
        ),
        change(
            "enterprise",
            enterprise("e3", "海盐示例", uscc="", initials="hysl", pinyin="hai yan shi li", permits=(), products=()),
            3,
        ),
        change("task", task(), 4),
        change("petition", petition(), 5),
    )
    return replica


@pytest.mark.parametrize(
    ("typed", "found", "field", "snippet"),
    [
        ("紧固", "e1", "name", "海盐示例【紧固】件有限公司"),
        ("标准件", "e1", "former_name", "海盐示例【标准件】厂"),
        ("hyslj", "e1", "initials", "【海盐示例紧】固件有限公司"),
        ("HYSLJ", "e1", "initials", "【海盐示例紧】固件有限公司"),
        ("haiyanshilijin", "e1", "pinyin", None),
        ("9922961", "e1", "uscc", "911302006【9922961】7X"),
        ("00100y4", "e2", "uscc", "91350100M0【00100Y4】3"),
        ("001V", "e1", "permit", None),
        ("dw001", "e1", "outfall", None),
        ("李𬭎", "e2", "legal_person", "【李𬭎】"),
        ("𬭎", "e2", "legal_person", "李【𬭎】"),
        ("大道８８", "e2", "address", "百步镇示例【大道88】号"),
        ("棉布", "e2", "product", "【棉布】"),
        ("印染 百步", "e2", "name", None),
        ("(海盐)", "e2", "name", "示例印染有限公司【（海盐）】"),
        ("异味", "p1", "topic", "夜间【异味】"),
        ("XF-2026", "p1", "number", "【XF-2026】-017"),
        ("六月", "t1", "title", "【六月】日常检查"),
    ],
)
def test_what_is_typed_is_found_and_marked(county, typed, found, field, snippet):
    hits = {hit.id: hit for hit in county.search(typed)}
    assert found in hits
    assert hits[found].field == field
    if snippet:
        assert hits[found].snippet == snippet


@pytest.mark.parametrize("typed", ["", "   ", "不存在", "海步", "示例海", '"', "*", "a OR b", "') --", "(", "𬭎李"])
def test_nothing_is_found_where_nothing_is(county, typed):
    assert county.search(typed) == []


def test_exact_comes_before_beginning_before_contained(county):
    assert [hit.id for hit in county.search("海盐示例") if hit.kind == "enterprise"] == ["e3", "e1"]
    assert next(hit.id for hit in county.search("hysl")) == "e3"
    assert [hit.id for hit in county.search("海盐") if hit.kind == "enterprise"][-1] == "e2"


def test_a_task_and_a_petition_are_found_by_their_enterprise(county):
    kinds = [hit.kind for hit in county.search("紧固件")]
    assert kinds[0] == "enterprise"
    assert set(kinds) == {"enterprise", "task", "petition"}


def test_the_limit_holds_and_nothing_comes_twice(county):
    hits = county.search("示例")
    assert len({(hit.kind, hit.id) for hit in hits}) == len(hits)
    assert len(county.search("示例", limit=2)) == 2
    assert county.search("示例", limit=0) == []


def test_the_nearest_comes_first_among_equals(replica):
    pull(
        replica,
        *[
            change("enterprise", enterprise(f"e{n}", f"示例{n}号厂", point=Point(120.9 + n / 100, 30.5)), n + 1)
            for n in range(5)
        ],
    )
    hits = replica.search("号厂", near=Point(120.94, 30.5))
    assert [hit.id for hit in hits] == ["e4", "e3", "e2", "e1", "e0"]


def test_an_open_and_an_unsent_visit_are_found(county):
    county.visits.save(visit("v1", number="2026-0611-01"))
    county.visits.finalise(visit("v2", number="2026-0611-02"), "33042400101")
    assert {hit.id for hit in county.search("0611") if hit.kind == "visit"} == {"v1", "v2"}
    assert {"v1", "v2"} <= {hit.id for hit in county.search(NAME)}


def test_a_changed_name_is_found_by_the_new_one_only(county):
    pull(county, change("enterprise", enterprise("e3", "新丰示例厂", initials="xfslc", pinyin="xin feng"), 9))
    assert [hit.id for hit in county.search("新丰")] == ["e3"]
    assert [hit.id for hit in county.search("xfsl")] == ["e3"]
    assert "e3" not in {hit.id for hit in county.search("hysl")}
