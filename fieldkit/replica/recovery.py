"""What is done about a damaged file at the start: keep all unsent work, and say what was lost."""

from __future__ import annotations

import shutil
from pathlib import Path

from fieldkit.access.keys import Keys
from fieldkit.crypto import durable
from fieldkit.errors import KnownError, ReplicaDamaged
from fieldkit.model.stamp import local
from fieldkit.replica import driver, home, moment, salvage, schema

SMALL = 256 << 20
"""A `work.db` up to this size is checked whole at each start, at about 400 MB/s; it is normally a few MB."""


class Recovered(KnownError):
    """A notice: a file was damaged, and this was done about it."""


def repair(folder: Path, keys: Keys) -> list[Recovered]:
    """Bring both files into a state that opens, and return what had to be done. The caller is alone in the kit.

    A damaged `replica.db` makes room for a fresh one: everything in it comes again with the next sync. A damaged
    `work.db` is set aside for its copy, and rows of it that still read are taken over.

    Raises:
        ReplicaTooNew: a file was written by a newer program; nothing was changed.
        ReplicaDamaged: `work.db` and its copy are both unreadable; nothing was changed.
    """
    notices = []
    if notice := _repair_work(folder, keys):
        notices.append(notice)
    if notice := _repair_replica(folder, keys):
        notices.append(notice)
    return notices


def is_damaged(path: Path, key: bytes, known: int, *, whole: bool, wal: bool = True) -> bool:
    """Tell whether a file fails to open, is empty, or, if `whole`, has a page whose MAC or structure is wrong.

    Raises:
        ReplicaTooNew: it opens, and is of a newer program.
    """
    try:
        connection = driver.connect(path, key, known, wal=wal)
    except ReplicaDamaged:
        return True
    try:
        # What waits in the WAL goes into the file first: the check reads the file's pages.
        if wal:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # A file cut to nothing opens as a new one.
        return driver.gate(connection, known) == 0 or bool(whole and driver.integrity(connection))
    except (driver.Error, ReplicaDamaged):
        return True
    finally:
        connection.close()


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def set_aside(path: Path) -> None:
    """Rename a damaged file, and drop its WAL: still encrypted, kept for whoever may want to look at it."""
    for ending in ("-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.replace(path.with_name(f"{path.name}.damaged{ending}"))
    if path.exists():
        durable.replace(path, _aside(path))


def _repair_work(folder: Path, keys: Keys) -> Recovered | None:
    path, copy = folder / home.WORK, folder / home.WORK_COPY
    if path.exists():
        whole = path.stat().st_size <= SMALL
        if not is_damaged(path, keys.work_db, schema.WORK_VERSION, whole=whole):
            # Killed after the repair and before its end: what was lost is not known any more, so it is told as lost.
            return _told(None, path, keys) if (folder / home.REPAIRED).exists() else None
    elif not copy.exists():
        raise ReplicaDamaged(where=home.WORK)
    if not copy.exists() and _is_new(path, keys):
        return None
    if not copy.exists() or is_damaged(copy, keys.work_db, schema.WORK_VERSION, whole=True, wal=False):
        raise ReplicaDamaged("replica.work_lost")
    set_aside(path)
    temporary = path.with_suffix(".part")
    with durable.full_disk_told():
        shutil.copyfile(copy, temporary)
        with temporary.open("rb+") as file:
            durable.sync_file(file)
    # Before the rename: a crash here starts all over, from the file set aside.
    saved = salvage.salvage(_aside(path), temporary, keys.work_db, schema.WORK_VERSION)
    (folder / home.REPAIRED).touch()
    durable.replace(temporary, path)
    return _told(saved, path, keys)


def _is_new(path: Path, keys: Keys) -> bool:
    """Tell whether the making of a kit was cut short: there are no tables yet."""
    try:
        connection = driver.connect(path, keys.work_db, schema.WORK_VERSION)
    except ReplicaDamaged:
        return False
    try:
        return driver.gate(connection, schema.WORK_VERSION) == 0
    finally:
        connection.close()


def _repair_replica(folder: Path, keys: Keys) -> Recovered | None:
    path, mark = folder / home.REPLICA, folder / home.DAMAGED
    if not path.exists():
        mark.unlink(missing_ok=True)
        return Recovered("replica.refetch_lost")
    if not is_damaged(path, keys.replica_db, schema.REPLICA_VERSION, whole=mark.exists()):
        mark.unlink(missing_ok=True)
        return None
    set_aside(path)
    # Nothing in it can't be fetched again: a damaged replica is not worth the disk.
    for kept in folder.glob(f"{home.REPLICA}.damaged*"):
        kept.unlink()
    mark.unlink(missing_ok=True)
    return Recovered("replica.refetch_damaged")


def _told(saved: salvage.Salvaged | None, path: Path, keys: Keys) -> Recovered:
    """Say what became of the work: nothing lost, or which open visits may have lost their last minute."""
    if saved is not None and saved.whole:
        return Recovered("replica.work_recovered_whole")
    connection = driver.connect(path, keys.work_db, schema.WORK_VERSION)
    try:
        rows = connection.execute(
            "SELECT saved_at, enterprise_name || ' ' || number FROM draft ORDER BY saved_at DESC"
        ).fetchall()
        until = connection.execute("SELECT max(at) FROM audit").fetchone()[0] or ""
    finally:
        connection.close()
    until = max([until, *(row[0] for row in rows)])
    told = f"{local(moment.from_text(until)):%Y-%m-%d %H:%M:%S}" if until else "—"
    names = "、".join(row[1] for row in rows) or "—"
    return Recovered("replica.work_recovered", until=told, open=names)
