"""A lane: one plain thread that does jobs in order and hands each result back to its owner's thread."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from fieldkit.errors import BugError, KnownError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
"""Runs a callable later on the thread that owns the session: Qt's event loop on screen, a queue in a command."""


class Lane:
    """Jobs one after the other, off the owner's thread.

    Args:
        name: of the thread, for logs.
        post: how results return to the owner.
        reported: called on the owner's thread after each result was taken.
    """

    def __init__(self, name: str, post: Post, reported: Callable[[], None] = lambda: None) -> None:
        self._post, self._reported = post, reported
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._open = True
        self._waiting = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more jobs; those queued are still done."""
        self._open = False
        self._jobs.put(None)

    def join(self, timeout_s: float = 10.0) -> None:
        """Wait for the thread to end."""
        self._thread.join(timeout_s)

    @property
    def busy(self) -> int:
        """How many jobs have not reported yet. For the owner's thread."""
        return self._waiting

    def do(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[KnownError | BugError], None]
    ) -> None:
        """Do `work` in the lane; `then` or `failed` runs on the owner's thread."""
        if not self._open:
            return
        self._waiting += 1

        def report(outcome: Callable[[], None]) -> None:
            self._waiting -= 1
            outcome()
            self._reported()

        def job() -> None:
            try:
                result = work()
            except (KnownError, BugError) as error:
                problem: KnownError | BugError = error
                self._post(lambda: report(lambda: failed(problem)))
            except Exception as error:  # the worker's top
                logger.exception("a job of lane %s failed", threading.current_thread().name)
                bug = BugError(f"{type(error).__name__}: {error}")
                self._post(lambda: report(lambda: failed(bug)))
            else:
                self._post(lambda: report(lambda: then(result)))

        self._jobs.put(job)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def sentence(error: KnownError | BugError) -> str:
    """Return what the officer reads of an error: the known sentence, or that the program is at fault."""
    if isinstance(error, KnownError):
        return error.zh
    return f"程序错误：{error}。已填写的内容都已保存，请重试；反复出现请报告管理员。"


def in_english(error: KnownError | BugError) -> str:
    """Return the same in English, for the smaller line below."""
    if isinstance(error, KnownError):
        return error.en
    return f"The program failed: {error}. Everything entered is saved; try again."
