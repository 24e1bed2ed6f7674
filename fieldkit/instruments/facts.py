"""What the record check asks about: one record, its form, and what is known around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from fieldkit.instruments import forms, wording
from fieldkit.instruments.forms import Form, SignatureBox
from fieldkit.model.evidence import Sample, Signature
from fieldkit.model.officer import Officer
from fieldkit.model.record import Record, Revision
from fieldkit.model.stamp import Stamp, local


class Finding(NamedTuple):
    """An answered checklist item with words: its label, the verdict, and what was seen.

    A verdict other than 不符合 with words is one that was changed back while its sentence stood in the record.
    """

    label: str
    verdict: str
    text: str


class CheckContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the check knows beside the record.

    Args:
        now: the best time known.
        officers: the roster, at least those who inspect.
        documents: the other records of the visit.
        samples: bottles registered in the visit.
        signatures: states of signature boxes, of any record.
        archive_names: the enterprise's name and former names in the archive; empty without one.
        findings: checklist items with words, for what must stand in the record.
    """

    now: Stamp
    officers: Sequence[Officer] = ()
    documents: Sequence[Record] = ()
    samples: Sequence[Sample] = ()
    signatures: Sequence[Signature] = ()
    archive_names: Sequence[str] = ()
    findings: Sequence[Finding] = ()


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

    def last_day(self) -> date:
        """Return the local day on which the visit ended, at least that on which it began."""
        ended = wording.moment(self.value("time_to"))
        return max(self.visit_day(), ended.date()) if ended is not None else self.visit_day()

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


def listed(missing: Sequence[tuple[str, str, str]]) -> Outcome:
    """Return the outcome for fields (id, label, English label) that lack something; the first is where to go."""
    if not missing:
        return Outcome(True)
    words = {"fields": "、".join(m[1] for m in missing), "fields_en": ", ".join(m[2] for m in missing)}
    return Outcome(False, words, missing[0][0])


def boxes_missing(missing: Iterable[tuple[int, SignatureBox]]) -> Outcome:
    """Return the outcome for signature boxes (page, box) that lack something; the first is where to go."""
    found = list(missing)
    words = {
        "boxes": "、".join(f"第{page}页{box.label}" for page, box in found[:8]) + ("等" if len(found) > 8 else ""),
        "boxes_en": ", ".join(f"page {page} {box.label_en}" for page, box in found[:8]),
    }
    field = f"signature:{found[0][0]}:{found[0][1].name}" if found else None
    return Outcome(not found, words, field)
