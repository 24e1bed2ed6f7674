from __future__ import annotations

import msgspec
import pytest

from fieldkit.errors import BugError
from fieldkit.instruments import forms, prefill
from fieldkit.model.enterprise import Enterprise
from tests.fieldkit.instruments.factories import officers

FORM = forms.load("inspection")
UNIT = "海盐县环境监察大队（演示）"
ENTERPRISE = Enterprise(
    id="e1",
    name="海盐示例紧固件有限公司",
    uscc="91330424MA2ABCDE12",
    legal_person="李𬭎",
    legal_person_title="执行董事",
    contact="周样例",
    phone="0573-00000000",
    address="海盐县武原街道示例路8号",
    demo=True,
)


def test_what_the_archive_and_the_log_in_know_is_there() -> None:
    made, filled = prefill.prefill(FORM, ENTERPRISE, officers(), UNIT)
    assert made["party"]["name"] == ENTERPRISE.name
    assert made["party"]["code_kind"] == "uscc"
    assert made["party"]["legal_person"] == "李𬭎"
    assert made["place"] == ENTERPRISE.address
    assert made["issuing_body"] == UNIT
    assert [entry["name"] for entry in made["inspectors"]] == ["沈示范", "陆演练"]
    assert made["recorder"] == {"name": "陆演练", "number": "33042401002"}
    assert {"party.name", "inspectors", "issuing_body"} <= set(filled)


def test_what_must_be_seen_or_heard_on_site_is_never_there() -> None:
    made, filled = prefill.prefill(FORM, ENTERPRISE, officers(), UNIT)
    blank = forms.blank(FORM)
    for group in prefill.NEVER:
        assert made[group] == blank[group], group
        assert not [field for field in filled if field.split(".")[0] == group]


def test_one_officer_alone_makes_no_recorder_and_a_party_without_archive_stays_empty() -> None:
    made, filled = prefill.prefill(FORM, None, officers()[:1], UNIT)
    assert made["recorder"] == {"name": "", "number": ""}
    assert made["party"] == forms.blank(FORM)["party"]
    assert set(filled) == {"issuing_body", "inspectors"}


@pytest.mark.parametrize(("field", "source"), [("recusal.answer", "unit.name"), ("place", "the moon")])
def test_a_form_that_prefills_what_it_must_not_is_a_bug(field: str, source: str) -> None:
    fields = tuple(msgspec.structs.replace(f, prefill=source) if f.id == field else f for f in FORM.fields)
    with pytest.raises(BugError):
        prefill.prefill(msgspec.structs.replace(FORM, fields=fields), ENTERPRISE, officers(), UNIT)
