"""The change feed: what a scope holds, in the order of its change numbers, as pages of raw JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from backend.problems import Refusal
from backend.store import counters, counties, rows
from backend.store.database import Database
from backend.store.tables import counter, entity

PAGE_ROWS = 1000
PAGE_BYTES = 1 << 20


def page(database: Database, county: str, device: str, cursor: str, limit: int) -> bytes:
    """Return a `ChangesPage` as JSON: rows after `cursor`, at most `limit` of them and about 1 MiB.

    The watermark is read before the rows: every change up to it is committed, since the counter's lock is held to the
    commit. Stored bodies are spliced into the page as they are. Tracks are personal data and go only to the kit that
    sent them.

    Raises:
        Refusal: malformed cursor; epoch-changed or cursor-expired, which ask for everything anew.
    """
    with database.read() as connection:
        epoch = counties.epoch(connection)
        watermark, floor = connection.execute(
            sa.select(counter.c.change, counter.c.floor).where(counter.c.county == county)
        ).one()
        after = _read(cursor, epoch)
        if 0 < after < floor:
            raise Refusal("cursor-expired")
        if after > watermark:
            raise Refusal("epoch-changed", f"cursor {after} is past {watermark}")
        query = (
            sa.select(
                entity.c.kind,
                entity.c.id,
                entity.c.version,
                entity.c.change,
                entity.c.deleted,
                entity.c.body,
                entity.c.filing,
            )
            .where(entity.c.county == county, entity.c.change > after, entity.c.change <= watermark)
            .where((entity.c.kind != "track") | (entity.c.device == device))
            .order_by(entity.c.change)
            .limit(min(max(limit, 1), PAGE_ROWS) + 1)
        )
        found = connection.execute(query).all()
    parts: list[str] = []
    size = 0
    last = after
    for row in found[: min(max(limit, 1), PAGE_ROWS)]:
        text = _change(row)
        if parts and size + len(text) > PAGE_BYTES:
            break
        parts.append(text)
        size += len(text)
        last = row.change
    has_more = len(parts) < len(found)
    tail = {"next_cursor": _write(last if has_more else watermark, epoch), "has_more": has_more, "watermark": watermark}
    return f'{{"changes":[{",".join(parts)}],{msgspec.json.encode(tail).decode()[1:]}'.encode()


def put(connection: sa.Connection, county: str, entities: list[tuple[str, str, str]], now: datetime) -> None:
    """Write entities (kind, id, body as JSON text) of a county under new versions and change numbers."""
    counter_row = counters.lock(connection, [county])[county]
    held = rows.load(connection, [(kind, name) for kind, name, _ in entities])
    for kind, name, body in entities:
        row = held.setdefault((kind, name), rows.Held(kind=kind, id=name, county=county))
        row.put(body, counter_row.next_change())
    rows.store(connection, held.values(), now)
    counters.save(connection, counter_row)


def _change(row: sa.Row[Any, Any, Any, Any, Any, Any, Any]) -> str:
    head: dict[str, object] = {"kind": row.kind, "id": row.id, "version": row.version, "change": row.change}
    if row.deleted:
        head["deleted"] = True
    text = msgspec.json.encode(head).decode()[:-1]
    if row.body is not None and not row.deleted:
        text += f',"body":{row.body}'
    if row.filing is not None:
        text += f',"filing":{row.filing}'
    return text + "}"


def _read(cursor: str, epoch: str) -> int:
    """Return the change number of a cursor; "" starts at the beginning."""
    if not cursor:
        return 0
    made_in, _, number = cursor.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Refusal("malformed", "cursor")
    if made_in != epoch:
        raise Refusal("epoch-changed")
    return int(number)


def _write(change: int, epoch: str) -> str:
    return f"{epoch}.{change}"
