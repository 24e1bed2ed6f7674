"""Changes come down: the only writer of `replica.db`. A page and its cursor are one transaction (I5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fieldkit.clock import Clock
from fieldkit.errors import InvalidInput
from fieldkit.model.operation import Change
from fieldkit.replica import archives, driver, moment, officers, search_index, tasks, visits
from fieldkit.replica.connections import Connections
from fieldkit.replica.outbox import Outbox

SCHEMA_1 = (
    # Kinds of a newer backend are stored raw and ignored (PROTOCOL rule 9).
    """
    CREATE TABLE other (
        kind TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
        body BLOB, PRIMARY KEY (kind, id)
    )""",
    """
    CREATE TABLE sync_state (
        scope TEXT PRIMARY KEY, cursor TEXT NOT NULL, epoch TEXT NOT NULL, schema INTEGER NOT NULL,
        last_ok_at TEXT NOT NULL
    )""",
)
SCHEMA_2 = (
    # Cursors are the backend's and opaque: what tells a page that goes back is the numbers of its changes.
    "ALTER TABLE sync_state ADD COLUMN change INTEGER NOT NULL DEFAULT 0",
)
SCHEMA = 1
STEP = 1000
"""Rows handled before Python's lock is surely given back (DESIGN, Threads)."""
KINDS = ("enterprise", "visit", "task", "petition", "officer")


class SyncState(msgspec.Struct, frozen=True):
    """How far one scope is fetched. `cursor` is the backend's, opaque here."""

    scope: str
    cursor: str
    epoch: str
    schema: int
    last_ok_at: datetime


class Changes:
    """Applies pages of the change feed."""

    def __init__(self, connections: Connections, outbox: Outbox, clock: Clock) -> None:
        self._connections, self._outbox, self._clock = connections, outbox, clock

    def apply(self, scope: str, changes: Sequence[Change], cursor: str, epoch: str) -> None:
        """Store a page and the cursor after it, all or nothing. Unsent work is not touched (I11).

        Args:
            scope: such as county:330424.
            changes: in the order of their change numbers.
            cursor: to ask for the next page with.
            epoch: of the backend that answered.

        Raises:
            InvalidInput: the page is of another epoch, or all of it lies before what is stored.
            StorageFull: the page was not taken; the cursor stays.
        """
        with self._connections.replica.transaction() as replica:
            highest = _forbid_going_back(replica, scope, changes, epoch)
            for start in range(0, len(changes), STEP):
                for change in changes[start : start + STEP]:
                    _apply_one(replica, scope, change)
            replica.execute(
                "INSERT OR REPLACE INTO sync_state (scope, cursor, epoch, schema, last_ok_at, change)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (scope, cursor, epoch, SCHEMA, moment.to_text(self._clock.now().at), highest),
            )
        self._connections.touched(*{change.kind for change in changes}, "sync")
        deleted = [change.id for change in changes if change.kind == "visit" and change.deleted]
        if deleted:
            self._outbox.let_go("visit", deleted)
        if any(change.kind == "visit" for change in changes):
            self._outbox.prune()

    def cursor(self, scope: str) -> str:
        """Return the cursor to go on from, "" before the first page."""
        state = self.state(scope)
        return state.cursor if state else ""

    def state(self, scope: str) -> SyncState | None:
        """Return how far a scope is fetched, or None before the first page."""
        row = self._connections.one(
            "SELECT scope, cursor, epoch, schema, last_ok_at FROM sync_state WHERE scope = ?", (scope,)
        )
        return SyncState(row[0], row[1], row[2], row[3], moment.from_text(row[4])) if row else None

    def scopes(self) -> list[str]:
        """Return the scopes with a cursor."""
        return [row[0] for row in self._connections.all("SELECT scope FROM sync_state ORDER BY scope")]

    def forget(self, scope: str) -> None:
        """Drop everything of a scope and its cursor: its epoch changed, or the right to see it ended."""
        with self._connections.replica.transaction() as replica:
            for kind in KINDS:
                ids = replica.execute(f"SELECT id FROM {kind} WHERE scope = ?", (scope,)).fetchall()  # noqa: S608  # a constant name
                for (entity_id,) in ids:
                    _delete(replica, kind, entity_id)
            replica.execute("DELETE FROM other WHERE scope = ?", (scope,))
            replica.execute("DELETE FROM sync_state WHERE scope = ?", (scope,))
        self._connections.touched(*KINDS, "sync")

    def counts(self) -> dict[str, int]:
        """Return how many things of each kind the replica holds."""
        found = {}
        for kind in (*KINDS, "other"):
            row = self._connections.one(f"SELECT count(*) FROM main.{kind}")  # noqa: S608  # a constant name
            found[kind] = int(row[0]) if row else 0
        return found

    def undecodable(self) -> Iterator[tuple[str, str]]:
        """Give (kind, id) of each row whose body can't be read."""
        for kind, decoder in _DECODERS.items():
            after = ""
            while rows := self._connections.all(
                f"SELECT id, body FROM main.{kind} WHERE id > ? ORDER BY id LIMIT {STEP}",  # noqa: S608  # constant names
                (after,),
            ):
                for entity_id, body in rows:
                    try:
                        decoder.decode(body)
                    except msgspec.DecodeError:
                        yield kind, entity_id
                after = rows[-1][0]


_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "enterprise": archives.decoder,
    "visit": visits.decoder,
    "task": tasks.task_decoder,
    "petition": tasks.petition_decoder,
    "officer": officers.decoder,
}
_COLUMNS: dict[str, Sequence[str]] = {
    "enterprise": archives.COLUMNS,
    "visit": visits.COLUMNS,
    "task": tasks.TASK_COLUMNS,
    "petition": tasks.PETITION_COLUMNS,
    "officer": officers.COLUMNS,
}


_VALUES: dict[str, Callable[[Any], Sequence[object]]] = {
    "enterprise": archives.columns,
    "task": tasks.task_columns,
    "petition": tasks.petition_columns,
    "officer": officers.columns,
}


def _upsert(kind: str) -> str:
    names = ("id", "scope", "version", "change", *_COLUMNS[kind], "body")
    updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    marks = ", ".join("?" * len(names))
    return (
        f"INSERT INTO {kind} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # constant names
        f" ON CONFLICT (id) DO UPDATE SET {updates}"
    )


_UPSERTS = {kind: _upsert(kind) for kind in KINDS}


def _apply_one(replica: driver.Connection, scope: str, change: Change) -> None:
    if change.kind not in _DECODERS:
        replica.execute(
            "INSERT OR REPLACE INTO other VALUES (?, ?, ?, ?, ?, ?)",
            (change.kind, change.id, scope, change.version, change.change, bytes(change.body or b"") or None),
        )
        return
    row = replica.execute(f"SELECT change FROM {change.kind} WHERE id = ?", (change.id,)).fetchone()  # noqa: S608  # a known kind
    if row is not None and row[0] > change.change:
        return  # an older page fetched again
    if change.deleted or not change.body:
        _delete(replica, change.kind, change.id)
        return
    body = bytes(change.body)
    try:
        thing = _DECODERS[change.kind].decode(body)
    except msgspec.DecodeError:
        # A newer backend's shape: kept raw, so that nothing of the feed is lost, and shown once a newer kit reads it.
        _delete(replica, change.kind, change.id)
        replica.execute(
            "INSERT OR REPLACE INTO other VALUES (?, ?, ?, ?, ?, ?)",
            (change.kind, change.id, scope, change.version, change.change, body),
        )
        return
    if row is not None:
        search_index.remove(replica, change.kind, change.id)
    values = visits.columns(thing, change.filing) if change.kind == "visit" else _values(change.kind, thing)
    replica.execute(_UPSERTS[change.kind], (change.id, scope, change.version, change.change, *values, body))
    if change.kind == "visit":
        replica.execute("DELETE FROM document WHERE visit_id = ?", (change.id,))
        replica.executemany(
            "INSERT OR REPLACE INTO document VALUES (?, ?)", [(record.id, change.id) for record in thing.records]
        )
    search_index.add(replica, change.kind, change.id, thing)


def _values(kind: str, thing: Any) -> Sequence[object]:
    return _VALUES[kind](thing)


def _delete(replica: driver.Connection, kind: str, entity_id: str) -> None:
    search_index.remove(replica, kind, entity_id)
    replica.execute(f"DELETE FROM {kind} WHERE id = ?", (entity_id,))  # noqa: S608  # a known kind
    if kind == "visit":
        replica.execute("DELETE FROM document WHERE visit_id = ?", (entity_id,))


def _forbid_going_back(replica: driver.Connection, scope: str, changes: Sequence[Change], epoch: str) -> int:
    """Return the highest change number of the scope once `changes` are in."""
    offered = max((change.change for change in changes), default=None)
    row = replica.execute("SELECT change, epoch FROM sync_state WHERE scope = ?", (scope,)).fetchone()
    if row is None:
        return offered or 0
    stored: int = row[0]
    if row[1] != epoch:
        raise InvalidInput("replica.other_epoch", scope=scope)
    if offered is None:
        return stored
    if offered < stored:
        raise InvalidInput("replica.cursor_back", scope=scope, stored=stored, offered=offered)
    return offered
