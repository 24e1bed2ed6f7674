"""tus 1.0 at `/v1/uploads`: creation, checksum, expiration, termination.

Creating is signed by a device. The Location it gets is an unguessable, expiring capability, so that plain tus clients
can go on from there. Bytes are fsynced before an offset is told; whatever arrived before a connection broke is kept;
a refused PATCH stores nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from email.utils import format_datetime
from typing import Any

import anyio.to_thread
from litestar import HttpMethod, Request, Response, delete, patch, post, route

from backend.api.answers import refuse
from backend.api.upload_stream import Busy, Receiving
from backend.problems import Refusal
from backend.services import Services
from backend.store.caller import Caller
from backend.store.effects import is_sha256
from backend.store.uploads import Upload

VERSION = "1.0.0"
OCTETS = "application/offset+octet-stream"
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_NUMBER = re.compile(r"\d{1,15}")
_PAIR = re.compile(r"([!-+\--~]+)(?: ([A-Za-z0-9+/=]*))?")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")
_TUS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}


@route("/uploads", http_method=[HttpMethod.OPTIONS], sync_to_thread=False, status_code=204)
def capabilities(services: Services) -> Response[None]:
    """Tell what this tus server can do."""
    return Response(
        None,
        status_code=204,
        headers={
            **_TUS,
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,checksum,expiration,termination",
            "Tus-Max-Size": str(services.limits.blob),
            "Tus-Checksum-Algorithm": ",".join(_HASHES),
        },
    )


@post("/uploads", status_code=201, sync_to_thread=True)
def create(request: Request[Any, Any, Any], services: Services, device: Caller) -> Response[None]:
    """Begin an upload; `Upload-Metadata` must name the content's `sha256`."""
    _check_version(request)
    length = _number(request, "upload-length")
    if length > services.limits.blob:
        raise Refusal("batch-too-large", f"a blob has at most {services.limits.blob} bytes", headers=_TUS)
    text = request.headers.get("upload-metadata", "")
    metadata = _metadata(text)
    sha256 = metadata.get("sha256", "").lower()
    if not is_sha256(sha256):
        raise Refusal("validation", "Upload-Metadata needs sha256", headers=_TUS)
    if metadata.get("size", str(length)) != str(length):
        raise Refusal("validation", "Upload-Metadata: size is not Upload-Length", headers=_TUS)
    media_type = metadata.get("filetype", "")
    capability, made = services.uploads.create(
        device.county,
        device.device,
        sha256,
        length,
        media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        text,
        services.now(),
    )
    if length == 0 and not made.finished and not services.uploads.finish(made, services.now()):
        raise Refusal("hash-mismatch", headers=_TUS)
    headers = {**_TUS, "Location": f"/v1/uploads/{capability}", **_expiry(made)}
    if made.finished:
        headers["Upload-Offset"] = str(made.offset)
    return Response(None, status_code=201, headers=headers)


@route("/uploads/{capability:str}", http_method=[HttpMethod.HEAD], sync_to_thread=True, status_code=200)
def state(request: Request[Any, Any, Any], services: Services, capability: str) -> Response[None]:
    """Tell how far an upload is."""
    _check_version(request)
    found = _find(services, capability)
    offset = found.offset
    if offset == found.length and not found.finished and not services.uploads.finish(found, services.now()):
        raise Refusal("upload-gone", headers=_TUS)
    headers = {**_TUS, "Upload-Offset": str(offset), "Upload-Length": str(found.length), **_expiry(found)}
    if found.metadata:
        headers["Upload-Metadata"] = found.metadata
    return Response(None, headers=headers)


@patch("/uploads/{capability:str}", status_code=200, request_max_body_size=None)
async def append(
    request: Request[Any, Any, Any], services: Services, receiving: Receiving, capability: str
) -> Response[bytes]:
    """Take bytes at the offset; see the module's promise."""
    return await _append(request, services, receiving, capability)


@post("/uploads/{capability:str}", status_code=200, request_max_body_size=None)
async def overridden(
    request: Request[Any, Any, Any], services: Services, receiving: Receiving, capability: str
) -> Response[bytes]:
    """Do what `X-HTTP-Method-Override` says, for clients that can send only GET and POST."""
    method = request.headers.get("x-http-method-override", "").upper()
    if method == "PATCH":
        return await _append(request, services, receiving, capability)
    if method == "DELETE":
        return await anyio.to_thread.run_sync(_terminate, request, services, capability)
    raise Refusal("method-not-allowed", headers=_TUS)


@delete("/uploads/{capability:str}", status_code=200, sync_to_thread=True)
def terminate(request: Request[Any, Any, Any], services: Services, capability: str) -> Response[bytes]:
    """End an upload and drop its bytes; what is stored stays."""
    return _terminate(request, services, capability)


def _terminate(request: Request[Any, Any, Any], services: Services, capability: str) -> Response[bytes]:
    _check_version(request)
    services.uploads.end(_find(services, capability))
    return Response(b"", status_code=204, headers=_TUS)


async def _append(
    request: Request[Any, Any, Any], services: Services, receiving: Receiving, capability: str
) -> Response[bytes]:
    _check_version(request)
    if request.headers.get("content-type", "") != OCTETS:
        raise Refusal("not-acceptable", f"the body must be {OCTETS}", headers=_TUS)
    offset = _number(request, "upload-offset")
    check = _checksum(request)
    found = await anyio.to_thread.run_sync(_find, services, capability)
    try:
        async with receiving.only(found.id) as turn:
            found = await anyio.to_thread.run_sync(_find, services, capability)
            if offset != found.offset:
                return _refuse("offset-conflict", {"Upload-Offset": str(found.offset)})
            announced = request.headers.get("content-length", "")
            if announced.isdigit() and int(announced) > found.length - offset:
                return _refuse("batch-too-large")
            if found.finished:
                return Response(b"", status_code=204, headers={**_TUS, "Upload-Offset": str(offset), **_expiry(found)})
            taken = await turn.take(request, services.uploads, found, check)
            if taken.problem:
                return _refuse(taken.problem)
            if taken.upload.offset == found.length:
                whole = await anyio.to_thread.run_sync(services.uploads.finish, taken.upload, services.now())
                if not whole:
                    return _refuse("hash-mismatch")
    except Busy:
        return _refuse("upload-busy", {"Retry-After": "3"})
    headers = {**_TUS, "Upload-Offset": str(taken.upload.offset), **_expiry(found)}
    return Response(b"", status_code=204, headers=headers)


def _refuse(code: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    return refuse(Refusal(code).problem, {**_TUS, **(headers or {})})


def _find(services: Services, capability: str) -> Upload:
    found = services.uploads.find(capability)
    if found is None:
        raise Refusal("not-found", headers=_TUS)
    if found.expires_at < services.now() or services.uploads.lost(found):
        raise Refusal("upload-gone", headers=_TUS)
    return found


def _check_version(request: Request[Any, Any, Any]) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise Refusal("precondition", "Tus-Resumable: 1.0.0", headers={**_TUS, "Tus-Version": VERSION})


def _number(request: Request[Any, Any, Any], header: str) -> int:
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise Refusal("malformed", header, headers=_TUS)
    return int(text)


def _checksum(request: Request[Any, Any, Any]) -> tuple[Any, bytes] | None:
    """Return a fresh hash and the value it must come to, or None where the client sent none."""
    text = request.headers.get("upload-checksum")
    if text is None:
        return None
    name, _, value = text.partition(" ")
    try:
        digest, want = _HASHES[name](), base64.b64decode(value, validate=True)
        if len(want) != digest.digest_size:
            raise ValueError(value)
        return digest, want
    except (KeyError, ValueError) as error:
        raise Refusal("malformed", "Upload-Checksum", headers=_TUS) from error


def _metadata(text: str) -> dict[str, str]:
    """Return the pairs of Upload-Metadata; an empty header, as tuspy sends it, has none."""
    pairs: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        match = _PAIR.fullmatch(part.strip())
        try:
            if match is None or match[1] in pairs:
                raise ValueError(part)
            pairs[match[1]] = base64.b64decode(match[2] or "", validate=True).decode("utf-8")
        except ValueError as error:
            raise Refusal("malformed", "Upload-Metadata", headers=_TUS) from error
    return pairs


def _expiry(item: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(item.expires_at, usegmt=True)}
