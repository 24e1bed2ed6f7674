"""Frozen revisions: what a print fixes, when a new one is needed, and what it corrects."""

from __future__ import annotations

from typing import Any

from fieldkit.crypto.canonical import canonical_json
from fieldkit.instruments import forms, render
from fieldkit.model.record import Correction, Record, Revision
from fieldkit.model.stamp import Stamp
from fieldkit.replica import Replica


def same_content(record: Record, revision: Revision) -> bool:
    """Say whether the record still holds what the revision froze."""
    return canonical_json(record.values) == canonical_json(revision.values)


def frozen(record: Record, at: Stamp, county_key: bytes, blobs: Any) -> Revision:
    """Render the record as its next revision and keep the PDF as a blob. Long: call it in a lane."""
    number = len(record.revisions) + 1
    corrections = corrected(record, record.revisions[-1]) if record.revisions else ()
    made = render.render(record, number, county_key, corrections)
    pdf = blobs.put(made.pdf, "application/pdf", f"{record.number}-r{number}.pdf")
    return Revision(
        number=number,
        frozen_at=at,
        values=record.values,
        digest=made.digest,
        pages=made.pages,
        pdf=pdf,
        corrections=corrections,
    )
