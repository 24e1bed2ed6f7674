"""Two programs on one kit at the same time: the desktop, and `fieldkit sync` beside it."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

from fieldkit.replica import Replica, recovery, schema
from fieldkit.replica.copies import WorkCopier
from tests.fieldkit.replica.factories import KEYS, clock, visit

ROUNDS = 25


def copy_again_and_again(home: Path, problems: multiprocessing.SimpleQueue) -> None:
    """Save and copy; tell what went wrong, "" for nothing."""
    told = ""
    try:
        with Replica.open(home, KEYS, clock()) as replica:
            for _ in range(ROUNDS):
                replica.audit.write("33042400101", "print", "d" * 200)
                replica.backup_work()
                if recovery.is_damaged(home / "work.bak", KEYS.work_db, schema.WORK_VERSION, whole=True, wal=False):
                    told = "work.bak is damaged"
    except BaseException as error:  # the top of a process
        told = f"{type(error).__name__}: {error}"
    problems.put(told)


def test_two_programs_copying_work_at_once_leave_a_whole_copy(closed_kit):
    context = multiprocessing.get_context("spawn")
    problems = context.SimpleQueue()
    programs = [context.Process(target=copy_again_and_again, args=(closed_kit, problems)) for _ in range(2)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    assert [problems.get() for _ in programs] == ["", ""]
    assert not list(closed_kit.glob("*.part"))


def test_a_copy_cut_short_by_a_kill_leaves_nothing_behind(closed_kit):
    left = closed_kit / "work.bak.0123abcd.part"
    left.write_bytes(b"half a copy")
    with Replica.open(closed_kit, KEYS, clock()) as replica:
        replica.backup_work()
    assert not left.exists()


def test_a_copy_that_failed_is_tried_again_whatever_it_was(replica, home):
    """The copier's thread outlives an error nobody foresaw; what the test waits for is the second try."""
    copied = threading.Event()
    tries: list[int] = []

    class Failing(WorkCopier):
        def _copy(self, temporary: Path) -> None:
            tries.append(1)
            if len(tries) == 1:
                raise FileNotFoundError(temporary)
            super()._copy(temporary)
            copied.set()

    copier = Failing(replica._connections, home / "work.bak", KEYS.work_db, 1, failed=lambda error: None, within_s=0.05)
    copier.start()
    replica.visits.save(visit())
    assert copied.wait(10)
    copier.stop()
    copier.join()
