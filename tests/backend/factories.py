"""Small makers of what kits send."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from fieldkit.model.evidence import Evidence
from fieldkit.model.officer import Officer
from fieldkit.model.record import BlobRef
from fieldkit.model.stamp import Stamp
from fieldkit.model.task import Task
from fieldkit.model.visit import Visit

NOW = datetime(2026, 6, 11, 2, 0, tzinfo=UTC)
OFFICERS = ("330424901", "330424902")


def new_id() -> str:
    return str(uuid.uuid4())


def blob_of(data: bytes, media_type: str = "image/jpeg") -> BlobRef:
    return BlobRef(sha256=hashlib.sha256(data).hexdigest(), size=len(data), media_type=media_type)


def photo(data: bytes) -> Evidence:
    return Evidence(id=new_id(), kind="photo", original=blob_of(data), captured_at=Stamp(at=NOW, source="gps"))


def visit(**more: Any) -> Visit:
    made = Visit(
        id=new_id(),
        enterprise_id="ent-1",
        enterprise_name="海盐示例紧固件有限公司",
        county="330424",
        squad="武原中队",
        number="盐环检〔2026〕1号",
        officers=OFFICERS,
        opened_at=Stamp(at=NOW, source="gps"),
        state="final",
        finalised_at=Stamp(at=NOW, source="gps"),
        demo=True,
    )
    return msgspec.structs.replace(made, **more)


def officer(number: str, expires_on: date | None = date(2030, 1, 1), **more: Any) -> Officer:
    made = Officer(
        number=number,
        name="演示员",
        unit="海盐县环境监察大队",
        squad="武原中队",
        county="330424",
        expires_on=expires_on,
    )
    return msgspec.structs.replace(made, **more)


def task(**more: Any) -> Task:
    made = Task(
        id=new_id(), kind="日常检查", title="日常检查", enterprise_id="ent-1", state="下派", squad="武原中队", demo=True
    )
    return msgspec.structs.replace(made, **more)


def plain(value: object) -> Any:
    """Return a struct as JSON types."""
    return msgspec.to_builtins(value)
