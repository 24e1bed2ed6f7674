"""The sync thread: wakes when asked or when it is time, runs the engine, tells what came of it. Knows no window."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from fieldkit.errors import BugError, Cancelled, KnownError
from sync.backoff import RETRY_AFTER_CAP_S, delay_s
from sync.refusal import Overloaded
from sync.report import Progress, SyncReport
from sync.transport import Stop

logger = logging.getLogger(__name__)

EVERY_S = 300.0

Run = Callable[[Stop, Progress, bool], SyncReport]
"""One sync: cancel, progress, patient → report; `SyncEngine.run` with its arguments in place."""


class SyncWorker:
    """Runs one sync after another on a thread of its own.

    Args:
        run: one sync.
        finished: called on the worker's thread with a report or the error that ended the run.
        progress: called on the worker's thread at each step.
        every_s: seconds between runs of its own accord; after a failure it waits with growing, jittered pauses.
        dice: for jitter.
    """

    def __init__(
        self,
        run: Run,
        finished: Callable[[SyncReport | KnownError | BugError], None],
        progress: Progress = lambda _lane, _done, _total, _bytes: None,
        every_s: float = EVERY_S,
        dice: random.Random | None = None,
    ) -> None:
        self._run = run
        self._finished = finished
        self._progress = progress
        self._every_s = every_s
        self._dice = dice or random.SystemRandom()
        self._wake = threading.Condition()
        self._asked = False
        self._stopping = False
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sync", daemon=True)

    def start(self) -> None:
        """Begin; the first run comes when asked for or after `every_s`."""
        self._thread.start()

    def request(self) -> None:
        """Ask for a run as soon as the one under way has ended."""
        with self._wake:
            self._asked = True
            self._wake.notify_all()

    def cancel(self) -> None:
        """End the run under way at its next step; the worker stays."""
        self._cancel.set()

    def stop(self) -> None:
        """Ask the worker to end; `join` waits for it."""
        with self._wake:
            self._stopping = True
            self._cancel.set()
            self._wake.notify_all()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the thread to end and tell whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        failures, asked_for = 0, None
        while True:
            with self._wake:
                if not self._asked and not self._stopping:
                    self._wake.wait(pause_s(failures, asked_for, self._every_s, self._dice))
                if self._stopping:
                    return
                asked, self._asked = self._asked, False
                self._cancel = threading.Event()
            outcome = self._once(patient=not asked)
            failures = 0 if isinstance(outcome, SyncReport | Cancelled) else failures + 1
            asked_for = outcome.retry_after_s if isinstance(outcome, Overloaded) else None

    def _once(self, *, patient: bool) -> SyncReport | KnownError | BugError:
        try:
            outcome: SyncReport | KnownError | BugError = self._run(self._cancel, self._progress, patient)
        except Cancelled as stopped:
            outcome = stopped
        except KnownError as error:
            outcome = error
        except Exception as error:
            logger.exception("sync failed unexpectedly")
            outcome = BugError(f"sync: {type(error).__name__}")
        self._finished(outcome)
        return outcome


def pause_s(failures: int, retry_after_s: float | None, every_s: float, dice: random.Random) -> float:
    """Return the seconds until the next run of the worker's own accord.

    Args:
        failures: runs that failed since the last good one.
        retry_after_s: what the server asked for with the last failure, or None; obeyed up to an hour.
        every_s: between runs when all is well, and the longest pause that nobody asked for.
        dice: for jitter.
    """
    if not failures:
        return every_s
    pause = min(delay_s(failures, None, dice), every_s)
    return pause if retry_after_s is None else max(pause, min(retry_after_s, RETRY_AFTER_CAP_S))
