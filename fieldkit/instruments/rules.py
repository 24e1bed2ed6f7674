"""The tests behind the record check's rules: small questions to one record and what is known around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from fieldkit.instruments import forms, signature_rules, text_rules, wording
from fieldkit.instruments.facts import CheckContext, Facts, Finding, Outcome, Test, listed
from fieldkit.standards import resident_id, uscc

__all__ = ["TESTS", "CheckContext", "Facts", "Finding", "Outcome", "Test"]

_CLOCKS = {
    "gps": ("卫星时间", "satellite time"),
    "server": ("服务器时间", "server time"),
    "laptop": ("电脑时间", "laptop"),
}


def required_fields(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every required field, and every required part of a list's entries, is filled in."""
    missing: list[tuple[str, str, str]] = []
    for field in facts.form.fields:
        if field.type in ("confirm",) or field.id == "recusal.answer":
            continue  # these have rules of their own
        value = facts.value(field.id)
        if field.required and forms.is_empty(value):
            missing.append((field.id, field.label, field.label_en))
        for entry in (value or []) if field.columns else []:
            for column in field.columns:
                if column.required and forms.is_empty(entry.get(column.id)):
                    missing.append((field.id, f"{field.label}的{column.label}", f"{field.label_en}: {column.label_en}"))
    return listed(missing)


def has_fields(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The rule's fields are filled in."""
    wanted = [facts.form.field(field_id) for field_id in fields]
    return listed([(f.id, f.label, f.label_en) for f in wanted if forms.is_empty(facts.value(f.id))])


def is_true(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The rule's confirmations are all yes."""
    wanted = [facts.form.field(field_id) for field_id in fields]
    return listed([(f.id, f.label, f.label_en) for f in wanted if facts.value(f.id) is not True])


def two_officers(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Two or more inspectors with distinct numbers."""
    count = len(set(facts.numbers()))
    doubled = count < len(facts.numbers())
    return Outcome(count >= 2 and not doubled, {"count": count})


def officers_recorded(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every inspector's number is on the roster under the inspector's name, with a day of expiry."""
    known = {(officer.number, _name(officer.name)) for officer in facts.context.officers if officer.expires_on}
    entries = facts.value("inspectors") or []
    named = [(str(entry.get("number") or "").strip(), _name(entry.get("name"))) for entry in entries]
    return _people(facts, [number for number, name in named if number and (number, name) not in known])


def officers_valid(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No inspector's ID expires before the visit's last day, whatever day it is now."""
    day = facts.last_day()
    expiry = {officer.number: officer.expires_on for officer in facts.context.officers}
    expired = [number for number in facts.numbers() if (ends := expiry.get(number)) is not None and ends < day]
    return _people(facts, expired, expiry)


def times_in_order(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The inspection does not end before it begins."""
    began, ended = wording.moment(facts.value("time_from")), wording.moment(facts.value("time_to"))
    return None if began is None or ended is None else Outcome(began <= ended)


def has_duration(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The inspection does not end in the minute it begins."""
    began, ended = wording.moment(facts.value("time_from")), wording.moment(facts.value("time_to"))
    return None if began is None or ended is None else Outcome(began != ended)


def within_a_day(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The inspection takes no more than 24 hours: what takes longer is mostly a wrong date."""
    began, ended = wording.moment(facts.value("time_from")), wording.moment(facts.value("time_to"))
    if began is None or ended is None or ended < began:
        return None
    return Outcome(ended - began <= timedelta(hours=24), {"hours": round((ended - began) / timedelta(hours=1))})


def not_in_future(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No time lies after now, by a clock better than the laptop's."""
    return None if facts.context.now.source == "laptop" else _past(facts)


def not_in_future_by_laptop(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No time lies after the laptop's clock, which only warns."""
    return _past(facts) if facts.context.now.source == "laptop" else None


def notices_confirmed(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The person on site confirmed every notice."""
    wanted = [facts.form.field(notice.field) for notice in facts.form.notices]
    open_ = [field for field in wanted if facts.value(field.id) is not True]
    if not open_:
        return Outcome(True)
    words = {"notices": "、".join(f.label for f in open_), "notices_en": ", ".join(f.label_en for f in open_)}
    return Outcome(False, words, open_[0].id)


def recusal_and_defence_told(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The rights of recusal and defence were told."""
    for field_id in ("notices.recusal_told", "notices.defence_told"):
        if facts.value(field_id) is not True:
            return Outcome(False, {}, field_id)
    return Outcome(True)


def recusal_answered(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The recusal question has an answer."""
    return Outcome(facts.value("recusal.answer") in ("yes", "no"))


def recusal_reasoned(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """A request for recusal has its reason."""
    if facts.value("recusal.answer") != "yes":
        return None
    return Outcome(not forms.is_empty(facts.value("recusal.reason")))


def no_reason_without_request(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Where nobody asked for recusal, no reason for it stands in the record."""
    if facts.value("recusal.answer") != "no":
        return None
    return Outcome(forms.is_empty(facts.value("recusal.reason")))


def sampling_recorded(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Where samples are registered, the record says so."""
    count = len(facts.context.samples)
    if not count:
        return None
    return Outcome(facts.value("sampling.done") is True, {"count": count})


def samples_registered(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Where the record says samples were taken, at least one is registered."""
    return Outcome(bool(facts.context.samples)) if facts.value("sampling.done") is True else None


def same_party_name(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every document of the visit names the same party."""
    own = _name(facts.value("party.name"))
    names = [_name(forms.get(document.values, "party.name")) for document in facts.context.documents]
    other = sorted({name for name in names if name and name != own})
    return Outcome(not other, {"names": "、".join(other)}) if names else None


def archive_name(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The party is named as its archive names it, now or formerly."""
    names = facts.context.archive_names
    own = _name(facts.value("party.name"))
    return Outcome(own in names, {"name": names[0]}) if names and own else None


def party_code(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The party's code has a right check digit."""
    kind, code = facts.value("party.code_kind"), str(facts.value("party.code") or "")
    checks: dict[object, Callable[[str], bool]] = {"uscc": uscc.is_valid, "resident_id": resident_id.is_valid}
    if kind not in checks or not code.strip():
        return None
    return Outcome(checks[kind](code), {"kind": facts.form.field("party.code_kind").choice_label(kind)})


def end_mark(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The layout closes the text with 以下空白; blank paragraphs never print."""
    return Outcome(any(block.kind == "end" for block in facts.form.layout.blocks))


TESTS: dict[str, Test] = {
    test.__name__: test
    for test in (
        required_fields,
        has_fields,
        is_true,
        two_officers,
        officers_recorded,
        officers_valid,
        times_in_order,
        has_duration,
        within_a_day,
        not_in_future,
        not_in_future_by_laptop,
        notices_confirmed,
        recusal_and_defence_told,
        recusal_answered,
        recusal_reasoned,
        no_reason_without_request,
        sampling_recorded,
        samples_registered,
        same_party_name,
        archive_name,
        party_code,
        signature_rules.printed,
        signature_rules.printed_as_is,
        signature_rules.signatures_stated,
        signature_rules.refusals_noted,
        signature_rules.party_on_every_page,
        signature_rules.officers_on_last_page,
        signature_rules.inspectors_signed,
        text_rules.numbers_in_range,
        text_rules.no_gaps,
        text_rules.findings_finished,
        text_rules.findings_written,
        text_rules.findings_withdrawn,
        text_rules.characters_printable,
        end_mark,
    )
}
"""Name in the rule files → test."""


def _people(facts: Facts, numbers: Sequence[str], expiry: dict[str, date | None] | None = None) -> Outcome | None:
    if not facts.numbers():
        return None
    entries = facts.value("inspectors")
    names = {str(entry.get("number") or "").strip(): str(entry.get("name") or "") for entry in entries}
    words = [
        f"{names[number]}（{number}{f'，{ends.isoformat()}到期' if (ends := (expiry or {}).get(number)) else ''}）"
        for number in numbers
    ]
    return Outcome(not words, {"who": "、".join(words)})


def _past(facts: Facts) -> Outcome | None:
    now = facts.context.now
    times = [(field_id, wording.moment(facts.value(field_id))) for field_id in ("time_from", "time_to")]
    late = [field_id for field_id, at in times if at is not None and at > now.at]
    if all(at is None for _, at in times):
        return None
    zh, en = _CLOCKS[now.source]
    words = {"now": wording.time_words(now.at), "clock": zh, "clock_en": en}
    return Outcome(not late, words, late[0] if late else None)


def _name(value: object) -> str:
    return str(value or "").strip()
