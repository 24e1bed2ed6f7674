"""What one sync did, and how it tells while it does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

Lane = Literal["hello", "operations", "changes", "blobs"]
Progress = Callable[[Lane, int, int, int], None]
"""Called with the lane, things done, things in all (0 = not known) and bytes that went out so far."""


class SyncProblem(msgspec.Struct, frozen=True):
    """One thing that did not go, and why: an operation's id, a blob's hash or a scope."""

    what: str
    code: str
    why: str


class SyncReport(msgspec.Struct, frozen=True):
    """Counts of one sync.

    `operations` were sent and `acknowledged` of them applied; `blob_bytes` went out; `changes` came down; `waiting`
    operations and blobs are still here.
    """

    operations: int = 0
    acknowledged: int = 0
    blobs: int = 0
    blob_bytes: int = 0
    changes: int = 0
    waiting: int = 0
    problems: tuple[SyncProblem, ...] = ()


class Tally:
    """A report in the making."""

    def __init__(self) -> None:
        self.operations = self.acknowledged = self.blobs = self.blob_bytes = self.changes = 0
        self.problems: list[SyncProblem] = []

    def problem(self, what: str, code: str, why: str) -> None:
        """Note what did not go."""
        self.problems.append(SyncProblem(what, code, why))

    def report(self, waiting: int) -> SyncReport:
        """Return the counts so far."""
        return SyncReport(
            operations=self.operations,
            acknowledged=self.acknowledged,
            blobs=self.blobs,
            blob_bytes=self.blob_bytes,
            changes=self.changes,
            waiting=waiting,
            problems=tuple(self.problems),
        )
