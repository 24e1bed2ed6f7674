"""A data directory: what it holds, who may use it, and how a backend is opened on it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from backend import certificates
from backend.services import Services
from backend.store import counties
from backend.store.content import ContentStore
from backend.store.database import Database
from backend.store.uploads import Uploads
from fieldkit.errors import KnownError


def database_url(data: Path) -> str:
    """Return the address of the embedded database of a data directory."""
    return f"sqlite:///{data / 'backend.db'}"


def prepare(data: Path, hosts: Iterable[str] = ()) -> Services:
    """Make or open everything in `data` and bring it to this version; the certificate names `hosts`."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(database_url(data))
    database.migrate()
    with database.write() as connection:
        counties.start_epoch(connection)
        epoch = counties.epoch(connection)
    partial = data / "uploads"
    partial.mkdir(mode=0o700, exist_ok=True)
    content = ContentStore(data / "blobs")
    return Services(
        database=database,
        content=content,
        authority=certificates.prepare(data / "tls", hosts=hosts),
        epoch=epoch,
        now=lambda: datetime.now(UTC),
        uploads=Uploads(database, content, partial),
    )


def open_existing(data: Path) -> Database:
    """Open the database of a data directory that a backend has served before.

    Raises:
        KnownError: there is none.
    """
    if not (data / "backend.db").exists():
        raise KnownError("backend.no_data", path=data)
    database = Database(database_url(data))
    database.migrate()
    return database


@contextmanager
def sole_server(data: Path) -> Iterator[None]:
    """Hold the data directory for one serving process; the system drops the lock when the process dies.

    Raises:
        KnownError: another process serves it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "serve.lock").open("ab") as file:
        try:
            _lock(file)
        except OSError as error:
            raise KnownError("backend.locked", path=data) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
