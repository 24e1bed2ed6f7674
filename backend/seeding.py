"""The demo county, written into an empty backend once: the only door by which demo data come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from backend.store import accounts, changes, counters, counties, rows
from backend.store.database import Database
from backend.store.pinyin import with_pinyin
from backend.store.tables import account
from fieldkit.demo import COUNTY, COUNTY_NAME, PASSWORD, County, county
from fieldkit.model.stamp import BEIJING
from fieldkit.model.visit import Visit

T = TypeVar("T")
_STEP = 500


def seed_demo(database: Database, now: datetime) -> bool:
    """Write the demo county and its accounts; return False and do nothing when that was done before."""
    with database.write() as connection:
        if counties.fact(connection, "demo") is not None:
            return False
        demo = county(today=now.astimezone(BEIJING).date())
        counties.ensure(connection, COUNTY, COUNTY_NAME)
        for step in _steps(_entities(demo)):
            changes.put(connection, COUNTY, step, now)
        for visits in _steps(demo.visits):
            _file(connection, visits, now)
        password = accounts.hash_password(PASSWORD)
        connection.execute(
            sa.insert(account),
            [
                {"number": o.number, "county": o.county, "role": o.role, "password_hash": password}
                for o in demo.officers
            ],
        )
        counties.note(connection, "demo", now.isoformat())
    return True


def _entities(demo: County) -> list[tuple[str, str, str]]:
    """Return (kind, id, body) of all but the visits; pinyin is computed here, once."""
    return [
        *(("officer", o.number, _json(o)) for o in demo.officers),
        *(("enterprise", e.id, _json(with_pinyin(e))) for e in demo.enterprises),
        *(("petition", p.id, _json(p)) for p in demo.petitions),
        *(("task", t.id, _json(t)) for t in demo.tasks),
    ]


def _file(connection: sa.Connection, visits: list[Visit], now: datetime) -> None:
    """Write earlier visits as filed, with receipts; what blobs they name are none of this backend's business."""
    counter = counters.lock(connection, [COUNTY])[COUNTY]
    held = []
    for visit in visits:
        row = rows.Held(kind="visit", id=visit.id, county=COUNTY)
        row.put(_json(visit), counter.next_change())
        at = visit.finalised_at.at if visit.finalised_at else now
        row.file(counter.next_receipt(at), (), at)
        held.append(row)
    rows.store(connection, held, now)
    counters.save(connection, counter)


def _steps(items: Sequence[T]) -> Iterator[list[T]]:
    return (list(items[start : start + _STEP]) for start in range(0, len(items), _STEP))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
