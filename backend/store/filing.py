"""Which blobs a visit still wants, and the moment its last one arrives: then, and only then, it is filed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from backend.store import counters, rows
from backend.store.tables import blob, wanted


def stored(connection: sa.Connection, county: str, hashes: Iterable[str]) -> frozenset[str]:
    """Return those of `hashes` that the county has stored."""
    asked = sorted(set(hashes))
    found: set[str] = set()
    for start in range(0, len(asked), 500):
        query = sa.select(blob.c.sha256).where(blob.c.county == county, blob.c.sha256.in_(asked[start : start + 500]))
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def missing(connection: sa.Connection, visit_id: str) -> tuple[str, ...]:
    """Return the blobs the visit still wants."""
    query = sa.select(wanted.c.sha256).where(wanted.c.visit_id == visit_id).order_by(wanted.c.sha256)
    return tuple(connection.execute(query).scalars())


def want(connection: sa.Connection, county: str, visits: Mapping[str, tuple[str, ...]]) -> None:
    """Note what each visit wants in place of what it wanted before."""
    if not visits:
        return
    connection.execute(sa.delete(wanted).where(wanted.c.visit_id.in_(sorted(visits))))
    new = [
        {"visit_id": visit_id, "sha256": sha256, "county": county}
        for visit_id, hashes in visits.items()
        for sha256 in hashes
    ]
    if new:
        connection.execute(sa.insert(wanted), new)


def arrived(
    connection: sa.Connection, county: str, sha256: str, size: int, media_type: str, now: datetime
) -> tuple[str, ...]:
    """Record a blob as stored and return the visits it completed; these get a new change number.

    The caller has put the bytes into the content store already. Must be the first use of a writing transaction.
    """
    counter = counters.lock(connection, [county])[county]
    known = connection.execute(sa.select(blob.c.size).where(blob.c.county == county, blob.c.sha256 == sha256)).first()
    if known is None:
        connection.execute(
            sa.insert(blob).values(county=county, sha256=sha256, size=size, media_type=media_type, stored_at=now)
        )
    here = (wanted.c.county == county) & (wanted.c.sha256 == sha256)
    visits = list(connection.execute(sa.select(wanted.c.visit_id).where(here)).scalars())
    if not visits:
        return ()
    connection.execute(sa.delete(wanted).where(here))
    held = rows.load(connection, [("visit", visit_id) for visit_id in visits])
    complete = []
    for visit in held.values():
        left = missing(connection, visit.id)
        visit.file(visit.receipt(), left, now)
        if not left:
            visit.change = counter.next_change()
            complete.append(visit.id)
    rows.store(connection, held.values(), now)
    counters.save(connection, counter)
    return tuple(complete)
