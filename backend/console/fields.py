"""A record's values in words, in the order and with the labels of its form."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from backend.console.rendering import masked, moment
from fieldkit.instruments import forms
from fieldkit.instruments.forms import Field, Form
from fieldkit.model.record import Record

_CONFIRMED = {True: "已告知并确认", False: "未确认"}
_YES_NO = {True: "是", False: "否"}
_KINDS = {"uscc": "统一社会信用代码", "resident_id": "居民身份证", "other": "其他证件"}


class FieldLine(msgspec.Struct, frozen=True):
    """One labelled value; `text` may have several lines, "" is shown as not filled."""

    label: str
    text: str
    long: bool = False


def field_lines(record: Record) -> tuple[str, tuple[tuple[str, tuple[FieldLine, ...]], ...]]:
    """Return the form's title and its sections with their lines.

    A form this backend does not have leaves the values as they came, under their ids: a kit may be ahead.
    """
    try:
        form = forms.load(record.form)
    except forms.UnknownForm:
        lines = tuple(FieldLine(label=name, text=_any(value)) for name, value in record.values.items())
        return record.form.form, ((f"{record.form.guide} {record.form.version}", lines),)
    return form.title, tuple(_sections(form, record))


def _sections(form: Form, record: Record) -> list[tuple[str, tuple[FieldLine, ...]]]:
    titles = {section.id: section.title for section in form.sections}
    return [
        (titles.get(section, section), tuple(_line(field, record) for field in fields))
        for section, fields in groupby(form.fields, key=lambda field: field.section)
    ]


def _line(field: Field, record: Record) -> FieldLine:
    value = _at(record.values, field.id)
    text = _words(field, value)
    if field.id.endswith("id_number"):
        text = masked(text)
    return FieldLine(label=field.label, text=text, long=field.type in ("long_text", "officers", "people"))


def _words(field: Field, value: Any) -> str:
    if field.type == "confirm":
        return (_CONFIRMED if field.id.startswith("notices.") else _YES_NO).get(value, "未回答")
    if field.type == "choice":
        return field.choice_label(value) or _KINDS.get(str(value), "") or ("" if value is None else str(value))
    if field.type == "time" and isinstance(value, str) and value:
        return moment(datetime.fromisoformat(value))
    if isinstance(value, list):
        return "\n".join("　".join(str(entry.get(column.id) or "") for column in field.columns) for entry in value)
    return _any(value)


def _any(value: Any) -> str:
    if value is None:
        return ""
    return (
        value
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()
        if isinstance(value, dict | list)
        else str(value)
    )


def _at(values: Any, path: str) -> Any:
    """Return the value at a dotted path, or None."""
    for part in path.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values
