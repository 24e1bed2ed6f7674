"""What still reads of a damaged `work.db` goes into its restored copy: a row that authenticates is as good as ever.

Every page has its own MAC. After a bad one SQLCipher answers nothing more on that connection, and may have given zeros
for it: each answer is believed only if the connection still works after it; ranges of rows are halved around what
fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from fieldkit.errors import KnownError, ReplicaDamaged
from fieldkit.replica import driver


class Salvaged(msgspec.Struct, frozen=True):
    """How it went: whether every row read, and how many rows were newer than the copy's."""

    whole: bool
    newer: int


_NEWER = {
    "enrolment": "",
    "outbox": "",
    "audit": "",
    "draft": "WHERE excluded.saved_at > saved_at",
    "draft_document": "",
    "blob": "",
    "track": "WHERE excluded.saved_at > saved_at",
}
"""Tables in the order they are taken over, and when a row of the damaged file replaces the copy's."""
_KEYS = {"enrolment": "one", "outbox": "op_id", "audit": "n", "draft": "id", "blob": "sha256", "track": "id"}


def salvage(damaged: Path, restored: Path, key: bytes, known: int) -> Salvaged | None:
    """Carry what reads of `damaged` and is newer over to `restored`, in one transaction; None if nothing reads at all.

    Raises:
        StorageFull: `restored` stays the copy it is.
    """
    reader = _Reader(damaged, key, known)
    try:
        if not reader.opens():
            return None
        tables = {table: reader.rows(table) for table in _NEWER}
    finally:
        reader.close()
    target = driver.connect(restored, key, known)
    try:
        newer = 0
        with driver.transaction(target, restored.name):
            for table, rows in tables.items():
                newer += sum(_take(target, table, row) for row in rows)
            # A draft of the copy whose operation was saved: it was finished after the copy.
            target.execute("DELETE FROM draft WHERE id IN (SELECT entity_id FROM outbox WHERE kind = 'visit')")
    finally:
        target.close()
    return Salvaged(whole=reader.failures == 0, newer=newer)


def _take(target: driver.Connection, table: str, row: dict[str, Any]) -> int:
    columns = ", ".join(row)
    marks = ", ".join("?" * len(row))
    insert = f"INTO {table} ({columns}) VALUES ({marks})"
    if _NEWER[table]:
        updates = ", ".join(f"{name} = excluded.{name}" for name in row)
        sql = f"INSERT {insert} ON CONFLICT ({_KEYS[table]}) DO UPDATE SET {updates} {_NEWER[table]}"
    else:
        sql = f"INSERT OR IGNORE {insert}"
    count: int = target.execute(sql, tuple(row.values())).rowcount
    return max(count, 0)


class _Reader:
    """Reads a damaged file as far as it goes."""

    def __init__(self, path: Path, key: bytes, known: int) -> None:
        self._file = path, key, known
        self._connection: driver.Connection = None
        self.failures = 0

    def opens(self) -> bool:
        """Tell whether anything can be read at all."""
        try:
            return bool(self._execute("PRAGMA user_version")[0]["user_version"] > 0)
        except (driver.Error, KnownError):
            return False

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return every row of `table` that reads, in the order of their row ids."""
        try:
            last = self._execute(f"SELECT max(rowid) FROM {table}")[0]["max(rowid)"]  # noqa: S608  # a constant name
        except (driver.Error, ReplicaDamaged):
            self.failures += 1
            return []
        return self._between(table, 1, last or 0)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _between(self, table: str, first: int, last: int) -> list[dict[str, Any]]:
        if first > last:
            return []
        try:
            return self._execute(f"SELECT * FROM {table} WHERE rowid BETWEEN {first} AND {last} ORDER BY rowid")  # noqa: S608  # constants and integers
        except (driver.Error, ReplicaDamaged):
            if first == last:
                self.failures += 1
                return []
            middle = (first + last) // 2
            return self._between(table, first, middle) + self._between(table, middle + 1, last)

    def _execute(self, sql: str) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = driver.connect(*self._file)
        try:
            cursor = self._connection.execute(sql)
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            driver.believe(self._connection)
            return rows
        except (driver.Error, ReplicaDamaged):
            self.close()
            raise
