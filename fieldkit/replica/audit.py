"""The audit: who did what on this kit, as a hash chain whose head goes up with each push."""

from __future__ import annotations

from fieldkit.clock import Clock
from fieldkit.crypto import chain
from fieldkit.model.stamp import Stamp
from fieldkit.replica import driver, moment
from fieldkit.replica.connections import Connections

SCHEMA_1 = (
    """
    CREATE TABLE audit (
        n INTEGER PRIMARY KEY, at TEXT NOT NULL, source TEXT NOT NULL,
        actor TEXT NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, own TEXT NOT NULL
    )""",
)


def append(connection: driver.Connection, at: Stamp, actor: str, act: str, subject: str) -> None:
    """Add an entry inside the caller's transaction on `work.db`."""
    n, before = connection.execute("SELECT n, own FROM audit ORDER BY n DESC LIMIT 1").fetchone() or (0, "")
    entry = chain.link(n + 1, at, actor, act, subject, before)
    connection.execute(
        "INSERT INTO audit (n, at, source, actor, act, subject, before, own) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.n, moment.to_text(at.at), at.source, actor, act, subject, before, entry.own),
    )


class Audit:
    """Writes and checks the chain."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock

    def write(self, actor: str, act: str, subject: str) -> None:
        """Record that `actor` (an officer's number, or "kit") did `act` to `subject`."""
        with self._connections.work.transaction() as work:
            append(work, self._clock.now(), actor, act, subject)
        self._connections.touched("audit")

    def head(self) -> str:
        """Return the digest of the newest entry with its algorithm, "" if there is none."""
        row = self._connections.one("SELECT own FROM work.audit ORDER BY n DESC LIMIT 1")
        return str(row[0]) if row else ""

    def entries(self, after: int = 0, limit: int = 1000) -> list[chain.Entry]:
        """Return up to `limit` entries after number `after`."""
        rows = self._connections.all(
            "SELECT n, at, source, actor, act, subject, before, own FROM work.audit WHERE n > ? ORDER BY n LIMIT ?",
            (after, limit),
        )
        return [
            chain.Entry(n, Stamp(moment.from_text(at), source), actor, act, subject, before, own)
            for n, at, source, actor, act, subject, before, own in rows
        ]

    def first_break(self) -> int | None:
        """Return the number of the entry at which the chain breaks, or None."""
        entries: list[chain.Entry] = []
        while step := self.entries(after=entries[-1].n if entries else 0):
            entries += step
        return chain.first_break(entries)
