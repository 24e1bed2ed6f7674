"""The outbox: what the officer did and the backend has not yet shown, in order, with its reason to wait.

An operation's bytes never change once queued, and only an acknowledged one may ever be deleted: both are triggers of
the file, so that no later code can forget them (I4, I8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fieldkit.clock import Clock
from fieldkit.crypto.digest import sha256_hex
from fieldkit.errors import ReplicaDamaged
from fieldkit.ids import uuid7
from fieldkit.model.operation import EntityKind, Operation, OpResult, OutboxState
from fieldkit.model.stamp import Stamp
from fieldkit.model.visit import Visit
from fieldkit.replica import driver, moment
from fieldkit.replica.connections import Connections

SCHEMA_1 = (
    """
    CREATE TABLE outbox (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        op_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, entity_id TEXT NOT NULL,
        schema INTEGER NOT NULL, base_version INTEGER NOT NULL,
        body BLOB NOT NULL, body_sha256 TEXT NOT NULL,
        captured_at TEXT NOT NULL, captured_source TEXT NOT NULL,
        depends_on TEXT NOT NULL DEFAULT '[]',
        state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN
            ('pending', 'inflight', 'acked', 'conflict', 'rejected', 'quarantined', 'parked')),
        attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at TEXT, last_problem TEXT NOT NULL DEFAULT '',
        version INTEGER, receipt TEXT NOT NULL DEFAULT '', current BLOB,
        title TEXT NOT NULL DEFAULT '', number TEXT NOT NULL DEFAULT '',
        enterprise_id TEXT, enterprise_name TEXT NOT NULL DEFAULT '', task_id TEXT, opened_at TEXT
    )""",
    "CREATE INDEX outbox_entity ON outbox (entity_id, n)",
    "CREATE INDEX outbox_state ON outbox (state, n)",
    """
    CREATE TRIGGER outbox_bytes_never_change
    BEFORE UPDATE OF op_id, kind, entity_id, schema, base_version, body, body_sha256, captured_at, captured_source,
        depends_on ON outbox
    BEGIN SELECT RAISE(ABORT, 'an operation never changes'); END""",
    """
    CREATE TRIGGER outbox_only_acknowledged_leaves
    BEFORE DELETE ON outbox WHEN old.state <> 'acked'
    BEGIN SELECT RAISE(ABORT, 'only an acknowledged operation may be deleted'); END""",
)
SCHEMA = 1
"""Schema of the bodies this program writes."""
KEPT = timedelta(days=30)
"""How long an acknowledged operation stays: a backend that comes back from an older copy gets it once more."""
FAR = timedelta(days=1)
"""No wait is longer: an attempt set further ahead was set under a wrong clock (I13)."""


class OutboxItem(msgspec.Struct, frozen=True):
    """One operation as the officer sees it. `why` is what the backend or the network said last, "" if nothing."""

    op_id: str
    kind: EntityKind
    entity_id: str
    title: str
    state: OutboxState
    attempts: int
    next_attempt_at: datetime | None
    why: str
    receipt: str = ""


class Subject(msgspec.Struct, frozen=True):
    """What an operation is about, in columns that lists and projected views need."""

    title: str = ""
    number: str = ""
    enterprise_id: str | None = None
    enterprise_name: str = ""
    task_id: str | None = None
    opened_at: str | None = None


def queue(
    connection: driver.Connection,
    kind: EntityKind,
    entity_id: str,
    body: bytes,
    base_version: int,
    captured_at: Stamp,
    depends_on: Sequence[str] = (),
    subject: Subject = Subject(),  # noqa: B008  # a frozen struct
) -> Operation:
    """Put one operation into the outbox, inside the caller's transaction on `work.db`, and return it."""
    operation = Operation(
        op_id=uuid7(int(captured_at.at.timestamp() * 1000)),
        kind=kind,
        entity_id=entity_id,
        schema=SCHEMA,
        base_version=base_version,
        body=msgspec.Raw(body),
        body_sha256=sha256_hex(body),
        captured_at=captured_at,
        depends_on=tuple(depends_on),
    )
    connection.execute(
        "INSERT INTO outbox (op_id, kind, entity_id, schema, base_version, body, body_sha256, captured_at,"
        " captured_source, depends_on, title, number, enterprise_id, enterprise_name, task_id, opened_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            operation.op_id,
            kind,
            entity_id,
            SCHEMA,
            base_version,
            body,
            operation.body_sha256,
            moment.to_text(captured_at.at),
            captured_at.source,
            msgspec.json.encode(operation.depends_on).decode(),
            *msgspec.structs.astuple(subject),
        ),
    )
    return operation


class Outbox:
    """Queues, reads and settles what waits. Times of retries come from the caller: the engine knows the server's."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock

    def add(
        self,
        kind: EntityKind,
        entity_id: str,
        body: bytes,
        base_version: int,
        depends_on: Sequence[str] = (),
        title: str = "",
    ) -> Operation:
        """Queue an operation on its own; a visit's is queued by `Visits.finalise` together with the visit.

        Args:
            kind: of the entity.
            entity_id: of the entity.
            body: canonical JSON; these very bytes are sent, each time.
            base_version: the backend's version the work was based on, 0 for something new.
            depends_on: op_ids that must be through first.
            title: what the officer calls it.
        """
        with self._connections.work.transaction() as work:
            operation = queue(
                work, kind, entity_id, body, base_version, self._clock.now(), depends_on, Subject(title=title)
            )
        self._connections.touched("outbox", kind)
        return operation

    def due(self, now: datetime, limit: int) -> list[Operation]:
        """Return up to `limit` operations to send now, in the order they were made.

        One that is not through holds back only its own entity and what depends on it (PROTOCOL rule 2).
        """
        rows = self._connections.all(
            "SELECT op_id, entity_id, depends_on FROM work.outbox AS o WHERE state = 'pending'"
            " AND (next_attempt_at IS NULL OR next_attempt_at <= :now OR next_attempt_at > :far)"
            " AND NOT EXISTS (SELECT 1 FROM work.outbox AS earlier WHERE earlier.entity_id = o.entity_id"
            "   AND earlier.n < o.n AND earlier.state <> 'acked' AND NOT (earlier.state = 'pending' AND"
            "     (earlier.next_attempt_at IS NULL OR earlier.next_attempt_at <= :now"
            "      OR earlier.next_attempt_at > :far)))"
            " ORDER BY n",
            {"now": moment.to_text(now), "far": moment.to_text(now + FAR)},
        )
        chosen: dict[str, None] = {}
        held: set[str] = set()
        for op_id, entity_id, depends_on in rows:
            if len(chosen) == limit:
                break
            needs = msgspec.json.decode(depends_on, type=tuple[str, ...])
            if entity_id not in held and all(needed in chosen or self._is_through(needed) for needed in needs):
                chosen[op_id] = None
            else:
                held.add(entity_id)
        return [operation for op_id in chosen if (operation := self.get(op_id)) is not None]

    def sent(self, op_ids: Sequence[str]) -> None:
        """Mark operations as on their way; durable before the first byte leaves."""
        self._update(
            "UPDATE outbox SET state = 'inflight', attempts = attempts + 1 WHERE op_id = ? AND state = 'pending'",
            [(op_id,) for op_id in op_ids],
        )

    def settle(self, result: OpResult) -> None:
        """Take the backend's answer to one operation; an answer that comes twice changes nothing.

        Blobs the backend still wants wait again, whatever this kit believed of them.
        """
        state: OutboxState = _AFTER[result.state]
        with self._connections.work.transaction() as work:
            work.execute(
                "UPDATE outbox SET state = ?, version = ?, receipt = ?, current = ?, last_problem = ?,"
                " next_attempt_at = CASE WHEN ? = 'pending' THEN next_attempt_at END"
                " WHERE op_id = ? AND state <> 'acked'",
                (
                    state,
                    result.version,
                    result.receipt,
                    bytes(result.current) if result.current else None,
                    result.why,
                    state,
                    result.op_id,
                ),
            )
            _want(work, result.missing)
        self._connections.touched("outbox", "visit", "task", *(["blob"] if result.missing else []))

    def postpone(self, op_ids: Sequence[str], next_attempt_at: datetime, why: str) -> None:
        """Let operations wait until `next_attempt_at` for the reason `why`."""
        self._update(
            "UPDATE outbox SET state = 'pending', next_attempt_at = ?, last_problem = ?"
            " WHERE op_id = ? AND state IN ('pending', 'inflight')",
            [(moment.to_text(next_attempt_at), why, op_id) for op_id in op_ids],
        )

    def park(self, op_ids: Sequence[str], why: str) -> None:
        """Set operations aside until `unpark`: the backend does not take this kind or this device just now."""
        self._update(
            "UPDATE outbox SET state = 'parked', next_attempt_at = NULL, last_problem = ?"
            " WHERE op_id = ? AND state IN ('pending', 'inflight')",
            [(why, op_id) for op_id in op_ids],
        )

    def unpark(self) -> None:
        """Let everything parked try again, at once."""
        self._update("UPDATE outbox SET state = 'pending', next_attempt_at = NULL WHERE state = 'parked'", [()])

    def hurry(self) -> None:
        """Forget all waits: the officer asked to sync now."""
        self._update("UPDATE outbox SET next_attempt_at = NULL WHERE state = 'pending'", [()])

    def items(self, *, acknowledged: bool = False) -> list[OutboxItem]:
        """Return what waits, in order; with `acknowledged`, also what the replica does not show yet."""
        rows = self._connections.all(
            "SELECT op_id, kind, entity_id, title, state, attempts, next_attempt_at, last_problem, receipt"  # noqa: S608  # a constant
            f" FROM work.outbox AS o WHERE state <> 'acked' OR (? AND NOT {_SHOWN}) ORDER BY n",
            (acknowledged,),
        )
        return [
            OutboxItem(
                op_id, kind, entity_id, title, state, attempts, moment.from_text(at) if at else None, why, receipt
            )
            for op_id, kind, entity_id, title, state, attempts, at, why, receipt in rows
        ]

    def get(self, op_id: str) -> Operation | None:
        """Return one operation with the bytes it was queued with, or None."""
        row = self._connections.one(f"SELECT {_COLUMNS} FROM work.outbox WHERE op_id = ?", (op_id,))  # noqa: S608  # a constant
        return _operation(row) if row else None

    def current(self, op_id: str) -> msgspec.Raw | None:
        """Return the backend's body that an operation is in conflict with, or None."""
        row = self._connections.one("SELECT current FROM work.outbox WHERE op_id = ?", (op_id,))
        return msgspec.Raw(row[0]) if row and row[0] is not None else None

    def next_attempt_at(self) -> datetime | None:
        """Return when the earliest waiting operation wants its next try, or None if none waits for a time."""
        row = self._connections.one(
            "SELECT min(next_attempt_at) FROM work.outbox WHERE state = 'pending' AND next_attempt_at IS NOT NULL"
        )
        return moment.from_text(row[0]) if row and row[0] else None

    def prune(self, kept: timedelta = KEPT) -> int:
        """Delete acknowledged operations whose result the replica shows, and return how many.

        Args:
            kept: they stay for so long after they were made.
        """
        self._see_released()
        rows = self._connections.all(
            f"SELECT o.n FROM work.outbox AS o WHERE o.state = 'acked' AND {_SHOWN} AND o.captured_at <= ?",  # noqa: S608  # a constant
            (moment.to_text(self._clock.now().at - kept),),
        )
        if rows:
            self._update("DELETE FROM outbox WHERE n = ? AND state = 'acked'", rows)
        return len(rows)

    def restart(self, shown: Mapping[tuple[str, str], int], missing: Iterable[str]) -> int:
        """Let what was acknowledged and the backend no longer has go up again, and return how many operations do.

        Its ledger makes one effect of what it has after all. The blobs of these visits wait again too; what the
        backend still holds of them it says before a byte leaves.

        Args:
            shown: version of each (kind, id) that the backend's new feed shows.
            missing: SHA-256 (hex) of the blobs that visits of the new feed want.
        """
        rows = self._connections.all(
            "SELECT n, kind, entity_id, version, body FROM work.outbox WHERE state = 'acked' ORDER BY n"
        )
        lost = [row for row in rows if shown.get((row[1], row[2]), -1) < (row[3] or 0)]
        wanted = dict.fromkeys(missing)
        for _, kind, _, _, body in lost:
            if kind == "visit":
                wanted |= dict.fromkeys(blob.sha256 for blob in self._connections.decode(_visit, body).blobs())
        with self._connections.work.transaction() as work:
            work.executemany(
                "UPDATE outbox SET state = 'pending', version = NULL, attempts = 0, next_attempt_at = NULL WHERE n = ?",
                [(row[0],) for row in lost],
            )
            _want(work, wanted)
        self._connections.touched("outbox", "visit", "task", *(["blob"] if wanted else []))
        return len(lost)

    def let_go(self, kind: str, entity_ids: Sequence[str]) -> None:
        """Delete acknowledged operations of what the backend deleted: they are no longer the newest truth."""
        self._update(
            "DELETE FROM outbox WHERE state = 'acked' AND kind = ? AND entity_id = ?",
            [(kind, entity_id) for entity_id in entity_ids],
        )

    def _see_released(self) -> None:
        """Take what a leader let out of quarantine as acknowledged: the replica shows the visit it made."""
        rows = self._connections.all(
            "SELECT v.version, o.n FROM work.outbox AS o JOIN main.visit AS v ON v.id = o.entity_id"
            " WHERE o.state = 'quarantined' AND o.kind = 'visit' AND v.version > o.base_version"
        )
        if rows:
            self._update("UPDATE outbox SET state = 'acked', version = ? WHERE n = ?", rows)

    def resume(self) -> None:
        """Let what was on its way when the program ended wait again; the ledger knows what arrived."""
        self._update("UPDATE outbox SET state = 'pending', next_attempt_at = NULL WHERE state = 'inflight'", [()])

    def _is_through(self, op_id: str) -> bool:
        row = self._connections.one("SELECT state FROM work.outbox WHERE op_id = ?", (op_id,))
        return row is None or row[0] == "acked"

    def _update(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        with self._connections.work.transaction() as work:
            work.executemany(sql, rows)
        self._connections.touched("outbox", "visit", "task")


_SHOWN = (
    "(o.kind = 'track' OR (o.kind = 'visit' AND EXISTS"
    " (SELECT 1 FROM main.visit AS v WHERE v.id = o.entity_id AND v.version >= o.version)))"
)
"""Of an acknowledged operation `o`: the replica shows what came of it, or never will."""
_COLUMNS = "op_id, kind, entity_id, schema, base_version, body, body_sha256, captured_at, captured_source, depends_on"
_visit = msgspec.json.Decoder(Visit)
_AFTER: dict[str, OutboxState] = {
    "applied": "acked",
    "conflict": "conflict",
    "rejected": "rejected",
    "quarantined": "quarantined",
    "blocked": "pending",
    "retry": "pending",
}


def _want(work: driver.Connection, hashes: Iterable[str]) -> None:
    """Let blobs wait to go up, whatever this kit believed of them."""
    work.executemany(
        "UPDATE blob SET wanted = 1, state = iif(state = 'stored', 'local', state),"
        " upload_url = iif(state = 'stored', '', upload_url), offset = iif(state = 'stored', 0, offset)"
        " WHERE sha256 = ?",
        [(sha256,) for sha256 in hashes],
    )


def _operation(row: driver.Row) -> Operation:
    op_id, kind, entity_id, schema, base_version, body, body_sha256, at, source, depends_on = row
    if sha256_hex(body) != body_sha256:
        raise ReplicaDamaged("replica.operation_damaged", op_id=op_id, where=f"outbox {op_id}")
    return Operation(
        op_id=op_id,
        kind=kind,
        entity_id=entity_id,
        schema=schema,
        base_version=base_version,
        body=msgspec.Raw(body),
        body_sha256=body_sha256,
        captured_at=Stamp(moment.from_text(at), source),
        depends_on=msgspec.json.decode(depends_on, type=tuple[str, ...]),
    )
