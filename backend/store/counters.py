"""The counter row of a county: locked first, so that change numbers come in the order of commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from backend.store.tables import counter
from fieldkit.model.stamp import BEIJING


class Counter:
    """The numbers of one county inside a transaction that holds its lock."""

    def __init__(self, county: str, change: int, receipt: int) -> None:
        self.county = county
        self.change = change
        self.receipt = receipt

    def next_change(self) -> int:
        """Take the next change number."""
        self.change += 1
        return self.change

    def next_receipt(self, now: datetime) -> str:
        """Take the next receipt number: county, year by the county's calendar, running number."""
        self.receipt += 1
        return f"{self.county}-{now.astimezone(BEIJING).year}-{self.receipt:06d}"


def lock(connection: sa.Connection, counties: Iterable[str]) -> dict[str, Counter]:
    """Lock the counters of `counties` in sorted order and return them.

    This must be the first statement of a writing transaction: what is read before it may be stale on PostgreSQL.
    """
    codes = sorted(set(counties))
    rows = connection.execute(
        sa.select(counter.c.county, counter.c.change, counter.c.receipt)
        .where(counter.c.county.in_(codes))
        .order_by(counter.c.county)
        .with_for_update()
    )
    return {row.county: Counter(row.county, row.change, row.receipt) for row in rows}


def save(connection: sa.Connection, locked: Counter) -> None:
    """Write the numbers taken back to the locked row."""
    connection.execute(
        sa.update(counter).where(counter.c.county == locked.county).values(change=locked.change, receipt=locked.receipt)
    )


def today(now: datetime | None = None) -> str:
    """Return the county's calendar day as ISO text."""
    return (now or datetime.now(UTC)).astimezone(BEIJING).date().isoformat()
