"""How syncing stands, for the chips and the sync page: wraps the sync worker and remembers what it told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from fieldkit.clock import Clock
from fieldkit.errors import BugError, Cancelled, KnownError, NetworkUnavailable, WrongKey
from sync.report import Lane, SyncReport
from sync.worker import Run, SyncWorker

LANE_WORDS: dict[Lane, str] = {
    "hello": "正在连接服务器",
    "operations": "正在上传检查记录",
    "changes": "正在取回档案和任务",
    "blobs": "正在上传扫描件和照片",
}


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """How syncing stands.

    While it runs, `words` says what is being done, `done` of `total` (0: not known) things; `error` is why the last
    run failed; `last` and `last_at` are of the last run that ended well.
    """

    state: Literal["never", "running", "done", "offline", "failed"] = "never"
    words: str = ""
    done: int = 0
    total: int = 0
    sent_bytes: int = 0
    last: SyncReport | None = None
    last_at: datetime | None = None
    error: KnownError | None = None


class Syncing:
    """Starts, asks and stops the worker; listeners hear each state on the worker's thread.

    Args:
        run: one sync, `SyncEngine.run` with its arguments in place.
        clock: stamps when the last one ended.
    """

    def __init__(self, run: Run, clock: Clock) -> None:
        self._clock = clock
        self._state = SyncState()
        self._before = self._state
        self._listeners: list[Callable[[SyncState], None]] = []
        self._worker = SyncWorker(run, self._finished, self._progress)

    @property
    def state(self) -> SyncState:
        """How syncing stands now."""
        return self._state

    def listen(self, hear: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `hear` on the worker's thread whenever the state changes; returns how to stop that."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear)

    def start(self, *, at_once: bool = True) -> None:
        """Start the worker, and the first sync unless told to wait."""
        self._worker.start()
        if at_once:
            self._worker.request()

    def now(self) -> None:
        """Sync as soon as possible."""
        self._worker.request()

    def cancel(self) -> None:
        """Stop the sync under way at its next step; what was acknowledged stays so."""
        self._worker.cancel()

    def stop(self) -> None:
        """Ask the worker to end."""
        self._worker.stop()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until it has ended and tell whether it has."""
        return self._worker.join(timeout_s)

    def _progress(self, lane: Lane, done: int, total: int, sent_bytes: int) -> None:
        if self._state.state != "running":
            self._before = self._state
        self._say(
            msgspec.structs.replace(
                self._before,
                state="running",
                words=LANE_WORDS[lane],
                done=done,
                total=total,
                sent_bytes=sent_bytes,
                error=None,
            )
        )

    def _finished(self, outcome: SyncReport | KnownError | BugError) -> None:
        before = self._before if self._state.state == "running" else self._state

        def stopped(state: Literal["offline", "failed"], error: KnownError) -> None:
            self._say(SyncState(state=state, error=error, last=before.last, last_at=before.last_at))

        if isinstance(outcome, SyncReport):
            self._say(SyncState(state="done", last=outcome, last_at=self._clock.now().at))
        elif isinstance(outcome, Cancelled):
            self._say(before)
        elif isinstance(outcome, NetworkUnavailable):
            stopped("offline", outcome)
        elif isinstance(outcome, WrongKey):  # its own sentence speaks of the log-in to this kit
            stopped("failed", WrongKey("sync.wrong_password"))
        elif isinstance(outcome, KnownError):
            stopped("failed", outcome)
        else:
            stopped("failed", KnownError("error.known", what="同步程序出错，已记入日志；待传内容都在"))

    def _say(self, state: SyncState) -> None:
        self._state = state
        for hear in tuple(self._listeners):
            hear(state)
