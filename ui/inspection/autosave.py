"""One writer that keeps the open visit on disk: a pause in typing, a step change or leaving a field saves it.

The word "saved" is told only after the replica returned, because an officer trusts it with the power failing. Plain
Python: one thread, a condition, and callbacks that the owner moves to its own thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from fieldkit.errors import KnownError
from fieldkit.model.visit import Visit

logger = logging.getLogger(__name__)

PAUSE_S = 0.6
"""Typing counts as stopped after this long."""
LONGEST_S = 3.0
"""Nobody types unsaved for longer than this, however fast."""
RETRY_S = 5.0
"""A failed save is tried again after this long even if nothing changes."""


class SaveState(msgspec.Struct, frozen=True):
    """What is true of the disk: `at` is when the replica last returned; `why` is the reason of a failure."""

    state: Literal["saved", "dirty", "failed"]
    at: datetime | None = None
    why: str = ""


class Autosave:
    """Write the latest visit given, never an older one, and tell what is on disk.

    Args:
        save: `replica.visits.save`; durable when it returns.
        now: the wall clock shown beside "saved".
        tell: called with each state and the visit it is true of, from any thread.
    """

    def __init__(
        self,
        save: Callable[[Visit], object],
        now: Callable[[], datetime],
        tell: Callable[[SaveState, Visit], None],
        *,
        pause_s: float = PAUSE_S,
        longest_s: float = LONGEST_S,
        retry_s: float = RETRY_S,
    ) -> None:
        self._save, self._now, self._tell = save, now, tell
        self._pause_s, self._longest_s, self._retry_s = pause_s, longest_s, retry_s
        self._wake = threading.Condition()
        self._pending: Visit | None = None
        self._first = self._due = 0.0
        self._then: list[Callable[[bool], None]] = []
        self._writing = self._stopping = False
        self._saved_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="visit-writer", daemon=True)

    def start(self) -> None:
        """Start the writer."""
        self._thread.start()

    def touch(self, visit: Visit) -> None:
        """Take a newer state of the visit; it is written after the pause."""
        with self._wake:
            now = time.monotonic()
            if self._pending is None:
                self._first = now
            self._pending = visit
            self._due = min(now + self._pause_s, self._first + self._longest_s)
            self._wake.notify_all()
        self._tell(SaveState("dirty", self._saved_at), visit)

    def flush(self, then: Callable[[bool], None] | None = None) -> None:
        """Write what is pending at once; `then` hears from the writer's thread whether everything is on disk."""
        with self._wake:
            self._due = 0.0
            if then is not None:
                self._then.append(then)
            self._wake.notify_all()

    @property
    def at_rest(self) -> bool:
        """Whether everything given is on disk."""
        with self._wake:
            return self._pending is None and not self._writing

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing is pending; False if it took longer or the last save failed."""
        deadline = time.monotonic() + timeout_s
        self.flush()
        with self._wake:
            while self._pending is not None or self._writing:
                left = deadline - time.monotonic()
                if left <= 0 or not self._thread.is_alive():
                    return False
                self._wake.wait(min(left, 0.2))
        return True

    def stop(self) -> None:
        """Write what is pending, once, and end; join after it."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()

    def join(self, timeout_s: float = 10.0) -> None:
        """Wait for the writer to end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._ready():
                    self._wake.wait(self._sleep_s())
                visit, self._pending = self._pending, None
                then, self._then = self._then, []
                stopping = self._stopping
                self._writing = visit is not None
            saved = True if visit is None else self._write(visit)
            for callback in then:
                callback(saved)
            if stopping:
                return

    def _ready(self) -> bool:
        if self._stopping or self._then:
            return True
        return self._pending is not None and time.monotonic() >= self._due

    def _sleep_s(self) -> float | None:
        return None if self._pending is None else max(0.0, self._due - time.monotonic())

    def _write(self, visit: Visit) -> bool:
        why = ""
        try:
            self._save(visit)
        except KnownError as error:
            why = error.zh
        except Exception as error:  # the worker's top: an unknown failure must still read "not saved"
            logger.exception("saving visit %s failed", visit.id)
            why = f"程序错误（{type(error).__name__}）"
        with self._wake:
            self._writing = False
            if why:
                if self._pending is None:
                    self._pending, self._first = visit, time.monotonic()
                self._due = time.monotonic() + self._retry_s
            else:
                self._saved_at = self._now()
            dirty = self._pending is not None
            self._wake.notify_all()
        if why:
            self._tell(SaveState("failed", self._saved_at, why), visit)
        else:
            self._tell(SaveState("dirty" if dirty else "saved", self._saved_at), visit)
        return not why
