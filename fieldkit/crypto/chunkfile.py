"""Encrypted files in chunks: any range can be read, and no byte can be changed, moved, cut or swapped unseen.

Layout: a header of 32 bytes (suite mark, log2 of the chunk size, 14 zero bytes, 16 random bytes: the file id), then
chunks of AES-256-GCM, each `size` bytes of content and 16 of tag; only the last may be shorter, and an empty file has
one empty chunk. Each file has its own key, HKDF-SHA256 of the blobs' key with the file id as salt, so a nonce (chunk
index, and 1 on the last chunk) never meets a key twice. The whole header is authenticated with every chunk. The caller
keeps the file id beside the file's name: a whole file put in another's place is then found too.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fieldkit.crypto.suite import INTERNATIONAL
from fieldkit.errors import ReplicaDamaged

HEADER = 32
TAG = 16
CHUNK_BITS = 16
"""64 KiB: a page scan is read in about 50 chunks, a range costs at most one chunk too much."""


def write(target: BinaryIO, content: Iterator[bytes], key: bytes, chunk_bits: int = CHUNK_BITS) -> str:
    """Encrypt `content` into `target` and return the file id as hex. The caller makes it durable.

    Args:
        target: open for writing, at its start.
        content: pieces of any size.
        key: 32 bytes, the key of all blobs.
        chunk_bits: log2 of the content bytes a chunk holds, 10–24.
    """
    file_id = secrets.token_bytes(16)
    header = bytes([INTERNATIONAL.mark, chunk_bits]) + bytes(14) + file_id
    cipher = _cipher(key, file_id)
    size = 1 << chunk_bits
    target.write(header)
    index, waiting = 0, bytearray()
    for piece in content:
        waiting += piece
        # A full chunk is held back until more comes: only then is it known not to be the last.
        start = 0
        while len(waiting) - start > size:
            target.write(cipher.encrypt(_nonce(index, last=False), bytes(waiting[start : start + size]), header))
            index, start = index + 1, start + size
        del waiting[:start]
    target.write(cipher.encrypt(_nonce(index, last=True), bytes(waiting), header))
    return file_id.hex()


class ChunkFile:
    """An encrypted file open for reading. Not for use by two threads at once.

    Args:
        path: the file.
        key: 32 bytes, the key of all blobs.
        file_id: hex, as `write` gave it; None takes the header's word (adopting a file whose row was lost).

    Raises:
        ReplicaDamaged: missing, cut, or not the file that was written under this name.
    """

    def __init__(self, path: Path, key: bytes, file_id: str | None = None) -> None:
        self._where = path.name
        try:
            # Unbuffered: the buffer would hold cipher text nobody reads twice.
            self._file = path.open("rb", buffering=0)
        except FileNotFoundError as error:
            raise ReplicaDamaged(where=f"blobs/{self._where}") from error
        try:
            self._header = self._file.read(HEADER) or b""
            length = os.fstat(self._file.fileno()).st_size - HEADER
            bits = self._header[1] if len(self._header) == HEADER else 0
            if not 10 <= bits <= 24 or self._header[0] != INTERNATIONAL.mark or length < TAG:
                raise self._damaged()
            self.file_id = self._header[16:].hex()
            if file_id is not None and file_id != self.file_id:
                raise self._damaged()
            self._chunk = 1 << bits
            self.chunks = -(-length // (self._chunk + TAG))
            self.size = length - self.chunks * TAG
            if self.size < 0:
                raise self._damaged()
            self._cipher = _cipher(key, self._header[16:])
        except BaseException:
            self._file.close()
            raise

    def chunk(self, index: int) -> bytes:
        """Return the content of chunk `index`, from 0.

        Raises:
            ReplicaDamaged: it does not authenticate at this place of this file.
        """
        self._file.seek(HEADER + index * (self._chunk + TAG))
        sealed = self._file.read(self._chunk + TAG) or b""
        try:
            return self._cipher.decrypt(_nonce(index, last=index == self.chunks - 1), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise self._damaged() from error

    def read(self, start: int, length: int) -> bytes:
        """Return the content from `start`, at most `length` bytes."""
        stop = min(start + length, self.size)
        if start >= stop:
            return b""
        first, last = start // self._chunk, (stop - 1) // self._chunk
        content = b"".join(self.chunk(index) for index in range(first, last + 1))
        offset = first * self._chunk
        return content[start - offset : stop - offset]

    def pieces(self) -> Iterator[bytes]:
        """Give the content chunk by chunk; every one is authenticated, the last flag too."""
        for index in range(self.chunks):
            yield self.chunk(index)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> ChunkFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _damaged(self) -> ReplicaDamaged:
        return ReplicaDamaged(where=f"blobs/{self._where}")


class ChunkReader(io.RawIOBase):
    """A chunk file as a seekable binary stream, for libraries that want one."""

    def __init__(self, source: ChunkFile) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that this can be sought in."""
        return True

    def tell(self) -> int:
        """Return the place in the content."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place in the content."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._source.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` as far as one chunk goes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # typeshed's WriteableBuffer is not public
        content = self._source.read(self._at, len(view))
        view[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        """Close the file behind it."""
        self._source.close()
        super().close()


def _cipher(key: bytes, file_id: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=file_id, info=b"fieldkit/chunkfile/1").derive(key))


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\1" if last else b"\0")
