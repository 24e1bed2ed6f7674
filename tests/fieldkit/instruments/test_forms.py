from __future__ import annotations

import json

import pytest

from fieldkit.instruments import forms
from fieldkit.instruments.geometry import BODY, SIGNATURE_BOXES
from fieldkit.instruments.laws import law_book
from fieldkit.instruments.values import WrongValue, validate
from fieldkit.model.record import FormRef
from tests.fieldkit.instruments.factories import values

FORM = forms.load("inspection")


def test_a_draft_gets_the_version_it_was_started_with() -> None:
    assert forms.load(FormRef(guide="huanban-2024-9", form="inspection", version="2024.1")) == FORM
    assert forms.load("huanban-2024-9/inspection") == FORM
    assert FORM.ref == FormRef(guide="huanban-2024-9", form="inspection", version="2024.1")


@pytest.mark.parametrize("wanted", ["interview", FormRef(guide="huanban-2024-9", form="inspection", version="1")])
def test_an_unknown_form_or_version_is_told_with_those_there_are(wanted: FormRef | str) -> None:
    with pytest.raises(forms.UnknownForm) as told:
        forms.load(wanted)
    assert "inspection" in told.value.zh


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.form)
def test_every_form_hangs_together(form: forms.Form) -> None:
    ids = [field.id for field in form.fields]
    assert len(ids) == len(set(ids))
    sections = {section.id for section in form.sections}
    assert all(field.section in sections for field in form.fields)
    assert {box.name for box in form.signatures} == set(SIGNATURE_BOXES)
    for notice in form.notices:
        assert form.field(notice.field).type == "confirm"
        assert all(citation.law in law_book().laws for citation in notice.cite)
    for block in form.layout.blocks:
        for field_id in (block.field, block.detail):
            assert not field_id or form.field(field_id)
        for row in block.rows:
            assert sum(cell.label_mm + cell.mm for cell in row.cells) == pytest.approx(BODY.w)
    assert [block.kind for block in form.layout.blocks][-1] == "end"


def test_every_field_is_printed() -> None:
    rows = [row for block in FORM.layout.blocks for row in block.rows]
    words = "".join(cell.label + cell.value for row in rows for cell in row.cells)
    repeated = {row.repeat for row in rows}
    elsewhere = {place for block in FORM.layout.blocks for place in (block.field, block.detail)}
    elsewhere |= {notice.field for notice in FORM.notices} | {"issuing_body"}
    for field in FORM.fields:
        assert f"{{{field.id}}}" in words or field.id in elsewhere | repeated, field.id


def test_a_blank_record_has_every_field_and_no_answer() -> None:
    blank = forms.blank(FORM)
    assert blank["recusal"] == {"answer": None, "reason": ""}
    assert set(blank["notices"].values()) == {None}
    assert blank["sampling"]["done"] is None
    assert all(forms.is_empty(forms.get(blank, field.id)) for field in FORM.fields)
    validate(FORM, blank)
    json.dumps(blank)


def test_changing_one_value_leaves_the_given_values_alone() -> None:
    before = values()
    after = forms.put(before, "party.name", "另一家")
    assert forms.get(after, "party.name") == "另一家"
    assert forms.get(before, "party.name") == "海盐示例紧固件有限公司"
    assert after["site_person"] is before["site_person"]
    assert forms.get(before, "party.name.x") is None
    assert forms.put({}, "a.b", 1) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place", 5),
        ("time_from", "yesterday"),
        ("time_from", "2026-06-11T09:30"),
        ("notices__ids_shown", "yes"),
        ("recusal__answer", "maybe"),
        ("recusal__answer", False),
        ("inspectors", "沈示范"),
        ("inspectors", ["沈示范"]),
        ("inspectors", [{"name": 1}]),
        ("inspectors", [{"rank": "队长"}]),
        ("site_person__age", "四十"),
        ("site_person__age", 41.5),
        ("site_person__age", True),
        ("party", "公司"),
        ("party__colour", "red"),
        ("weather", "晴"),
        ("sampling__done", 1),
    ],
)
def test_a_value_of_another_type_is_told_with_its_field(field: str, value: object) -> None:
    with pytest.raises(WrongValue) as told:
        validate(FORM, values(**{field: value}))
    assert "栏目" in told.value.zh


@pytest.mark.parametrize("value", [None, "", 41, "41", " "])
def test_an_age_may_be_a_number_or_its_digits(value: object) -> None:
    validate(FORM, values(site_person__age=value))
