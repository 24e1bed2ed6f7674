"""The record check's questions about text: gaps, findings and the situation, and characters that can't be printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldkit.instruments import forms
from fieldkit.instruments.facts import Facts, Finding, Outcome, listed
from fieldkit.instruments.fonts import FontMissing, instrument_fonts, printable

GAP = "……"
"""Where a reference sentence waits for what was seen."""


def numbers_in_range(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every number is one that its field can hold."""
    wrong = []
    for field in facts.form.fields:
        value = facts.value(field.id)
        if field.type != "number" or forms.is_empty(value):
            continue
        plain = str(value).strip()
        number = int(plain) if plain.isascii() and plain.isdecimal() else -1
        if number < 0 or (field.most is not None and number > field.most):
            room = f"0–{field.most}" if field.most is not None else "≥0"
            wrong.append((field.id, f"{field.label}（{plain}，应为{room}）", f"{field.label_en} ({plain}, not {room})"))
    return listed(wrong)


def no_gaps(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No …… of a reference sentence is left in the rule's fields."""
    wanted = [facts.form.field(field_id) for field_id in fields]
    return listed([(f.id, f.label, f.label_en) for f in wanted if GAP in str(facts.value(f.id) or "")])


def findings_finished(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No finding has a …… left."""
    found = _found(facts)
    return _labels([item for item in found if GAP in item.text]) if found else None


def findings_written(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every finding stands in the situation; what has no words yet is asked for elsewhere."""
    found = [item for item in _found(facts) if item.text.strip()]
    return _labels([item for item in found if not _stands(facts, item)]) if found else None


def findings_withdrawn(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No finding that was taken back still stands in the situation."""
    back = [item for item in facts.context.findings if item.verdict != "不符合" and item.text.strip()]
    return _labels([item for item in back if _stands(facts, item)]) if back else None


def characters_printable(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """A font at hand has every character; without the fonts themselves, printing tells."""
    try:
        fonts = instrument_fonts()
    except FontMissing:
        return None
    wrong = []
    for field in facts.form.fields:
        absent = fonts.absent(printable("\n".join(_texts(facts.value(field.id)))))
        if absent:
            wrong.append((field.id, f"{field.label}{absent}", f"{field.label_en} {absent}"))
    return listed(wrong)


def _found(facts: Facts) -> list[Finding]:
    return [item for item in facts.context.findings if item.verdict == "不符合"]


def _stands(facts: Facts, finding: Finding) -> bool:
    return _plain(finding.text) in _plain(str(facts.value("situation") or ""))


def _plain(text: str) -> str:
    return "".join(text.split())


def _labels(items: Sequence[Finding]) -> Outcome:
    return Outcome(not items, {"items": "、".join(f"“{item.label}”" for item in items)})


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
