"""The kit's sync worker: when it syncs, how the last one went, and how to ask for one now. Knows nothing of Qt."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from fieldkit.clock import Clock
from fieldkit.errors import Cancelled, KnownError, NetworkUnavailable

logger = logging.getLogger(__name__)

EVERY_S = 120.0
"""A kit on the network asks this often by itself."""
AGAIN_S = 30.0
"""After a sync that found no network it tries again this soon."""


class Outcome(msgspec.Struct, frozen=True):
    """What one sync moved: operations sent and acknowledged, bytes of blobs up, changes down."""

    operations: int = 0
    acknowledged: int = 0
    blob_bytes: int = 0
    changes: int = 0


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """How syncing stands. `words` says what is being done while it runs; `error` is why the last one failed."""

    state: Literal["never", "running", "done", "offline", "failed"] = "never"
    words: str = ""
    done: int = 0
    total: int = 0
    last: Outcome | None = None
    last_at: datetime | None = None
    error: KnownError | None = None


class Run:
    """One sync under way: what the engine is given to tell how far it is and to hear that it should stop."""

    def __init__(self, tell: Callable[[int, int, str], None]) -> None:
        self._tell = tell
        self.cancelled = threading.Event()

    def progress(self, done: int, total: int = 0, words: str = "") -> None:
        """Tell how far it is.

        Raises:
            Cancelled: somebody asked to stop.
        """
        if self.cancelled.is_set():
            raise Cancelled
        self._tell(done, total, words)


class Syncing:
    """One thread that syncs at the start, every two minutes, when asked, and soon after work was queued.

    Args:
        once: one whole sync; raises KnownError when it can't.
        clock: stamps when the last one ended.
    """

    def __init__(self, once: Callable[[Run], Outcome], clock: Clock, *, every_s: float = EVERY_S) -> None:
        self._once, self._clock, self._every_s = once, clock, every_s
        self._wake = threading.Condition()
        self._asked = False
        self._stopping = False
        self._run: Run | None = None
        self._state = SyncState()
        self._listeners: list[Callable[[SyncState], None]] = []
        self._thread = threading.Thread(target=self._loop, name="sync", daemon=True)

    @property
    def state(self) -> SyncState:
        """How syncing stands now."""
        return self._state

    def listen(self, hear: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `hear` on the sync thread whenever the state changes; returns how to stop that."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear)

    def start(self, *, at_once: bool = True) -> None:
        """Start the thread, and the first sync unless told to wait."""
        self._asked = at_once
        self._thread.start()

    def now(self) -> None:
        """Sync as soon as possible."""
        with self._wake:
            self._asked = True
            self._wake.notify()

    def cancel(self) -> None:
        """Stop the sync under way at its next step; what was acknowledged stays so."""
        run = self._run
        if run is not None:
            run.cancelled.set()

    def stop(self) -> None:
        """Ask the thread to end."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.cancel()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _loop(self) -> None:
        wait = self._every_s
        while True:
            with self._wake:
                if not self._asked and not self._stopping:
                    self._wake.wait(wait)
                if self._stopping:
                    return
                self._asked = False
            wait = self._sync()

    def _sync(self) -> float:
        before = self._state
        self._run = Run(lambda done, total, words: self._running(before, done, total, words))
        self._running(before, 0, 0, "正在连接服务器")
        try:
            outcome = self._once(self._run)
        except Cancelled:
            self._say(before if before.state != "running" else msgspec.structs.replace(before, state="never"))
            return self._every_s
        except NetworkUnavailable as error:
            self._say(SyncState(state="offline", last=before.last, last_at=before.last_at, error=error))
            return AGAIN_S
        except KnownError as error:
            self._say(SyncState(state="failed", last=before.last, last_at=before.last_at, error=error))
            return self._every_s
        except Exception:  # the worker's top: a bug here must not end syncing for the day
            logger.exception("sync failed")
            ours = KnownError("error.known", what="同步程序出错，已记录")
            self._say(SyncState(state="failed", last=before.last, last_at=before.last_at, error=ours))
            return self._every_s
        finally:
            self._run = None
        self._say(SyncState(state="done", last=outcome, last_at=self._clock.now().at))
        return self._every_s

    def _running(self, before: SyncState, done: int, total: int, words: str) -> None:
        self._say(
            SyncState(state="running", words=words, done=done, total=total, last=before.last, last_at=before.last_at)
        )

    def _say(self, state: SyncState) -> None:
        self._state = state
        for hear in tuple(self._listeners):
            hear(state)
