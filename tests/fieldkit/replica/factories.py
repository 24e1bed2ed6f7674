"""Small makers of what the tests save: a kit's keys, enterprises, visits, changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fieldkit.access.keys import Keys
from fieldkit.clock import Clock
from fieldkit.ids import uuid7
from fieldkit.model.enterprise import Enterprise, Outfall, Permit
from fieldkit.model.evidence import Evidence
from fieldkit.model.operation import Change, Filing, Operation
from fieldkit.model.place import Point
from fieldkit.model.record import BlobRef, FormRef, Record, Revision
from fieldkit.model.stamp import Stamp
from fieldkit.model.task import Petition, Task
from fieldkit.model.visit import Visit
from fieldkit.replica import Replica

SCOPE = "county:330424"
EPOCH = "epoch-1"
KEYS = Keys(bytes(range(32)))
NOON = datetime(2026, 6, 11, 4, 0, tzinfo=UTC)
NAME = "海盐示例紧固件有限公司"


def clock(at: datetime = NOON) -> Clock:
    return Clock(laptop=lambda: at)


def enterprise(entity_id: str = "e1", name: str = NAME, **more: Any) -> Enterprise:
    given: dict[str, Any] = {
        "uscc": "91130200699229617X",
        "legal_person": "示例甲",
        "address": "武原街道示例路1号",
        "town": "武原街道",
        "products": ("高强度螺栓",),
        "initials": "hysljgjyxgs",
        "pinyin": "hai yan shi li jin gu jian you xian gong si",
        "outfalls": (Outfall(code="DW001", name="总排口", medium="废水"),),
        "permits": (
            Permit(
                number="91130200699229617X001V",
                permit_class="重点管理",
                authority="示例局",
                valid_from=NOON.date(),
                valid_to=(NOON + timedelta(days=1000)).date(),
            ),
        ),
        "point": Point(120.94, 30.52),
        "demo": True,
    }
    return Enterprise(id=entity_id, name=name, **(given | more))


def task(entity_id: str = "t1", **more: Any) -> Task:
    given: dict[str, Any] = {
        "kind": "日常检查",
        "title": "六月日常检查",
        "enterprise_id": "e1",
        "state": "下派",
        "squad": "一中队",
        "demo": True,
    }
    return Task(id=entity_id, **(given | more))


def petition(entity_id: str = "p1", **more: Any) -> Petition:
    given: dict[str, Any] = {
        "number": "XF-2026-017",
        "topic": "夜间异味",
        "summary": "反映夜间有刺鼻气味",
        "received_at": NOON,
        "state": "交办",
        "enterprise_id": "e1",
        "demo": True,
    }
    return Petition(id=entity_id, **(given | more))


def record(document_id: str = "d1", situation: str = "", revisions: tuple[Revision, ...] = ()) -> Record:
    return Record(
        id=document_id,
        form=FormRef("huanban-2024-9", "inspection", "2024.1"),
        number="盐环检〔2026〕1号",
        values={"situation": situation},
        revisions=revisions,
        demo=True,
    )


def visit(visit_id: str | None = None, situation: str = "", blobs: tuple[BlobRef, ...] = (), **more: Any) -> Visit:
    stamp = Stamp(NOON, "laptop")
    given: dict[str, Any] = {
        "enterprise_id": "e1",
        "enterprise_name": NAME,
        "county": "330424",
        "squad": "一中队",
        "number": "2026-0611-01",
        "officers": ("33042400101", "33042400102"),
        "opened_at": stamp,
        "records": (record(situation=situation),),
        "evidence": tuple(Evidence(id=b.sha256[:8], kind="photo", original=b, captured_at=stamp) for b in blobs),
        "demo": True,
    }
    return Visit(id=visit_id or uuid7(), **(given | more))


def change(kind: str, thing: Any, number: int, version: int = 1, filing: Filing | None = None) -> Change:
    return Change(
        kind=kind,
        id=thing.number if kind == "officer" else thing.id,
        version=version,
        change=number,
        body=msgspec.Raw(msgspec.json.encode(thing)),
        filing=filing,
    )


def tombstone(kind: str, entity_id: str, number: int) -> Change:
    return Change(kind=kind, id=entity_id, version=9, change=number, deleted=True)


def pull(replica: Replica, *changes: Change, scope: str = SCOPE) -> None:
    """Apply changes as one page whose cursor is the last change number."""
    replica.changes.apply(scope, changes, str(max(c.change for c in changes)), EPOCH)


def as_held(operation: Operation, number: int, *, filed: bool, version: int = 1) -> Change:
    """The change a backend makes of a visit's operation."""
    filing = Filing(receipt="R-1", received_at=NOON, filed_at=NOON if filed else None)
    final = msgspec.json.decode(bytes(operation.body), type=Visit)
    return change("visit", final, number, version=version, filing=filing)
