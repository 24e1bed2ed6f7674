"""Where the unattended visit plays: its folder, the clock of each step, and a desk that waits without a window."""

from __future__ import annotations

import queue
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fieldkit.errors import BugError, InvalidInput

WAIT_S = 45.0
"""Nothing in the demo takes longer; past it the demo is broken."""


@dataclass
class Stage:
    """The folder, the clock of each step, and what the officer was told on the way."""

    out: Path
    tell: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, words: str) -> Iterator[None]:
        """Time a step and say that it begins."""
        self.tell(f"· {words}")
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)

    def note(self, sentence: str) -> None:
        """Keep a sentence the officer was told."""
        self.told.append(sentence)
        self.tell(f"  「{sentence}」")

    def name(self, path: Path) -> str:
        """Return a path as the report names it: relative to the report."""
        return path.relative_to(self.out).as_posix()


class Desk:
    """The owner's thread of a session without Qt: runs what workers post while it waits for a state."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, work: Callable[[], None]) -> None:
        """Have `work` run on the owner's thread; called from any thread."""
        self._posted.put(work)

    def until(self, reached: Callable[[], bool], what: str) -> None:
        """Run posted work until `reached`.

        Raises:
            BugError: it did not happen in time.
        """
        deadline = time.monotonic() + WAIT_S
        while not reached():
            try:
                self._posted.get(timeout=0.1)()
            except queue.Empty:
                if time.monotonic() > deadline:
                    raise BugError(f"the demo waited in vain for: {what}") from None


def fresh(out: Path) -> Path:
    """Return `out` as an empty folder; one that an earlier demo filled is cleared.

    Raises:
        InvalidInput: it holds something else.
    """
    if out.exists() and not out.is_dir():
        raise InvalidInput("demo.folder_taken", folder=out)
    marker = out / ".fieldkit-demo"
    if out.exists() and any(out.iterdir()) and not marker.exists():
        raise InvalidInput("demo.folder_taken", folder=out)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    marker.touch()
    return out.resolve()
