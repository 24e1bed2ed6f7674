"""The content store: plain files named by their SHA-256, written once and never changed."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import BinaryIO

BLOCK = 1 << 20


class ContentStore:
    """Files under `root/ab/abcdef…`; a name appears only when its bytes are on the disk.

    Args:
        root: folder, made if missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the content of this hash stands or would stand."""
        return self._root / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Tell whether the content is here."""
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """Open the content for reading.

        Raises:
            FileNotFoundError: it is not here.
        """
        return self.path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        """Return the whole content."""
        return self.path(sha256).read_bytes()

    def put(self, data: bytes) -> str:
        """Store `data` durably and return its hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            partial = self._root / f".{sha256}.{os.getpid()}.partial"
            with partial.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            self._place(partial, sha256)
        return sha256

    def adopt(self, file: Path, sha256: str) -> bool:
        """Move `file`, fsynced by its writer and on the same disk, in under `sha256` if that is its hash.

        Returns:
            False if the content has another hash; the file is left where it is.
        """
        if hash_file(file) != sha256:
            return False
        if self.has(sha256):
            file.unlink()
        else:
            self._place(file, sha256)
        return True

    def _place(self, file: Path, sha256: str) -> None:
        """Rename `file` to its place; fsync the folders, so that the name survives a power cut too."""
        target = self.path(sha256)
        if not target.parent.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._root)
        file.replace(target)
        sync_folder(target.parent)


def hash_file(file: Path) -> str:
    """Return the SHA-256 (hex) of a file, read in blocks."""
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while block := data.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable; Windows does it by itself and has no handle for it."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
