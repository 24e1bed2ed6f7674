"""Values of a record against their form: every value is of its field's type, and nothing is there that has no field."""

from __future__ import annotations

from typing import Any

from fieldkit.errors import KnownError
from fieldkit.instruments import forms, wording
from fieldkit.instruments.forms import Field, Form
from fieldkit.model.record import Values


class WrongValue(KnownError):
    """A value is of another type than its field, or has no field."""

    key = "form.wrong_value"


def validate(form: Form, values: Values) -> None:
    """Check types, not completeness (that is the record check): empty values pass.

    Raises:
        WrongValue: names the field and what it wants.
    """
    _no_strangers(values, "", {field.id: field for field in form.fields})
    for field in form.fields:
        value = forms.get(values, field.id)
        if value is not None:
            _validate_one(field, value)


def _no_strangers(values: dict[str, Any], path: str, known: dict[str, Field]) -> None:
    groups = {field_id.rpartition(".")[0] for field_id in known}
    for key, value in values.items():
        here = f"{path}{key}"
        if here in known:
            continue
        if here not in groups:
            raise _wrong(here, "这份文书没有这个栏目", "the form has no such field")
        if not isinstance(value, dict):
            raise _wrong(here, "应为一组栏目", "a group of fields is wanted")
        _no_strangers(value, f"{here}.", known)


def _validate_one(field: Field, value: Any) -> None:
    match field.type:
        case "confirm":
            if not isinstance(value, bool):
                raise _wrong(field.label, "应为 true、false 或 null", "true, false or null is wanted")
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise _wrong(field.label, "应为整数", "a whole number is wanted")
            if isinstance(value, str) and value.strip() and not value.strip().isdecimal():
                raise _wrong(field.label, "应为整数", "a whole number is wanted")
        case "choice":
            if value != "" and value not in {choice.id for choice in field.choices}:
                ids = "、".join(choice.id for choice in field.choices)
                raise _wrong(field.label, f"只能是 {ids}", f"one of {ids} is wanted")
        case "officers" | "people":
            _validate_list(field, value)
        case "time":
            if not isinstance(value, str) or (value and wording.moment(value) is None):
                raise _wrong(
                    field.label,
                    "应为带时区的时间，如 2026-06-11T09:30+08:00",
                    "a time with its zone is wanted, as 2026-06-11T09:30+08:00",
                )
        case _:
            if not isinstance(value, str):
                raise _wrong(field.label, "应为文字", "text is wanted")
            if field.max_length and len(value.strip()) > field.max_length:
                limit = field.max_length
                raise _wrong(field.label, f"不能超过{limit}字", f"no more than {limit} characters")


def _validate_list(field: Field, value: Any) -> None:
    columns = {column.id for column in field.columns}
    if not isinstance(value, list | tuple):
        raise _wrong(field.label, "应为列表", "a list is wanted")
    for entry in value:
        if not isinstance(entry, dict):
            raise _wrong(field.label, "每一项应为一组栏目", "each entry must be an object")
        for key, part in entry.items():
            if key not in columns:
                raise _wrong(f"{field.label}.{key}", "这份文书没有这个栏目", "the form has no such field")
            if part is not None and not isinstance(part, str):
                raise _wrong(f"{field.label}.{key}", "应为文字", "text is wanted")


def _wrong(field: str, why: str, why_en: str) -> WrongValue:
    return WrongValue(field=field, why=why, why_en=why_en)
