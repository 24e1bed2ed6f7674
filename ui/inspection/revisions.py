"""Frozen revisions: what a print fixes, when a new one is needed, and what it corrects."""

from __future__ import annotations

from fieldkit.crypto.canonical import canonical_json
from fieldkit.instruments import corrections, forms, render
from fieldkit.model.record import Correction, Record, Revision
from fieldkit.model.stamp import Stamp
from fieldkit.replica import Replica


def same_content(record: Record, revision: Revision) -> bool:
    """Say whether the record still holds what the revision froze."""
    return record.values is revision.values or canonical_json(record.values) == canonical_json(revision.values)


def corrected(record: Record, revision: Revision) -> tuple[Correction, ...]:
    """Return what the record changes of a printed revision, field by field, in the form's order and words."""
    return corrections.between(forms.load(record.form), revision.values, record.values)


def last_sent(record: Record) -> Revision | None:
    """Return the newest revision of which paper may exist; what was frozen and never printed corrects nothing."""
    return next((item for item in reversed(record.revisions) if item.sent or item.printed), None)


def frozen(record: Record, at: Stamp, county_key: bytes, replica: Replica) -> Revision:
    """Render the record as its next revision and keep the PDF as a blob. Long: call it in a lane."""
    number = len(record.revisions) + 1
    before = last_sent(record)
    changes = corrected(record, before) if before is not None else ()
    made = render.render(record, number, county_key, changes)
    pdf = replica.blobs.put(made.pdf, "application/pdf", f"{record.number}-{number}.pdf")
    return Revision(
        number=number,
        frozen_at=at,
        values=record.values,
        digest=made.digest,
        pages=made.pages,
        pdf=pdf,
        corrections=changes,
    )
