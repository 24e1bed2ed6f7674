"""What archive and log-in know goes into a new record; what must be seen or heard on site never does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fieldkit.errors import BugError
from fieldkit.instruments import forms
from fieldkit.instruments.forms import Form
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.officer import Officer
from fieldkit.model.record import Values

NEVER = ("time_from", "time_to", "site_person", "others", "notices", "recusal", "situation", "sampling")
"""Fields and groups that no form may prefill: times, people on site, notices, recusal, findings, samples (DOMAIN 2)."""


def prefill(
    form: Form, enterprise: Enterprise | None, officers: Sequence[Officer], unit: str
) -> tuple[Values, tuple[str, ...]]:
    """Return a blank record with what is known, and the ids of the fields that were filled.

    Args:
        form: its fields name their source (`prefill`).
        enterprise: the archive, or None for a party that has none.
        officers: who inspects, the one logged in first; the second, if any, is proposed as recorder.
        unit: the issuing body as printed.

    Raises:
        BugError: the form wants to prefill what never may be, or from an unknown source.
    """
    values = forms.blank(form)
    filled: list[str] = []
    for field in form.fields:
        if not field.prefill:
            continue
        if field.id.split(".")[0] in NEVER or field.id in NEVER:
            raise BugError(f"{form.form} prefills {field.id}")
        source = _SOURCES.get(field.prefill)
        if source is None:
            raise BugError(f"{field.id} is prefilled from nowhere: {field.prefill!r}")
        value = source(enterprise, officers, unit)
        if not forms.is_empty(value):
            forms.put_in(values, field.id, value)
            filled.append(field.id)
    return values, tuple(filled)


_Source = Callable[[Enterprise | None, Sequence[Officer], str], Any]


def _of_enterprise(attribute: str) -> _Source:
    return lambda enterprise, officers, unit: getattr(enterprise, attribute) if enterprise else ""


def _of_recorder(attribute: str) -> _Source:
    return lambda enterprise, officers, unit: getattr(officers[1], attribute) if len(officers) > 1 else ""


_SOURCES: dict[str, _Source] = {
    "unit.name": lambda enterprise, officers, unit: unit,
    "officers": lambda enterprise, officers, unit: [
        {"name": officer.name, "number": officer.number, "unit": officer.unit} for officer in officers
    ],
    "recorder.name": _of_recorder("name"),
    "recorder.number": _of_recorder("number"),
    "enterprise.name": _of_enterprise("name"),
    "enterprise.uscc": _of_enterprise("uscc"),
    "enterprise.code_kind": lambda enterprise, officers, unit: "uscc" if enterprise and enterprise.uscc else None,
    "enterprise.address": _of_enterprise("address"),
    "enterprise.legal_person": _of_enterprise("legal_person"),
    "enterprise.legal_person_title": _of_enterprise("legal_person_title"),
    "enterprise.phone": _of_enterprise("phone"),
}
"""Source named in a form → its value."""
