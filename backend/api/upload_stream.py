"""Receiving the bytes of one PATCH: one writer an upload, fsync before an offset counts, nothing lost on a cut."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException

from backend.store.uploads import Upload, Uploads

STALL_S = 60.0
"""A sender silent for so long is gone; what it sent is kept."""
QUIET_S = 5.0
"""A sender silent for so long gives way to another that wants to go on (its own next try, after a lost connection)."""
STEP = 4 << 20


class Busy(Exception):
    """Another PATCH of this upload is receiving just now."""


class Taken(msgspec.Struct, frozen=True):
    """The upload after a PATCH, and the problem's code if the bytes were refused."""

    upload: Upload
    problem: str = ""


class Receiving:
    """Which uploads are being written in this process; lives on the event loop."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    @asynccontextmanager
    async def only(self, upload_id: str) -> AsyncIterator[Turn]:
        """Be the only writer of an upload.

        Raises:
            Busy: another is, and bytes still come to it.
        """
        holder = self._turns.get(upload_id)
        if holder is not None:
            if anyio.current_time() - holder.heard_at < QUIET_S:
                raise Busy
            holder.give_way()
            with anyio.move_on_after(QUIET_S):
                await holder.over.wait()
            if upload_id in self._turns:
                raise Busy
        turn = self._turns[upload_id] = Turn()
        try:
            yield turn
        finally:
            del self._turns[upload_id]
            turn.over.set()


class Turn:
    """One PATCH's right to write."""

    def __init__(self) -> None:
        self.over = anyio.Event()
        self.heard_at = anyio.current_time()
        self._waiting: anyio.CancelScope | None = None
        self._gone = False

    def give_way(self) -> None:
        """Stop waiting for a sender that fell silent; what came is kept."""
        self._gone = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def take(
        self, request: Request[Any, Any, Any], uploads: Uploads, item: Upload, check: tuple[Any, bytes] | None
    ) -> Taken:
        """Append the request's body to the upload's file and return how far it is.

        With a checksum nothing counts until all of it agrees; without one every 4 MiB counts once fsynced, and the
        rest at the end, however the end came.
        """
        file = await anyio.to_thread.run_sync(_Tail, uploads.file(item), item.offset)
        digest, want = check or (None, b"")
        problem = ""
        try:
            async for block, whole in self._blocks(request):
                if file.end + len(block) > item.length:
                    problem = "batch-too-large"
                    break
                if digest is not None:
                    digest.update(block)
                await anyio.to_thread.run_sync(file.append, block)
                if digest is None:
                    item = await anyio.to_thread.run_sync(_settle, file, uploads, item)
                elif whole and digest.digest() == want:
                    item = await anyio.to_thread.run_sync(_settle, file, uploads, item)
                    digest = None
            if digest is not None and not problem:
                problem = "hash-mismatch"
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(file.close)
        return Taken(upload=item, problem=problem)

    async def _blocks(self, request: Request[Any, Any, Any]) -> AsyncIterator[tuple[bytes, bool]]:
        """Yield the body in blocks of about 4 MiB, the last with True if the body ended as it should."""
        stream = request.stream()
        kept = bytearray()
        while True:
            chunk: bytes | None = None
            with anyio.move_on_after(STALL_S) as self._waiting:
                if self._gone:
                    self._waiting.cancel()
                try:
                    chunk = await anext(stream, b"")
                except InternalServerException:
                    chunk = None
            self._waiting = None
            if chunk is None:
                yield bytes(kept), False
                return
            if not chunk:
                yield bytes(kept), True
                return
            self.heard_at = anyio.current_time()
            kept += chunk
            if len(kept) >= STEP:
                yield bytes(kept), False
                kept.clear()


class _Tail:
    """A partial file, cut to the offset that counts and open for more."""

    def __init__(self, path: Path, offset: int) -> None:
        self._file = path.open("r+b")
        self._file.truncate(offset)
        self._file.seek(offset)
        self.end = offset

    def append(self, block: bytes) -> None:
        self._file.write(block)
        self.end += len(block)

    def settle(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _settle(file: _Tail, uploads: Uploads, item: Upload) -> Upload:
    """Make what was appended durable, then let it count."""
    if file.end == item.offset:
        return item
    file.settle()
    return uploads.advance(item, file.end)
