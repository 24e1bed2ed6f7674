"""What the console shows, read from the store: the list of done tasks and everything of one visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from backend.console.fields import FieldLine, field_lines
from backend.console.track import TrackDrawing, draw
from backend.problems import problem
from backend.store import accounts, filing
from backend.store.database import Database
from backend.store.tables import device, entity, quarantine
from fieldkit.instruments import checklists
from fieldkit.model.evidence import Evidence, Track
from fieldkit.model.operation import Filing
from fieldkit.model.record import BlobRef, Record, Revision
from fieldkit.model.task import Task
from fieldkit.model.visit import Visit

PAGE = 30
HELD = 100
KINDS = {
    "visit": "现场检查",
    "track": "执法轨迹",
    "task": "任务",
    "enterprise": "企业档案",
    "unreadable": "无法读取的内容",
}
BOXES = {
    "party": "当事人",
    "inspector1": "检查人一",
    "inspector2": "检查人二",
    "recorder": "记录人",
    "witness": "见证人",
}
INK = {"signed": "已签", "empty": "空白", "unsure": "看不清"}
SIGNATURES = {"signed": "已签", "refused": "拒签", "absent": "不在场"}

_visit = msgspec.json.Decoder(Visit)
_task = msgspec.json.Decoder(Task)
_track = msgspec.json.Decoder(Track)
_filing = msgspec.json.Decoder(Filing)


class DoneLine(msgspec.Struct, frozen=True):
    """One line of the list of done tasks."""

    visit: Visit
    task: Task | None
    filing: Filing
    officers: tuple[str, ...]
    change: int
    missing: int
    blobs: int

    @property
    def ended(self) -> datetime:
        """When the officers closed the visit."""
        stamp = self.visit.finalised_at or self.visit.opened_at
        return stamp.at


class HeldLine(msgspec.Struct, frozen=True):
    """One piece of work set aside: what, why, from whom."""

    kind: str
    why: str
    detail: str
    officer: str
    device: str
    received_at: datetime
    size: int


class Picture(msgspec.Struct, frozen=True):
    """A blob to show or fetch; `here` is False while it has not arrived."""

    ref: BlobRef
    here: bool

    @property
    def shown(self) -> bool:
        """Tell whether a browser shows it as a picture."""
        return self.here and self.ref.media_type in ("image/jpeg", "image/png", "image/webp")


class EvidenceView(msgspec.Struct, frozen=True):
    """One scan, paper or photo, with its original and the straightened page."""

    item: Evidence
    original: Picture
    page: Picture | None
    boxes: tuple[tuple[str, str, str], ...]
    """(box, state id, state in words)"""


class RevisionView(msgspec.Struct, frozen=True):
    """One printed revision and its PDF."""

    revision: Revision
    pdf: Picture


class RecordView(msgspec.Struct, frozen=True):
    """One document of the visit: its fields in words, its prints, its signatures as the officers confirmed them."""

    record: Record
    title: str
    sections: tuple[tuple[str, tuple[FieldLine, ...]], ...]
    revisions: tuple[RevisionView, ...]
    signatures: tuple[tuple[int, int, str, str, str], ...]
    """(revision, page, box, state in words, note)"""


class VisitView(msgspec.Struct, frozen=True):
    """Everything the page of one visit shows."""

    line: DoneLine
    records: tuple[RecordView, ...]
    evidence: dict[str, tuple[EvidenceView, ...]]
    track: TrackDrawing | None
    others: int
    items: dict[str, str]
    """checklist item → its label; an item that this backend does not have stays under its id"""


def done(database: Database, county: str, before: int | None) -> tuple[list[DoneLine], int | None]:
    """Return a page of the county's done visits, newest first, and the key of the next page or None."""
    query = (
        sa.select(entity.c.body, entity.c.filing, entity.c.change)
        .where(entity.c.kind == "visit", entity.c.county == county, entity.c.body.is_not(None))
        .order_by(entity.c.change.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(entity.c.change < before)
    with database.read() as connection:
        rows = connection.execute(query).all()
        lines = _lines(connection, county, rows[:PAGE])
    return lines, lines[-1].change if len(rows) > PAGE else None


def one(database: Database, county: str, visit_id: str) -> VisitView | None:
    """Return a visit of the county with all that belongs to it, or None."""
    with database.read() as connection:
        row = connection.execute(
            sa.select(entity.c.body, entity.c.filing, entity.c.change).where(
                entity.c.kind == "visit",
                entity.c.id == visit_id,
                entity.c.county == county,
                entity.c.body.is_not(None),
            )
        ).first()
        if row is None:
            return None
        (line,) = _lines(connection, county, [row])
        here = filing.stored(connection, county, (ref.sha256 for ref in line.visit.blobs()))
        track = _of_track(connection, county, line.visit.track_id)
    visit = line.visit
    evidence = {
        kind: tuple(_evidence(item, here) for item in visit.evidence if item.kind == kind)
        for kind in ("signed_page", "paper", "photo", "other")
    }
    return VisitView(
        line=line,
        records=tuple(_record(record, visit, here) for record in visit.records),
        evidence=evidence,
        track=draw(track) if track else None,
        others=sum(len(items) for items in evidence.values()),
        items=checklists.labels(),
    )


def held(database: Database, county: str) -> list[HeldLine]:
    """Return the newest hundred pieces of work that were set aside for a leader."""
    query = (
        sa.select(quarantine, device.c.name.label("device_name"))
        .outerjoin(device, device.c.id == quarantine.c.device)
        .where(quarantine.c.county == county)
        .order_by(quarantine.c.received_at.desc(), quarantine.c.op_id)
        .limit(HELD)
    )
    with database.read() as connection:
        names = {officer.number: officer.name for officer in accounts.roster(connection, county)}
        found = connection.execute(query).all()
    return [
        HeldLine(
            kind=KINDS.get(row.kind, "未知类型"),
            why=problem(row.reason).title,
            detail="、".join(names.get(word, word) for word in row.detail.split())
            if row.reason == "quarantined-officer"
            else row.detail,
            officer=names.get(row.officer, row.officer or ""),
            device=row.device_name or row.device,
            received_at=row.received_at,
            size=len(row.raw),
        )
        for row in found
    ]


def blob_of(database: Database, county: str, visit_id: str, sha256: str) -> BlobRef | None:
    """Return the blob's description if this visit of the county names it, and it has arrived."""
    view = one(database, county, visit_id)
    if view is None:
        return None
    with database.read() as connection:
        here = filing.stored(connection, county, [sha256])
    return next((ref for ref in view.line.visit.blobs() if ref.sha256 == sha256 and sha256 in here), None)


def _lines(connection: sa.Connection, county: str, rows: Sequence[sa.Row[Any, Any, Any]]) -> list[DoneLine]:
    visits = [_visit.decode(row.body) for row in rows]
    names = {officer.number: officer.name for officer in accounts.roster(connection, county)}
    wanted = [visit.task_id for visit in visits if visit.task_id]
    tasks = {
        task.id: task
        for task in (
            _task.decode(body)
            for body in connection.execute(
                sa.select(entity.c.body).where(
                    entity.c.kind == "task", entity.c.county == county, entity.c.id.in_(wanted)
                )
            ).scalars()
            if body is not None
        )
    }
    return [
        DoneLine(
            visit=visit,
            task=tasks.get(visit.task_id or ""),
            filing=_filing.decode(row.filing),
            officers=tuple(names.get(number, number) for number in visit.officers),
            change=row.change,
            missing=len(_filing.decode(row.filing).missing),
            blobs=len(visit.blobs()),
        )
        for visit, row in zip(visits, rows, strict=True)
    ]


def _of_track(connection: sa.Connection, county: str, track_id: str | None) -> Track | None:
    if track_id is None:
        return None
    body = connection.execute(
        sa.select(entity.c.body).where(entity.c.kind == "track", entity.c.id == track_id, entity.c.county == county)
    ).scalar_one_or_none()
    return None if body is None else _track.decode(body)


def _record(record: Record, visit: Visit, here: frozenset[str]) -> RecordView:
    title, sections = field_lines(record)
    return RecordView(
        record=record,
        title=title,
        sections=sections,
        revisions=tuple(
            RevisionView(revision=revision, pdf=_picture(revision.pdf, here)) for revision in reversed(record.revisions)
        ),
        signatures=tuple(
            (s.revision, s.page, BOXES.get(s.box, s.box), SIGNATURES[s.state], s.note)
            for s in visit.signatures
            if s.record_id == record.id
        ),
    )


def _evidence(item: Evidence, here: frozenset[str]) -> EvidenceView:
    return EvidenceView(
        item=item,
        original=_picture(item.original, here),
        page=_picture(item.page, here) if item.page else None,
        boxes=tuple((BOXES.get(box.name, box.name), box.state, INK[box.state]) for box in item.boxes),
    )


def _picture(ref: BlobRef, here: frozenset[str]) -> Picture:
    return Picture(ref=ref, here=ref.sha256 in here)
