"""The way in: hello, the authority's certificate, enrolment, sessions, and who the officer is."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post

from backend.api.answers import answer
from backend.api.bodies import decode
from backend.problems import Refusal
from backend.services import Services
from backend.store import accounts, counties, devices
from backend.store.caller import Caller
from backend.store.incoming import SCHEMA_MAX, SCHEMA_MIN
from fieldkit.crypto.device import load_public
from fieldkit.errors import InvalidInput
from sync.wire import PROTOCOL, EnrolReply, EnrolRequest, Hello, Me, SessionReply, SessionRequest

_enrol = msgspec.json.Decoder(EnrolRequest)
_session = msgspec.json.Decoder(SessionRequest)
_SMALL = 16 << 10


@get("/hello", sync_to_thread=False)
def hello(services: Services) -> Response[bytes]:
    """Tell the time, the protocol and the limits; public."""
    return answer(
        Hello(
            now=services.now(),
            protocol=PROTOCOL,
            schema_min=SCHEMA_MIN,
            schema_max=SCHEMA_MAX,
            epoch=services.epoch,
            limits=services.limits,
        )
    )


@get("/ca", sync_to_thread=False)
def ca(services: Services) -> Response[str]:
    """Return the authority's certificate as PEM; a kit believes it only if its key's hash is the one it was told."""
    return Response(services.authority.ca_pem, media_type="application/x-pem-file")


@post("/enrol", status_code=200, sync_to_thread=True)
def enrol(request: Request[Any, Any, Any], services: Services, body: bytes) -> Response[bytes]:
    """Make the caller's key a device of the county by a secret; its first session spends the secret."""
    asked = decode(_enrol, request, body, _SMALL)
    try:
        load_public(asked.device_key)
    except InvalidInput as error:
        raise Refusal("validation", "device_key") from error
    name = asked.device_name.strip()[:80]
    with services.database.write() as connection:
        device = devices.enrol(connection, asked.secret, asked.device_key.lower(), name, services.now())
        county = counties.get(connection, device.county)
    assert county is not None  # noqa: S101 - secrets are made for counties that exist
    return answer(
        EnrolReply(
            device_id=device.id,
            county=county.code,
            county_name=county.name,
            county_key=county.seal_key,
            ca_pem=services.authority.ca_pem,
            spare_pin=services.authority.spare_pin,
            epoch=services.epoch,
        )
    )


@post("/session", status_code=200, sync_to_thread=True)
def sign_in(request: Request[Any, Any, Any], services: Services, device: Caller, body: bytes) -> Response[bytes]:
    """Open a session for an officer on this device."""
    asked = decode(_session, request, body, _SMALL)
    now = services.now()
    account = accounts.sign_in(services.database, asked.officer, asked.password, device.device, now)
    if account.county != device.county:
        raise Refusal("scope-denied", "this officer belongs to another county")
    with services.database.write() as connection:
        officer = accounts.officer(connection, account.number)
        if officer is None:
            raise Refusal("scope-denied", "no officer has this number")
        token, _, ends = accounts.open_session(connection, account.number, device.device, now, accounts.KIT_LIFE)
        devices.spend_secret(connection, device.device, now)
    return answer(SessionReply(token=token, expires_at=ends, officer=officer))


@delete("/session", status_code=204, sync_to_thread=True)
def sign_out(request: Request[Any, Any, Any], services: Services, officer: Caller) -> None:
    """End this session at once."""
    token = request.headers["authorization"].partition(" ")[2].strip()
    with services.database.write() as connection:
        accounts.close_session(connection, token)


@get("/me", sync_to_thread=True)
def me(services: Services, officer: Caller) -> Response[bytes]:
    """Return the officer, the county's roster with expiry of each ID, and the scopes granted."""
    assert officer.officer is not None  # noqa: S101 - provide_officer saw to it
    with services.database.read() as connection:
        who = accounts.officer(connection, officer.officer)
        roster = accounts.roster(connection, officer.county)
    if who is None:
        raise Refusal("scope-denied", "no officer has this number")
    return answer(Me(officer=who, roster=roster, scopes=(f"county:{officer.county}",)))
