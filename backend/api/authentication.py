"""Who is calling: the device by its signature (RFC 9421), the officer by the session's token."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from litestar import Request

from backend.problems import Refusal
from backend.services import SKEW, Services
from backend.store import accounts, devices
from backend.store.caller import Caller
from fieldkit.crypto import http_signature
from fieldkit.crypto.device import load_public


class _Letter(msgspec.Struct, frozen=True):
    """The parts of a request that are looked at off the event loop."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


async def provide_device(request: Request[Any, Any, Any], services: Services) -> Caller:
    """Return the device that signed this request; a revoked one is refused.

    Raises:
        Refusal: signature-invalid, clock-skew (with the server's time), replayed-nonce, device-revoked.
    """
    return _unrevoked(await _verified(request, services))


async def provide_officer(request: Request[Any, Any, Any], services: Services) -> Caller:
    """Return device and officer of a signed request with a session.

    Raises:
        Refusal: as `provide_device`, and auth-expired.
    """
    return await _with_session(request, services, _unrevoked(await _verified(request, services)))


async def provide_pusher(request: Request[Any, Any, Any], services: Services) -> Caller:
    """Return the caller of a push: as `provide_officer`, but a revoked device may still hand in what it holds.

    Its operations are set aside for a leader, never applied and never lost (PROTOCOL rule 6).
    """
    caller = await _verified(request, services)
    return caller if caller.revoked_at is not None else await _with_session(request, services, caller)


async def _verified(request: Request[Any, Any, Any], services: Services) -> Caller:
    letter = _Letter(
        method=request.method,
        url=_url(request),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )
    return await anyio.to_thread.run_sync(_verify, letter, services)


async def _with_session(request: Request[Any, Any, Any], services: Services, caller: Caller) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal("auth-expired", "no session")
    return await anyio.to_thread.run_sync(_signed_in, services, caller, token.strip())


def _unrevoked(caller: Caller) -> Caller:
    if caller.revoked_at is not None:
        raise Refusal("device-revoked")
    return caller


def _url(request: Request[Any, Any, Any]) -> str:
    """Return the address as it was sent, escapes and all; host and scheme are not signed."""
    raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    return "https://backend" + raw_path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")


def _verify(letter: _Letter, services: Services) -> Caller:
    found: list[devices.Device] = []

    def public_key(key_id: str) -> Ed25519PublicKey | None:
        with services.database.read() as connection:
            known = devices.get(connection, key_id)
        if known is None:
            return None
        found.append(known)
        return load_public(known.public_key)

    try:
        signed = http_signature.verify(letter.method, letter.url, letter.headers, letter.body, public_key)
    except http_signature.BadSignature as error:
        raise Refusal("signature-invalid", str(error.details.get("why", ""))) from error
    now = services.now()
    if abs(signed.created - now) > SKEW:
        raise Refusal("clock-skew", now=now)
    if not 8 <= len(signed.nonce) <= 128:
        raise Refusal("signature-invalid", "nonce")
    device = found[-1]
    if not devices.spend_nonce(services.database, device.id, signed.nonce, now, 2 * SKEW):
        raise Refusal("replayed-nonce")
    return Caller(device=device.id, county=device.county, revoked_at=device.revoked_at)


def _signed_in(services: Services, caller: Caller, token: str) -> Caller:
    with services.database.read() as connection:
        session = accounts.find_session(connection, token, services.now())
    if session is None or session.device != caller.device or session.county != caller.county:
        raise Refusal("auth-expired")
    return msgspec.structs.replace(caller, officer=session.number)
