"""A visit (现场检查): everything one inspection of one enterprise made; the body of the operation that syncs it."""

from __future__ import annotations

from typing import Literal

import msgspec

from fieldkit.model.evidence import Evidence, Sample, Signature
from fieldkit.model.record import BlobRef, Record
from fieldkit.model.stamp import Stamp


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answered checklist item."""

    item: str
    verdict: Literal["符合", "不符合", "不适用"]
    finding: str = ""


class Visit(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One inspection.

    `officers` are the enforcement ID numbers of those who inspect, the one logged in first. While `state` is "open"
    it lives only in `work.db`; "final" is set in the transaction that queues its operation.
    """

    id: str
    enterprise_id: str
    enterprise_name: str
    county: str
    squad: str
    number: str
    officers: tuple[str, ...]
    opened_at: Stamp
    state: Literal["open", "final"] = "open"
    task_id: str | None = None
    checklist: tuple[Answer, ...] = ()
    confirmed: tuple[str, ...] = ()
    """Ids of prefilled fields that the officer has confirmed."""
    records: tuple[Record, ...] = ()
    signatures: tuple[Signature, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    samples: tuple[Sample, ...] = ()
    bottles_numbered: int = 0
    """The greatest bottle number given out: one that was printed on a label is never given to another bottle."""
    set_aside: tuple[str, ...] = ()
    """SHA-256 (hex) of scans that came in and that a person left out as having nothing to do with the visit."""
    track_id: str | None = None
    finalised_at: Stamp | None = None
    demo: bool = False

    def blobs(self) -> tuple[BlobRef, ...]:
        """Every blob the visit needs, once each, in the order met."""
        seen: dict[str, BlobRef] = {}
        for record in self.records:
            for revision in record.revisions:
                seen.setdefault(revision.pdf.sha256, revision.pdf)
        for item in self.evidence:
            for blob in (item.original, item.page):
                if blob is not None:
                    seen.setdefault(blob.sha256, blob)
        return tuple(seen.values())
