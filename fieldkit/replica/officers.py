"""The county's roster as the backend holds it: who may inspect, and until when."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fieldkit.model.officer import Officer
from fieldkit.replica.connections import Connections

SCHEMA_1 = (
    """
    CREATE TABLE officer (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
        name TEXT NOT NULL, squad TEXT NOT NULL, expires_on TEXT, body BLOB NOT NULL
    )""",
)
COLUMNS = ("name", "squad", "expires_on")

decoder = msgspec.json.Decoder(Officer)


def columns(officer: Officer) -> Sequence[object]:
    """Return the indexed values in the order of COLUMNS."""
    return officer.name, officer.squad, officer.expires_on.isoformat() if officer.expires_on else None


class Officers:
    """Reads the roster."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def roster(self) -> list[Officer]:
        """Return every officer of the county by squad and number."""
        rows = self._connections.all("SELECT body FROM officer ORDER BY squad, id")
        return [self._connections.decode(decoder, row[0]) for row in rows]

    def get(self, number: str) -> Officer | None:
        """Return the officer with this 执法证号, or None."""
        row = self._connections.one("SELECT body FROM officer WHERE id = ?", (number,))
        return self._connections.decode(decoder, row[0]) if row else None
