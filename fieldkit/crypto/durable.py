"""Files that are either the old or the new one after a power cut, never half of each."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fieldkit.errors import StorageFull


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` at `path`, readable by its owner alone: temp → fsync → rename → fsync(directory).

    A kill leaves `path.*.tmp` behind, at worst.

    Raises:
        StorageFull: no room; the old file is untouched.
    """
    # A name nobody else uses: two programs may write the same file at once.
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    with full_disk_told():
        try:
            with open(temporary, "wb", opener=_private) as file:
                file.write(data)
                sync_file(file)
            replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def sync_file(file: BinaryIO) -> None:
    """Wait until what was written to `file` is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def replace(temporary: Path, path: Path) -> None:
    """Rename a file that is already on the disk over `path` and make the rename durable."""
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames and removals in `directory` durable; Windows does so by itself and can't open a directory."""
    if sys.platform != "win32":
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _private(path: str, flags: int) -> int:
    """Open a new file for its owner alone."""
    return os.open(path, flags, 0o600)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn the system's "no space" and "over quota" into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG):
            raise StorageFull from error
        raise
