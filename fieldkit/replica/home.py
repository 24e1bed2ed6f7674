"""$FIELDKIT_HOME: where the two files, the blobs and the copy lie, and who is in it just now."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fieldkit.errors import KnownError

REPLICA = "replica.db"
WORK = "work.db"
WORK_COPY = "work.bak"
DAMAGED = "replica.damaged"
"""An empty file: damage was met while the kit was open, so the next start checks `replica.db` whole."""

REPAIRED = "work.repaired"
"""An empty file: `work.db` came back from its copy, and what follows from that is not done yet."""


class KitInUse(KnownError):
    """Another program has this kit open and the step needs it alone."""

    key = "kit.in_use"
    retryable = True


class HomeLock:
    """Tells whether this program is the only one in a kit.

    Files are repaired or swapped, and operations on their way set waiting again, only by the one who is alone: on
    Linux a renamed file goes on taking the writes of those who have it open, which would lose them.
    """

    def __init__(self, home: Path) -> None:
        self._file = (home / "kit.lock").open("ab")
        self.alone = _take_alone(self._file)
        if not self.alone:
            _take_shared(self._file)

    def share(self) -> None:
        """Let others in."""
        self.alone = False
        _let_others_in(self._file)

    def close(self) -> None:
        """Leave the kit."""
        self._file.close()

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


if sys.platform == "win32":
    import msvcrt
    import time

    # Windows' byte locks know no sharing, so the lock is a row of seats: who has all of them is alone, the others have
    # one each. All take them in the same order, so of two that come at once one gets the first.
    _SEATS = 16
    _POLL_S = 0.05

    def _seat(file: BinaryIO, number: int, mode: int) -> bool:
        file.seek(number)
        try:
            msvcrt.locking(file.fileno(), mode, 1)
        except OSError:
            return False
        return True

    def _take_alone(file: BinaryIO) -> bool:
        for number in range(_SEATS):
            if not _seat(file, number, msvcrt.LK_NBLCK):
                for mine in range(number):
                    _seat(file, mine, msvcrt.LK_UNLCK)
                return False
        return True

    def _take_shared(file: BinaryIO) -> None:
        # From the far end: the first seat is for those who try to be alone.
        while not any(_seat(file, number, msvcrt.LK_NBLCK) for number in reversed(range(_SEATS))):
            time.sleep(_POLL_S)

    def _let_others_in(file: BinaryIO) -> None:
        for number in range(_SEATS - 1):
            _seat(file, number, msvcrt.LK_UNLCK)

else:
    import fcntl

    def _take_alone(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _take_shared(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_SH)

    def _let_others_in(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_SH)
