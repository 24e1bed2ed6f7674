"""$FIELDKIT_HOME: where the two files, the blobs and the copy lie, and who is in it just now."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType

from fieldkit.errors import KnownError

if sys.platform != "win32":
    import fcntl

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

    Files are repaired or swapped only by the one who is alone: on Linux a renamed file goes on taking the writes of
    those who have it open, which would lose them. Windows itself forbids renaming an open file, so there no lock is
    needed.
    """

    def __init__(self, home: Path) -> None:
        self._file = (home / "kit.lock").open("ab")
        self.alone = self._take_alone()
        if not self.alone and sys.platform != "win32":
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def share(self) -> None:
        """Let others in."""
        self.alone = False
        if sys.platform != "win32":
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def close(self) -> None:
        """Leave the kit."""
        self._file.close()

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_alone(self) -> bool:
        if sys.platform != "win32":
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True
