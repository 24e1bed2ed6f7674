"""Prove that nothing in the kit has changed by itself: pages, rows, blobs, chain, and rows against files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from fieldkit.access.keys import Keys
from fieldkit.errors import KnownError, ReplicaDamaged
from fieldkit.replica import driver, home, schema
from fieldkit.replica.audit import Audit
from fieldkit.replica.blobs import Blobs
from fieldkit.replica.changes import Changes
from fieldkit.replica.connections import Connections
from fieldkit.replica.visits import decoder

UNREADABLE = "打不开或读不出：有损坏，或不是本箱的文件 (can't be opened or read: damaged, or not of this kit)"
MISSING = "文件不在了 (the file is missing)"
BODY = "内容无法读取 (unreadable body)"

Progress = Callable[[str, int], None]
"""Called with what is being read and how much of it is done."""


class Trouble(msgspec.Struct, frozen=True):
    """One thing that does not verify: the file or row, and what is wrong with it, Chinese first."""

    where: str
    what: str


class VerifyReport(msgspec.Struct, frozen=True):
    """What was checked, how many of each, and what is wrong."""

    ok: bool
    checked: dict[str, int]
    problems: tuple[Trouble, ...]


def check_files(folder: Path, keys: Keys) -> tuple[dict[str, int], list[Trouble]]:
    """Check every page of both files and of the copy; open nothing for repair.

    SQLCipher's MAC covers each whole page, the unused ones too, with its place in the file; the file's salt, its first
    16 bytes, is part of the MAC key.
    """
    checked, problems = {}, []
    for name, key, known in (
        (home.REPLICA, keys.replica_db, schema.REPLICA_VERSION),
        (home.WORK, keys.work_db, schema.WORK_VERSION),
        (home.WORK_COPY, keys.work_db, schema.WORK_VERSION),
    ):
        path = folder / name
        if not path.exists():
            if name != home.WORK_COPY:
                problems.append(Trouble(name, MISSING))
            continue
        checked[f"{name}_pages"] = path.stat().st_size // driver.PAGE
        problems += [Trouble(name, what) for what in _file_troubles(path, key, known)]
    return checked, problems


def _file_troubles(path: Path, key: bytes, known: int) -> list[str]:
    try:
        connection = driver.connect(path, key, known, wal=path.name != home.WORK_COPY)
    except KnownError as error:
        return [UNREADABLE if isinstance(error, ReplicaDamaged) else str(error)]
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        troubles = [_words(what) for what in driver.integrity(connection)]
    except ReplicaDamaged:
        return [UNREADABLE]
    except (driver.Error, KnownError) as error:
        return [f"读取出错 ({error})"]
    finally:
        connection.close()
    if path.stat().st_size % driver.PAGE:
        troubles.append("文件末尾不是整页 (the file does not end with a whole page)")
    return troubles


def check_rows(connections: Connections, changes: Changes, audit: Audit) -> tuple[dict[str, int], list[Trouble]]:
    """Check that every row still says what was written: bodies decode, operations have their hash, the chain holds."""
    checked = dict(changes.counts())
    problems = [Trouble(f"{home.REPLICA} {kind} {key}", BODY) for kind, key in changes.undecodable()]
    drafts = connections.all("SELECT id, body FROM work.draft")
    checked["drafts"] = len(drafts)
    problems += [Trouble(f"{home.WORK} draft {row[0]}", BODY) for row in drafts if not _decodes(row[1])]
    operations = connections.all("SELECT op_id, body, body_sha256 FROM work.outbox")
    checked["operations"] = len(operations)
    problems += [
        Trouble(f"{home.WORK} outbox {op_id}", "内容与校验值不符 (the body differs from its hash)")
        for op_id, body, sha256 in operations
        if hashlib.sha256(body).hexdigest() != sha256
    ]
    row = connections.one("SELECT count(*) FROM work.audit")
    checked["audit_entries"] = int(row[0]) if row else 0
    broken = audit.first_break()
    if broken is not None:
        problems.append(Trouble(f"{home.WORK} audit {broken}", "审计链在此断开 (the hash chain breaks here)"))
    return checked, problems


def check_blobs(blobs: Blobs, progress: Progress | None) -> tuple[dict[str, int], list[Trouble]]:
    """Read every blob whole: each chunk authenticates, and the content has the hash of its row."""
    told = (lambda done: progress("blobs", done)) if progress else None
    return {"blobs": blobs.count()}, [Trouble(where, what) for where, what in blobs.check(told)]


def report(*parts: tuple[dict[str, int], list[Trouble]]) -> VerifyReport:
    """Put parts of a check together."""
    checked = {name: count for counts, _ in parts for name, count in counts.items()}
    problems = tuple(_each(parts))
    return VerifyReport(not problems, checked, problems)


def _each(parts: tuple[tuple[dict[str, int], list[Trouble]], ...]) -> Iterator[Trouble]:
    for _, problems in parts:
        yield from problems


def _words(what: str) -> str:
    """Put SQLCipher's and SQLite's findings in words."""
    page = re.search(r"page (\d+)", what) if "HMAC" in what else None
    zh = f"第 {page[1]} 页的校验不符" if page else "文件结构有误"
    return f"{zh} ({what})"


def _decodes(body: bytes) -> bool:
    try:
        decoder.decode(body)
    except msgspec.DecodeError:
        return False
    return True
