"""What makes this machine a kit of its county: server, pinned CA, device and county key. One row in `work.db`."""

from __future__ import annotations

from typing import Any

import msgspec

from fieldkit.replica.connections import Connections

SCHEMA_1 = ("CREATE TABLE enrolment (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL)",)


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `/enrol` answered and the device's own key.

    `device_key` is the private Ed25519 key, `county_key` the MAC key of page seals, both hex; `spare_pin` the hash of
    the CA key that may follow. `embedded` says how to start a backend of one's own (demo), None for a real county.
    """

    server_url: str
    ca_pem: str
    spare_pin: str
    device_id: str
    device_key: str
    county: str
    county_name: str
    county_key: str
    epoch: str
    embedded: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Enrolment({self.server_url}, {self.device_id}, {self.county})"


_decoder = msgspec.json.Decoder(Enrolment)


class Enrolments:
    """Reads and writes the one enrolment."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self) -> Enrolment | None:
        """Return the enrolment, or None before the first."""
        row = self._connections.one("SELECT body FROM work.enrolment")
        return self._connections.decode(_decoder, row[0]) if row else None

    def set(self, enrolment: Enrolment) -> None:
        """Replace the enrolment."""
        with self._connections.work.transaction() as work:
            work.execute("INSERT OR REPLACE INTO enrolment VALUES (1, ?)", (msgspec.json.encode(enrolment),))
        self._connections.touched("enrolment")
