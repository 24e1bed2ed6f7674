"""Blobs go up by tus 1.0: one chunk at a time from the encrypted store, resumed where the server says it stands."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

import msgspec

from fieldkit.errors import NotTheServer
from fieldkit.model.operation import Problem
from sync.client import SyncClient, same_server
from sync.refusal import HashMismatch, Missing, OffsetConflict

_TUS = {"Tus-Resumable": "1.0.0"}
_NOT_STORED = Problem(
    type="about:blank", title="传完却没有存下 (uploaded but not stored)", status=404, code="not-found"
)
_OCTETS = "application/offset+octet-stream"


class Waiting(Protocol):
    """A blob that waits, as the replica lists it."""

    @property
    def sha256(self) -> str:
        """Hex."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def media_type(self) -> str:
        """Of the content."""
        ...

    @property
    def filename(self) -> str:
        """As the officer knows it, may be ""."""
        ...

    @property
    def upload_url(self) -> str:
        """Where an upload was begun, or ""."""
        ...


class Source(Protocol):
    """Where the bytes are and where the upload's place is remembered."""

    def read(self, sha256: str, start: int, length: int) -> bytes:
        """Return bytes of a blob."""
        ...

    def uploading(self, sha256: str, url: str, offset: int, expires_at: datetime | None = None) -> None:
        """Remember where an upload stands; a url of "" forgets it."""
        ...


class Sent(msgspec.Struct, frozen=True):
    """What one upload cost: bytes that went over the line, whether they were needed at all."""

    bytes: int
    there_before: bool = False


def upload(
    client: SyncClient,
    server_url: str,
    blob: Waiting,
    source: Source,
    chunk_bytes: int,
    progress: Callable[[int, int], None] = lambda _done, _sent: None,
) -> Sent:
    """Bring one blob to the server and return when it is stored with an equal hash.

    Args:
        client: signed in.
        server_url: of the kit's server.
        blob: what waits.
        source: the encrypted store.
        chunk_bytes: the most to send in one request, and so the most to send twice.
        progress: told how far the blob has come and how many bytes went out, after each chunk.

    Raises:
        HashMismatch: the server received other bytes than announced; the upload is forgotten, the blob kept.
        NetworkUnavailable: the line broke; the place is remembered.
    """
    if client.has_blob(blob.sha256):
        return Sent(0, there_before=True)
    sent = 0
    url, offset = _resume(client, server_url, blob)
    for _attempt in range(3):
        if url is None:
            url, offset = _create(client, server_url, blob, source)
        try:
            while offset < blob.size:
                data = source.read(blob.sha256, offset, min(chunk_bytes, blob.size - offset))
                reached = _patch(client, url, offset, data)
                sent += reached - offset
                offset = reached
                progress(offset, sent)
                if offset < blob.size:
                    source.uploading(blob.sha256, url, offset)
            if client.has_blob(blob.sha256):
                return Sent(sent)
            raise Missing(_NOT_STORED)
        except OffsetConflict:
            found = _offset(client, url)
            url, offset = (None, 0) if found is None else (url, found)
        except Missing:
            source.uploading(blob.sha256, "", 0)
            url, offset = None, 0
        except HashMismatch:
            source.uploading(blob.sha256, "", 0)
            raise
    raise NotTheServer(why="上传位置一再不符 (the offset keeps changing)")


def _resume(client: SyncClient, server_url: str, blob: Waiting) -> tuple[str | None, int]:
    """Ask the server how far an upload begun before has come; its word counts, not ours.

    One that was begun under another address is begun anew: the old one may lead nowhere, or to another server.
    """
    if not blob.upload_url:
        return None, 0
    try:
        url = same_server(server_url, blob.upload_url)
    except NotTheServer:
        return None, 0
    offset = _offset(client, url)
    return (None, 0) if offset is None or offset > blob.size else (url, offset)


def _create(client: SyncClient, server_url: str, blob: Waiting, source: Source) -> tuple[str, int]:
    metadata = {
        "sha256": blob.sha256,
        "size": str(blob.size),
        "filename": blob.filename,
        "filetype": blob.media_type,
    }
    text = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items() if value)
    url, headers = client.create_upload(blob.size, text, lambda location: same_server(server_url, location))
    source.uploading(blob.sha256, url, 0, _expires(headers))
    return url, 0


def _offset(client: SyncClient, url: str) -> int | None:
    """Return where the upload stands, None if the server has forgotten it."""
    try:
        answer = client.transport.call("HEAD", url, signed=False, expect="", headers=_TUS)
    except Missing:
        return None
    return _number(answer.headers)


def _patch(client: SyncClient, url: str, offset: int, data: bytes) -> int:
    # Never twice by itself: after a broken line only HEAD knows how much arrived.
    answer = client.transport.call(
        "PATCH",
        url,
        body=data,
        content_type=_OCTETS,
        signed=False,
        again=False,
        expect="",
        headers={**_TUS, "Upload-Offset": str(offset)},
    )
    reached = _number(answer.headers)
    if reached is None or not offset <= reached <= offset + len(data):
        raise NotTheServer(why="续传位置不对 (wrong Upload-Offset)")
    return reached


def _number(headers: dict[str, str]) -> int | None:
    value = headers.get("upload-offset", "")
    return int(value) if value.isdigit() else None


def _expires(headers: dict[str, str]) -> datetime | None:
    """Return when the upload lapses; without a word of the server, a day from its own time."""
    try:
        return parsedate_to_datetime(headers["upload-expires"]).astimezone(UTC)
    except (KeyError, ValueError):
        date = headers.get("date")
        return parsedate_to_datetime(date).astimezone(UTC) + timedelta(days=1) if date else None
