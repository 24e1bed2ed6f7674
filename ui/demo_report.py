"""What the unattended visit reports: the shape of `out/demo/report.json`, and the checks made of it."""

from __future__ import annotations

from typing import Literal

import msgspec


class DocumentRow(msgspec.Struct, frozen=True):
    """A frozen record: the PDF as rendered, and as the printer received it. Paths are relative to the report."""

    id: str
    form: str
    number: str
    revision: int
    pages: int
    rendered: str
    received: str | None
    sha256: str


class PageName(msgspec.Struct, frozen=True):
    """A page of a document, counted from 1."""

    document: str
    page: int


class BoxRow(msgspec.Struct, frozen=True):
    """A signature box: what the simulated hand drew ("signed", "empty"), and what imaging saw."""

    name: str
    expected: str
    state: str


class ScanRow(msgspec.Struct, frozen=True):
    """One scanned picture: where it belongs, and where the kit put it. `told` is what the officer reads of it."""

    image: str
    expected: PageName | None
    bound: PageName | None
    boxes: tuple[BoxRow, ...]
    told: str


class EvidenceRow(msgspec.Struct, frozen=True):
    """A blob of the visit, and whether the backend gave the same bytes back."""

    file: str
    sha256: str
    stored: bool


class SyncRow(msgspec.Struct, frozen=True):
    """One sync: operations sent and acknowledged, blob bytes sent, changes received."""

    operations: int
    acknowledged: int
    blob_bytes: int
    changes: int


class Check(msgspec.Struct, frozen=True):
    """One figure against what is wanted of it."""

    name: str
    got: float
    want: float
    unit: str
    better: Literal["higher", "lower"]
    ok: bool


class Report(msgspec.Struct, frozen=True):
    """Everything one unattended visit made."""

    visit: dict[str, str]
    documents: tuple[DocumentRow, ...]
    labels: tuple[str, ...]
    scans: tuple[ScanRow, ...]
    evidence: tuple[EvidenceRow, ...]
    sync: tuple[SyncRow, ...]
    backend: dict[str, str]
    kit: str
    seconds: dict[str, float]
    told: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """True if every check holds."""
        return all(check.ok for check in self.checks)


LIMIT_S = 60.0
"""The whole demo on two cores."""


def at_least(name: str, got: float, want: float, unit: str) -> Check:
    """Return a check that wants `want` or more."""
    return Check(name, got, want, unit, "higher", got >= want)


def at_most(name: str, got: float, want: float, unit: str) -> Check:
    """Return a check that wants `want` or less."""
    return Check(name, got, want, unit, "lower", got <= want)


def checks_of(report: Report, *, whole: bool, fixes: int) -> tuple[Check, ...]:
    """Return the checks of a visit: each line of what the demo must show, as a figure."""
    printed = sum(row.received is not None for row in report.documents)
    own = [scan for scan in report.scans if scan.expected is not None]
    strangers = [scan for scan in report.scans if scan.expected is None]
    boxes = [box for scan in own for box in scan.boxes]
    misread = sum((box.expected, box.state) == ("empty", "signed") for box in boxes)
    stored = sum(row.stored for row in report.evidence)
    first, last = report.sync[0], report.sync[-1]
    return (
        at_least("documents received by the printer", printed, len(report.documents), "documents"),
        at_least("labels printed", len(report.labels), 1, "labels"),
        at_least("pages bound to their record and page", sum(s.bound == s.expected for s in own), len(own), "scans"),
        at_most("foreign or forged pages bound", sum(s.bound is not None for s in strangers), 0, "scans"),
        at_least("signature boxes seen as drawn", sum(b.state == b.expected for b in boxes), len(boxes), "boxes"),
        at_most("empty boxes taken for signed", misread, 0, "boxes"),
        at_least("operations acknowledged", first.acknowledged, first.operations, "operations"),
        at_least("operations sent", first.operations, 1, "operations"),
        at_least("blobs stored with equal hashes", stored, len(report.evidence), "blobs"),
        at_most("operations of the second sync", last.operations, 0, "operations"),
        at_most("blob bytes of the second sync", last.blob_bytes, 0, "bytes"),
        at_least("visit filed", float(report.visit["state"] == "filed"), 1, "visits"),
        at_least("positions in the track", fixes, 3, "fixes"),
        at_least("databases, blobs and audit chain whole", float(whole), 1, "kits"),
        at_most("whole demo", report.seconds["all"], LIMIT_S, "s"),
    )
