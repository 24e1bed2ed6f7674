"""The tests behind the record check's rules: small questions to one record and what is known around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from fieldkit.crypto.canonical import canonical_json
from fieldkit.instruments import forms, wording
from fieldkit.instruments.forms import Form, SignatureBox
from fieldkit.model.evidence import Sample, Signature
from fieldkit.model.officer import Officer
from fieldkit.model.record import Record, Revision
from fieldkit.model.stamp import Stamp, local
from fieldkit.standards import resident_id, uscc

_CLOCKS = {
    "gps": ("卫星时间", "satellite time"),
    "server": ("服务器时间", "server time"),
    "laptop": ("电脑时间", "laptop"),
}


class CheckContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the check knows beside the record.

    Args:
        now: the best time known.
        officers: the roster, at least those who inspect.
        documents: the other records of the visit.
        samples: bottles registered in the visit.
        signatures: states of signature boxes, of any record.
        archive_names: the enterprise's name and former names in the archive; empty without one.
    """

    now: Stamp
    officers: Sequence[Officer] = ()
    documents: Sequence[Record] = ()
    samples: Sequence[Sample] = ()
    signatures: Sequence[Signature] = ()
    archive_names: Sequence[str] = ()


class Outcome(NamedTuple):
    """Met or not, the details of the message, and a field to jump to other than the rule's own."""

    met: bool
    details: Mapping[str, object] = MappingProxyType({})
    field: str | None = None


class Facts(NamedTuple):
    """One record with its form and surroundings."""

    form: Form
    record: Record
    context: CheckContext

    def value(self, field_id: str) -> Any:
        """Return a value of the record."""
        return forms.get(self.record.values, field_id)

    def numbers(self) -> list[str]:
        """Return the enforcement ID numbers of the inspectors, in order, without blanks."""
        entries = self.value("inspectors") or []
        return [number for entry in entries if (number := str(entry.get("number") or "").strip())]

    def visit_day(self) -> date:
        """Return the local day of the visit, today if the record does not say."""
        return wording.visit_day(self.record.values) or local(self.context.now.at).date()

    def revision(self) -> Revision | None:
        """Return the latest printing."""
        return self.record.revisions[-1] if self.record.revisions else None

    def boxes(self) -> list[SignatureBox]:
        """Return the boxes that need a state on every page."""
        others = bool(self.value("others"))
        wanted = {"always": True, "with_others": others, "never": False}
        return [box for box in self.form.signatures if wanted[box.required]]

    def states(self) -> dict[tuple[int, str], Signature]:
        """Return the states of the latest printing by (page, box)."""
        revision = self.revision()
        return {
            (item.page, item.box): item
            for item in self.context.signatures
            if revision is not None and item.record_id == self.record.id and item.revision == revision.number
        }


Test = Callable[[Facts, Sequence[str]], Outcome | None]
"""A rule's question; None where it does not apply. The second argument holds the rule's own fields."""


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
    return _listed(missing)


def has_fields(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The rule's fields are filled in."""
    wanted = [facts.form.field(field_id) for field_id in fields]
    return _listed([(f.id, f.label, f.label_en) for f in wanted if forms.is_empty(facts.value(f.id))])


def is_true(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The rule's confirmations are all yes."""
    wanted = [facts.form.field(field_id) for field_id in fields]
    return _listed([(f.id, f.label, f.label_en) for f in wanted if facts.value(f.id) is not True])


def two_officers(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Two or more inspectors with distinct numbers."""
    count = len(set(facts.numbers()))
    doubled = count < len(facts.numbers())
    return Outcome(count >= 2 and not doubled, {"count": count})


def officers_recorded(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every inspector's number is on the roster with a day of expiry."""
    known = {officer.number for officer in facts.context.officers if officer.expires_on is not None}
    return _people(facts, [number for number in facts.numbers() if number not in known])


def officers_valid(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """No inspector's ID expired before the day of the visit."""
    day = facts.visit_day()
    expiry = {officer.number: officer.expires_on for officer in facts.context.officers}
    expired = [number for number in facts.numbers() if (ends := expiry.get(number)) is not None and ends < day]
    return _people(facts, expired, expiry)


def times_in_order(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The inspection does not end before it begins."""
    began, ended = wording.moment(facts.value("time_from")), wording.moment(facts.value("time_to"))
    return None if began is None or ended is None else Outcome(began <= ended)


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


def printed(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The record has been frozen and printed."""
    return Outcome(facts.revision() is not None)


def printed_as_is(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The latest printing holds the present values."""
    revision = facts.revision()
    if revision is None:
        return None
    return Outcome(canonical_json(revision.values) == canonical_json(facts.record.values))


def signatures_stated(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every needed box of every page has a state."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    pages = range(1, revision.pages + 1)
    return _boxes((page, box) for page in pages for box in facts.boxes() if (page, box.name) not in states)


def refusals_noted(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """A refusal or absence carries the officers' note."""
    if facts.revision() is None:
        return None
    labels = {box.name: box for box in facts.form.signatures}
    bare = [key for key, item in facts.states().items() if item.state != "signed" and not item.note.strip()]
    return _boxes((page, labels[box]) for page, box in sorted(bare) if box in labels)


def party_on_every_page(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The party signed every page, or the page says why not."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    bare = [
        page
        for page in range(1, revision.pages + 1)
        if (item := states.get((page, "party"))) is None or (item.state != "signed" and not item.note.strip())
    ]
    return Outcome(not bare, {"pages": "、".join(map(str, bare))})


def officers_on_last_page(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Inspectors and recorder signed the last page."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    own = [box for box in facts.form.signatures if box.name in ("inspector1", "inspector2", "recorder")]
    last = revision.pages
    return _boxes(
        (last, box) for box in own if (item := states.get((last, box.name))) is None or item.state != "signed"
    )


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
        not_in_future,
        not_in_future_by_laptop,
        notices_confirmed,
        recusal_and_defence_told,
        recusal_answered,
        recusal_reasoned,
        sampling_recorded,
        samples_registered,
        same_party_name,
        archive_name,
        party_code,
        printed,
        printed_as_is,
        signatures_stated,
        refusals_noted,
        party_on_every_page,
        officers_on_last_page,
        end_mark,
    )
}
"""Name in the rule files → test."""


def _listed(missing: Sequence[tuple[str, str, str]]) -> Outcome:
    if not missing:
        return Outcome(True)
    words = {"fields": "、".join(m[1] for m in missing), "fields_en": ", ".join(m[2] for m in missing)}
    return Outcome(False, words, missing[0][0])


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


def _boxes(missing: Iterable[tuple[int, SignatureBox]]) -> Outcome:
    found = list(missing)
    words = {
        "boxes": "、".join(f"第{page}页{box.label}" for page, box in found[:8]) + ("等" if len(found) > 8 else ""),
        "boxes_en": ", ".join(f"page {page} {box.label_en}" for page, box in found[:8]),
    }
    field = f"signature:{found[0][0]}:{found[0][1].name}" if found else None
    return Outcome(not found, words, field)


def _name(value: object) -> str:
    return str(value or "").strip()
