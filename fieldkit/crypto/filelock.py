"""A lock beside a file that programs share: one reads and rewrites while the others wait.

The system drops the lock when its holder dies. It holds between threads of one program too: each holder opens the lock
file anew.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fieldkit.crypto import durable


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Run a block while no other holds the lock file `path`, which is made when missing and stays.

    Raises:
        StorageFull: there is no room even for an empty file.
    """
    with durable.full_disk_told():
        file = path.open("ab")
    with file:
        _wait(file)
        yield


def take(file: BinaryIO) -> bool:
    """Take the lock of an open lock file if it is free; it is let go when the file is closed."""
    try:
        _take(file)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    _POLL_S = 0.05

    def _take(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _wait(file: BinaryIO) -> None:
        # LK_LOCK gives up after ten tries, so the waiting is done here.
        while not take(file):
            time.sleep(_POLL_S)

else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _wait(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)
