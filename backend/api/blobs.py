"""`HEAD` and `GET /v1/blobs/{sha256}`: is it here, and ranged download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from litestar import HttpMethod, Request, Response, get, route
from litestar.response import Stream

from backend.problems import Refusal
from backend.services import Services
from backend.store.caller import Caller
from backend.store.content import BLOCK, ContentStore
from backend.store.effects import is_sha256
from backend.store.tables import blob

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@route("/blobs/{sha256:str}", http_method=[HttpMethod.HEAD], sync_to_thread=True, status_code=200)
def known(services: Services, device: Caller, sha256: str) -> Response[bytes]:
    """Tell whether the county holds a blob: 200 with its size, or 404."""
    size, media_type = _row(services, device.county, sha256)
    return Response(b"", media_type=media_type, headers={**_headers(sha256), "Content-Length": str(size)})


@get("/blobs/{sha256:str}", sync_to_thread=True)
def download(request: Request[Any, Any, Any], services: Services, officer: Caller, sha256: str) -> Stream:
    """Return a blob or a range of it."""
    size, media_type = _row(services, officer.county, sha256)
    return ranged(services.content, sha256, size, media_type, request.headers.get("range"))


def ranged(content: ContentStore, sha256: str, size: int, media_type: str, wanted: str | None) -> Stream:
    """Return the content, or the one range wanted; several ranges at once get the whole, as RFC 9110 allows.

    Raises:
        Refusal: the range lies outside.
    """
    start, stop, status = 0, size, 200
    match = _RANGE.fullmatch(wanted) if wanted else None
    if match and (match[1] or match[2]):
        if match[1]:
            start = int(match[1])
            stop = min(int(match[2]) + 1, size) if match[2] else size
        else:
            start = max(size - int(match[2]), 0)
        if start >= stop:
            raise Refusal("range", headers={"Content-Range": f"bytes */{size}"})
        status = 206
    headers = {**_headers(sha256), "Content-Length": str(stop - start)}
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return Stream(_read(content, sha256, start, stop), status_code=status, media_type=media_type, headers=headers)


def _read(content: ContentStore, sha256: str, start: int, stop: int) -> Iterator[bytes]:
    with content.open(sha256) as file:
        file.seek(start)
        left = stop - start
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def _row(services: Services, county: str, sha256: str) -> tuple[int, str]:
    if not is_sha256(sha256):
        raise Refusal("not-found")
    with services.database.read() as connection:
        row = connection.execute(
            sa.select(blob.c.size, blob.c.media_type).where(blob.c.county == county, blob.c.sha256 == sha256)
        ).first()
    if row is None:
        raise Refusal("not-found")
    return row.size, row.media_type


def _headers(sha256: str) -> dict[str, str]:
    return {
        "ETag": f'"{sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
