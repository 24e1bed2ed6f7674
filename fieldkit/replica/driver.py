"""The only door to SQLCipher: the alias for sqlite-utils, keyed connections, pragmas, version gate, our errors.

Both files use WAL: readers never wait for a writer, and SQLCipher encrypts every page in `-wal`; its 32-byte header and
the `-shm` index hold page numbers and check sums only. `temp_store=MEMORY` keeps sorts off the disk.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import sqlcipher3
from sqlcipher3 import dbapi2

from fieldkit.errors import BugError, KnownError, ReplicaDamaged, ReplicaTooNew, StorageFull

# sqlite-utils takes its exceptions and its parser of INSERT … RETURNING from `pysqlite3` if there is one. Without the
# alias it looks for sqlite3's exceptions, and `alter=True`, `drop(ignore=True)` and RETURNING misbehave.
sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)

Connection: TypeAlias = Any  # sqlcipher3 ships no types
Error = dbapi2.Error
Row = tuple[Any, ...]

PAGE = 4096
"""SQLCipher's page size: 4016 bytes of content, 16 of IV, 64 of HMAC-SHA512."""
READER_CACHE_KIB = 65536
WRITER_CACHE_KIB = 8192
BUSY_MS = 10_000
"""How long one process waits for another's commit."""

_FULL, _CORRUPT, _NOTADB, _IOERR, _CANTOPEN, _READONLY = 13, 11, 26, 10, 14, 8
_IOERR_SHMSIZE = _IOERR | 19 << 8
"""What a full disk says when the shared index of a WAL can't grow."""


def connect(path: Path, key: bytes, known: int, cache_kib: int = WRITER_CACHE_KIB, *, wal: bool = True) -> Connection:
    """Open `path` with its raw 32-byte key, make sure it is ours and return the connection.

    Args:
        path: the file; it is made when missing.
        key: 32 bytes.
        known: the newest `user_version` this program understands.
        cache_kib: page cache.
        wal: False leaves the journal mode as it is: a copy gets no files beside it.

    Raises:
        ReplicaTooNew: a newer program wrote it; nothing was changed.
        ReplicaDamaged: the file is not readable with this key.
    """
    name = path.name
    with errors_told(name):
        connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
        try:
            _key(connection, key, known, cache_kib)
            if wal:
                connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
    return connection


def _key(connection: Connection, key: bytes, known: int, cache_kib: int) -> None:
    # cipher_log_level before anything can fail: SQLCipher writes to stderr otherwise.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = {_raw(key)}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    gate(connection, known)
    connection.execute("PRAGMA foreign_keys = ON")


def attach(connection: Connection, path: Path, key: bytes, schema: str) -> None:
    """Attach a second keyed file as `schema`."""
    with errors_told(path.name):
        connection.execute(f"ATTACH DATABASE ? AS {schema} KEY {_raw(key)}", (str(path),))
        connection.execute(f"SELECT count(*) FROM {schema}.sqlite_schema").fetchone()  # noqa: S608  # a constant name


def gate(connection: Connection, known: int, schema: str = "main") -> int:
    """Return the file's `user_version`.

    Raises:
        ReplicaTooNew: a newer program wrote it; nothing was changed.
    """
    found: int = connection.execute(f"PRAGMA {schema}.user_version").fetchone()[0]
    if found > known:
        raise ReplicaTooNew(found=found, known=known)
    return found


def integrity(connection: Connection, *, full: bool = True) -> list[str]:
    """Return what is wrong with the main file: pages whose MAC fails, and, if `full`, broken structures.

    Every page of the file is read, the unused ones too. Call after a checkpoint: pages in `-wal` are not looked at.
    """
    with errors_told("integrity"):
        wrong = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
        if full and not wrong:
            wrong = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return wrong


@contextmanager
def transaction(connection: Connection, name: str) -> Iterator[Connection]:
    """Run a block in one IMMEDIATE transaction; it is on the disk when the block ends.

    Raises:
        StorageFull, ReplicaDamaged: nothing of the block was kept.
    """
    with errors_told(name):
        # Once a page did not authenticate, SQLCipher lets nobody write and calls the file read-only.
        believe(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            believe(connection)
            connection.execute("COMMIT")
        except BaseException:
            # A full disk may have rolled back already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def believe(connection: Connection, *schemas: str) -> None:
    """Make sure that what was just read is what was once written.

    WORKAROUND SQLCipher 4.19: an overflow page whose MAC fails reads as zeros and the query answers as if all was well;
    only the status knows. 2 µs each.

    Args:
        connection: after the answer was fetched.
        schemas: files to ask about, main by default.

    Raises:
        ReplicaDamaged: a page did not authenticate; the connection is of no more use.
    """
    for schema in schemas or ("main",):
        if connection.execute(f"PRAGMA {schema}.cipher_status").fetchone() != ("1",):
            raise ReplicaDamaged(where=_file(connection, schema))


def _file(connection: Connection, schema: str) -> str:
    """Return the name of the file behind `schema`; no page is read for it."""
    files = {row[1]: Path(row[2]).name for row in connection.execute("PRAGMA database_list")}
    return files.get(schema) or schema


@contextmanager
def errors_told(name: str) -> Iterator[None]:
    """Turn SQLite's errors into ours. `name` says which file or work it was."""
    try:
        yield
    except dbapi2.Error as error:
        raise _translated(error, name) from error


def _translated(error: dbapi2.Error, name: str) -> KnownError | BugError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary == _FULL:
        return StorageFull()
    if primary in (_CORRUPT, _NOTADB):
        return ReplicaDamaged(where=name)
    if code == _IOERR_SHMSIZE:
        return StorageFull()
    if primary in (_IOERR, _CANTOPEN, _READONLY):
        return ReplicaDamaged("replica.unreadable", where=name, why=str(error))
    return BugError(f"{name}: {error}")


def _raw(key: bytes) -> str:
    if len(key) != 32:
        raise BugError("a raw key has 32 bytes")
    return f"\"x'{key.hex()}'\""


def library_versions() -> tuple[str, str, bool]:
    """Return the versions of SQLite and SQLCipher in use, and whether FTS5 is in it."""
    with contextlib.closing(dbapi2.connect(":memory:")) as connection:
        sqlite = str(connection.execute("SELECT sqlite_version()").fetchone()[0])
        cipher = connection.execute("PRAGMA cipher_version").fetchone()
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    return sqlite, str(cipher[0]) if cipher else "", "ENABLE_FTS5" in options
