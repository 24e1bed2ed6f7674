"""Tracks of officers on duty: personal data, shown to that officer, sent with the visit."""

from __future__ import annotations

import msgspec

from fieldkit.clock import Clock
from fieldkit.crypto.canonical import canonical_json
from fieldkit.errors import NotFound
from fieldkit.model.evidence import Track
from fieldkit.model.operation import Operation
from fieldkit.replica import moment, outbox
from fieldkit.replica.connections import Connections

SCHEMA_1 = (
    """
    CREATE TABLE track (
        id TEXT PRIMARY KEY, officer TEXT NOT NULL, visit_id TEXT, saved_at TEXT NOT NULL, body BLOB NOT NULL
    )""",
    "CREATE INDEX track_of_visit ON track (visit_id)",
)


_decoder = msgspec.json.Decoder(Track)


class Tracks:
    """Saves and reads tracks."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock

    def save(self, track: Track) -> None:
        """Keep a track; the same id replaces what was saved before. Durable when it returns."""
        with self._connections.work.transaction() as work:
            work.execute(
                "INSERT OR REPLACE INTO track (id, officer, visit_id, saved_at, body) VALUES (?, ?, ?, ?, ?)",
                (
                    track.id,
                    track.officer,
                    track.visit_id,
                    moment.to_text(self._clock.now().at),
                    msgspec.json.encode(track),
                ),
            )
        self._connections.touched("track")

    def get(self, track_id: str) -> Track | None:
        """Return one track, or None."""
        row = self._connections.one("SELECT body FROM work.track WHERE id = ?", (track_id,))
        return self._connections.decode(_decoder, row[0]) if row else None

    def of_visit(self, visit_id: str) -> list[Track]:
        """Return the tracks of a visit, the first begun in front."""
        rows = self._connections.all("SELECT body FROM work.track WHERE visit_id = ? ORDER BY id", (visit_id,))
        return [self._connections.decode(_decoder, row[0]) for row in rows]

    def queue(self, track_id: str) -> Operation:
        """Put a finished track into the outbox as an operation of its own.

        Raises:
            NotFound: no such track.
        """
        track = self.get(track_id)
        if track is None:
            raise NotFound(what=track_id)
        with self._connections.work.transaction() as work:
            operation = outbox.queue(
                work,
                "track",
                track.id,
                canonical_json(track),
                0,
                self._clock.now(),
                subject=outbox.Subject(title=f"轨迹 {track.officer}"),
            )
        self._connections.touched("outbox", "track")
        return operation
