"""Between plain-Python work and the window: jobs run off the GUI thread, their outcome comes back as signals in it.

Nothing that touches a disk, a device or the network runs on the GUI thread; a page asks the bridge. Known errors come
back to the page that asked and are shown in their place; anything else is logged and offered as a report.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from fieldkit.errors import Cancelled, KnownError

logger = logging.getLogger(__name__)

T = TypeVar("T")
WORKERS = 4


class Report(msgspec.Struct, frozen=True):
    """A bug of ours as it is offered to the officer: what was being done and the trace, no personal data added."""

    doing: str
    trace: str


class Ticket:
    """What running work holds: tells how far it is, and hears that it should stop. Thread-safe."""

    def __init__(self, tell: Callable[[int, int, str], None] = lambda done, total, words: None) -> None:
        self._tell = tell
        self.cancelled = threading.Event()

    def progress(self, done: int, total: int = 0, words: str = "") -> None:
        """Tell how far the work is and stop it if it was cancelled; call at most a few times a second.

        Raises:
            Cancelled: the officer pressed 取消.
        """
        self.check()
        self._tell(done, total, words)

    def check(self) -> None:
        """Raise Cancelled if the work should stop."""
        if self.cancelled.is_set():
            raise Cancelled


class Job(QObject):
    """Work under way, as the GUI thread sees it. All signals come in the GUI thread; `ended` is always the last."""

    done = Signal(object)
    failed = Signal(object)
    progressed = Signal(int, int, str)
    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ticket = Ticket()

    def cancel(self) -> None:
        """Ask the work to stop; `failed` brings Cancelled once it has."""
        self.ticket.cancelled.set()


class Bridge(QObject):
    """Runs work on a few plain threads and hands outcomes to the GUI thread.

    Signals:
        reported: a Report, when work failed with an error that is not a KnownError.
        touched: a frozenset of kinds, after a commit of the watched replica.
    """

    reported = Signal(object)
    touched = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="ui-work")
        self._running: set[Job] = set()
        self._unwatch: list[Callable[[], None]] = []
        self._open = True
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _call(self, work: Callable[[], None]) -> None:
        work()

    def post(self, work: Callable[[], None]) -> None:
        """Run `work` in the GUI thread soon; may be called from any thread, does nothing after `close`."""
        if self._open and shiboken6.isValid(self):
            self._posted.emit(work)

    def run(
        self,
        work: Callable[[Ticket], T],
        owner: QObject,
        done: Callable[[T], None] | None = None,
        failed: Callable[[KnownError], None] | None = None,
        *,
        doing: str = "",
    ) -> Job:
        """Run `work(ticket)` on a worker thread and return its job at once.

        Args:
            work: plain Python; knows nothing of Qt. Its steps stay under 1,000 rows or 1 MiB.
            owner: once this is gone the job is cancelled and its outcome dropped.
            done: called in the GUI thread with the result.
            failed: called in the GUI thread with the KnownError; not for Cancelled.
            doing: what is being done, in the officer's words; stands in the report if this turns out a bug.
        """
        job = Job(self)
        job.ticket = Ticket(lambda n, total, words: self.post(lambda: self._progress(job, owner, n, total, words)))
        self._running.add(job)

        def finish(deliver: Callable[[], None]) -> None:
            self._running.discard(job)
            try:
                if shiboken6.isValid(owner):
                    deliver()
            finally:
                job.ended.emit()
                job.deleteLater()

        def succeed(result: T) -> None:
            if done is not None:
                done(result)
            job.done.emit(result)

        def fail(error: KnownError) -> None:
            if failed is not None and not isinstance(error, Cancelled):
                failed(error)
            job.failed.emit(error)

        def attempt() -> None:
            ticket = job.ticket
            try:
                ticket.check()
                result = work(ticket)
            except KnownError as error:
                known = error
                self.post(lambda: finish(lambda: fail(known)))
            except Exception as error:  # a worker's top: whatever it is, the window must hear of it
                logger.exception("work failed: %s", doing or work)
                report = Report(doing, "".join(traceback.format_exception(error)))
                self.post(lambda: finish(lambda: self.reported.emit(report)))
            else:
                self.post(lambda: finish(lambda: succeed(result)))

        self._pool.submit(attempt)
        return job

    def _progress(self, job: Job, owner: QObject, done: int, total: int, words: str) -> None:
        if not shiboken6.isValid(owner):
            job.cancel()
        elif job in self._running:
            job.progressed.emit(done, total, words)

    def watch(self, subscribe: Callable[[Callable[[frozenset[str]], None]], Callable[[], None]]) -> None:
        """Turn a replica's `subscribe` into `touched`."""
        self._unwatch.append(subscribe(lambda kinds: self.post(lambda: self.touched.emit(kinds))))

    def busy(self) -> int:
        """Return how many jobs have not ended."""
        return len(self._running)

    def close(self) -> None:
        """Cancel what runs, wait for it, deliver nothing more."""
        self._open = False
        for stop in self._unwatch:
            stop()
        for job in tuple(self._running):
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)


class Latest:
    """Questions of which only the last one's answer counts: a new one cancels and drops those before it."""

    def __init__(self, bridge: Bridge, owner: QObject) -> None:
        self._bridge, self._owner = bridge, owner
        self._job: Job | None = None
        self._asked = 0

    def ask(
        self,
        work: Callable[[Ticket], T],
        done: Callable[[T], None],
        failed: Callable[[KnownError], None] | None = None,
        *,
        doing: str = "",
    ) -> None:
        """Run `work`; `done` hears it only if nothing newer was asked meanwhile."""
        self.drop()
        mine = self._asked

        def only_if_last(call: Callable[[Any], None] | None) -> Callable[[Any], None]:
            def deliver(outcome: Any) -> None:
                if mine == self._asked:
                    self._job = None
                    if call is not None:
                        call(outcome)

            return deliver

        self._job = self._bridge.run(work, self._owner, only_if_last(done), only_if_last(failed), doing=doing)

    def drop(self) -> None:
        """Forget the question under way."""
        self._asked += 1
        if self._job is not None and shiboken6.isValid(self._job):
            self._job.cancel()
        self._job = None

    def waiting(self) -> bool:
        """Return whether an answer is still to come."""
        return self._job is not None
