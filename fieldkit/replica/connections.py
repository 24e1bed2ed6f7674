"""Connections to the two files: one writer each behind a lock, and a reader a thread that sees both as one."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from fieldkit.access.keys import Keys
from fieldkit.errors import BugError, ReplicaDamaged
from fieldkit.replica import driver

Touched = frozenset[str]
T = TypeVar("T")


class Writer:
    """One file's only writing connection in this process. `synchronous` as SQLite spells it."""

    def __init__(self, path: Path, key: bytes, known: int, synchronous: str) -> None:
        self._lock = threading.RLock()
        self._name = path.name
        self._connection = driver.connect(path, key, known)
        self._connection.execute(f"PRAGMA synchronous = {synchronous}")

    @contextmanager
    def transaction(self) -> Iterator[driver.Connection]:
        """Run a block in one transaction, alone; it is on the disk when the block ends."""
        with self._lock, driver.transaction(self._connection, self._name) as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[driver.Connection]:
        """Hold the writer without a transaction, for pragmas and backups."""
        with self._lock, driver.errors_told(self._name):
            yield self._connection

    def close(self) -> None:
        """Close the connection; the last one checkpoints and removes the WAL."""
        with self._lock:
            self._connection.close()


class _Reader:
    """Holds a connection so that it goes with its thread."""

    def __init__(self, connection: driver.Connection) -> None:
        self.connection = connection
        self.busy = threading.Lock()
        """Held while a query runs: closing a connection under another thread's query would crash the program."""


class Connections:
    """What every part of the replica reads and writes through.

    Args:
        replica_path: the backend's file.
        work_path: the officer's file.
        keys: of this kit.
        known: the newest `user_version` of each that this program understands.
        views: TEMP views each reader makes, the two files seen as one.
        damage_met: told when a page does not verify while reading.
    """

    def __init__(
        self,
        replica_path: Path,
        work_path: Path,
        keys: Keys,
        known: tuple[int, int],
        views: Sequence[str],
        damage_met: Callable[[], None],
    ) -> None:
        self._damage_met = damage_met
        self._paths = replica_path, work_path
        self._both = f"{replica_path.name} / {work_path.name}"
        self._known, self._views = known, tuple(views)
        self._keys = keys
        self._here = threading.local()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._opening = threading.Lock()
        self._listeners: list[Callable[[Touched], None]] = []
        self._closed = False
        self.work = Writer(work_path, keys.work_db, known[1], "FULL")
        self.replica = Writer(replica_path, keys.replica_db, known[0], "NORMAL")

    def all(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[driver.Row]:
        """Return every row of a query over both files."""
        with self._reading() as reader:
            rows: list[driver.Row] = reader.execute(sql, parameters).fetchall()
        return rows

    def one(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> driver.Row | None:
        """Return the first row of a query over both files."""
        with self._reading() as reader:
            row: driver.Row | None = reader.execute(sql, parameters).fetchone()
        return row

    def decode(self, decoder: msgspec.json.Decoder[T], body: bytes) -> T:
        """Return what a stored body says.

        Raises:
            ReplicaDamaged: it does not decode.
        """
        try:
            return decoder.decode(body)
        except msgspec.DecodeError as error:
            self._damage_met()
            raise ReplicaDamaged(where=self._both) from error

    def subscribe(self, listener: Callable[[Touched], None]) -> Callable[[], None]:
        """Call `listener` after each commit with the kinds of things touched; return what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def touched(self, *kinds: str) -> None:
        """Tell the listeners, on the writing thread, after the commit."""
        if kinds:
            for listener in tuple(self._listeners):
                listener(frozenset(kinds))

    def close(self) -> None:
        """Close every connection, those of other threads too."""
        with self._opening:
            self._closed = True
            for reader in list(self._readers):
                with reader.busy:
                    reader.connection.close()
        self.replica.close()
        self.work.close()

    @contextmanager
    def _reading(self) -> Iterator[driver.Connection]:
        try:
            with driver.errors_told(self._both):
                reader = self._reader()
                with reader.busy:
                    if self._closed:
                        raise BugError("the replica is closed")
                    try:
                        yield reader.connection
                    finally:
                        driver.believe(reader.connection, "main", "work")  # after an error too: it knows which file
        except ReplicaDamaged:
            self._damage_met()
            raise

    def _reader(self) -> _Reader:
        reader: _Reader | None = getattr(self._here, "reader", None)
        if reader is None:
            with self._opening:
                if self._closed:
                    raise BugError("the replica is closed")
                # Full scans want a large cache; one connection of 64 MB is what a kit can spare.
                cache = driver.WRITER_CACHE_KIB if self._readers else driver.READER_CACHE_KIB
                reader = _Reader(self._open_reader(cache))
                self._readers.add(reader)
            self._here.reader = reader
        return reader

    def _open_reader(self, cache_kib: int) -> driver.Connection:
        replica_path, work_path = self._paths
        connection = driver.connect(replica_path, self._keys.replica_db, self._known[0], cache_kib)
        try:
            driver.attach(connection, work_path, self._keys.work_db, "work")
            for view in self._views:
                connection.execute(view)
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection
