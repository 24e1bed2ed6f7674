"""`work.bak`: a whole copy of `work.db`, made within 60 s of a save and at each finished step."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from fieldkit.crypto import durable, filelock
from fieldkit.errors import KnownError
from fieldkit.replica import driver
from fieldkit.replica.connections import Connections, Touched

log = logging.getLogger(__name__)

WITHIN_S = 40.0
"""From the first save after a copy to the next copy; 20 s are left for a slow disk."""
PAGES = 256
"""1 MiB a step, so that Python's lock is given back (DESIGN, Threads)."""


class WorkCopier:
    """Copies `work.db` in a thread of its own. `start`, `stop`, `join`; `now` copies at once in the caller's thread.

    Args:
        connections: of the open replica.
        path: of the copy.
        key: of `work.db`.
        known: the `user_version` of this program.
        within_s: seconds from a save to its copy, at most.
        failed: told when a copy can't be made; it is tried again after `within_s`.
    """

    def __init__(
        self,
        connections: Connections,
        path: Path,
        key: bytes,
        known: int,
        failed: Callable[[KnownError], None],
        within_s: float = WITHIN_S,
    ) -> None:
        self._connections, self._path, self._key, self._known = connections, path, key, known
        self._within_s = within_s
        self._failed = failed
        self._state = threading.Condition()
        self._dirty = self._hurry = self._stopping = False
        self._thread = threading.Thread(target=self._run, name="work-copier")
        self._unsubscribe = connections.subscribe(self._heard)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Ask for a last copy, if one is due, and the end."""
        self._unsubscribe()
        with self._state:
            self._stopping = True
            self._state.notify_all()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def now(self) -> None:
        """Copy at once; durable when it returns.

        Raises:
            StorageFull: the copy before stays; the thread tries again.
        """
        with self._state:
            self._dirty = self._hurry = False
        try:
            # One copier at a time, of all threads and programs: each swaps the same file.
            with filelock.held(self._path.with_name(f"{self._path.name}.lock")):
                for left in self._path.parent.glob(f"{self._path.name}.*.part"):
                    left.unlink()  # of a program that was killed
                self._swap(self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}.part"))
        except BaseException:
            with self._state:
                self._dirty = True
                self._state.notify_all()
            raise

    def _swap(self, temporary: Path) -> None:
        try:
            self._copy(temporary)
            with durable.full_disk_told(), temporary.open("rb+") as file:
                durable.sync_file(file)
            durable.replace(temporary, self._path)
        finally:
            temporary.unlink(missing_ok=True)

    def _copy(self, temporary: Path) -> None:
        target = driver.connect(temporary, self._key, self._known, wal=False)
        try:
            with self._connections.work.alone() as work:
                work.backup(target, pages=PAGES)
                driver.believe(work)  # never copy zeros for a page that fails its MAC
            with driver.errors_told(self._path.name):
                # One file without a WAL beside it: what is renamed is all there is.
                target.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()

    def _heard(self, touched: Touched) -> None:
        if touched <= _BACKENDS:
            return
        with self._state:
            self._dirty = True
            self._hurry = self._hurry or "finished" in touched
            self._state.notify_all()

    def _run(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._dirty or self._stopping)
                if self._dirty:
                    self._state.wait_for(lambda: self._hurry or self._stopping, timeout=self._within_s)
                due, ending = self._dirty, self._stopping
            if due:
                try:
                    self.now()
                except KnownError as error:
                    self._failed(error)
                except Exception:
                    # The top of this thread: without it nothing would ever be copied again.
                    log.exception("%s was not copied", self._path.name)
            if ending:
                return


_BACKENDS = frozenset({"enterprise", "task", "petition", "officer", "sync"})
"""Kinds that say nothing about `work.db`."""
