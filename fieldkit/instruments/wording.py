"""Values in words: how times, answers and lists are written on paper, and how a template takes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from fieldkit.instruments import forms
from fieldkit.instruments.forms import Field, Form
from fieldkit.model.record import Values
from fieldkit.model.stamp import local

_PLACE = re.compile(r"\{([a-z0-9_.]+)\}")


def moment(value: object) -> datetime | None:
    """Return a time value ("2026-06-11T09:30+08:00", "2026-06-11T01:30Z") in Beijing time, whatever offset it carries.

    None if it is empty or no such time. A time without offset is refused (None), not taken for Beijing's: what wrote it
    may have meant another zone, and a wrong hour on paper can't be seen.
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        at = datetime.fromisoformat(value)
        return local(at) if at.tzinfo is not None else None
    except (ValueError, OverflowError):  # the first and last day there is have no other zone
        return None


def visit_day(values: Values) -> date | None:
    """Return the day in Beijing on which the inspection began, or None while it is unknown."""
    began = moment(forms.get(values, "time_from"))
    return None if began is None else began.date()


def time_words(at: datetime) -> str:
    """Return an aware moment as 2026年6月11日9时30分, in Beijing time."""
    at = local(at)
    return f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"


def words(field: Field, value: Any) -> str:
    """Return a value as it is written on paper; "" where it is empty."""
    if forms.is_empty(value):
        return ""
    if field.type == "time":
        at = moment(value)
        return time_words(at) if at else str(value)
    if field.type == "choice":
        return field.choice_label(value)
    if field.type == "confirm":
        return "是" if value else "否"
    if field.type in ("officers", "people"):
        return "、".join(str(entry.get("name") or "") for entry in value)
    return str(value)


def fill(template: str, form: Form, values: Values, entry: dict[str, Any] | None = None) -> str:
    """Return a template with its {places} filled in, "" where all of them are empty.

    Args:
        template: text with field ids in braces; with `entry`, the ids of a list's columns.
        form: gives the type of each field.
        values: the record's values.
        entry: one entry of a list field.
    """
    filled: list[str] = []

    def place(match: re.Match[str]) -> str:
        if entry is not None:
            value = entry.get(match[1])
            filled.append("" if forms.is_empty(value) else str(value))
        else:
            filled.append(words(form.field(match[1]), forms.get(values, match[1])))
        return filled[-1]

    text = _PLACE.sub(place, template).strip()
    return text if any(filled) or not filled else ""
