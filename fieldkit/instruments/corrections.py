"""What a reprint corrects: the differences of two states of a record, in the form's order and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from fieldkit.instruments import forms, wording
from fieldkit.instruments.fonts import printable
from fieldkit.instruments.forms import Field, Form
from fieldkit.model.record import Correction, Values


def between(form: Form, old: Values, new: Values) -> tuple[Correction, ...]:
    """Return one correction for each thing that reads differently.

    Lists are compared entry by entry with all their columns, running text paragraph by paragraph, so that a
    correction names the place and not the whole text.
    """
    return tuple(
        Correction(field.id, label, before, after)
        for field in form.fields
        for label, before, after in _differences(field, forms.get(old, field.id), forms.get(new, field.id))
    )


def _differences(field: Field, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    if field.columns:
        entries = zip_longest(_entries(field, old), _entries(field, new), fillvalue="")
        for number, (before, after) in enumerate(entries, 1):
            if before != after:
                yield f"{field.label}（第{number}人）", before, after
    elif field.type == "long_text":
        yield from _paragraphs(field.label, _split(old), _split(new))
    else:
        before, after = wording.words(field, old).strip(), wording.words(field, new).strip()
        if before != after:
            yield field.label, before, after


def _entries(field: Field, value: Any) -> list[str]:
    return ["，".join(str(entry.get(c.id) or "") for c in field.columns if entry.get(c.id)) for entry in value or []]


def _split(value: Any) -> list[str]:
    return [paragraph.strip() for paragraph in printable(str(value or "")).split("\n") if paragraph.strip()]


def _paragraphs(label: str, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            for number, (before, after) in enumerate(zip_longest(old[a:b], new[c:d], fillvalue="")):
                yield f"{label}第{(c if what == 'insert' else a) + number + 1}段", before, after
