"""What an administrator does beside a running backend: codes and accounts, straight on the data directory."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from backend import certificates
from backend.codes import enrolment_code
from backend.installation import open_existing
from backend.store import accounts, changes, counties, devices
from fieldkit.access.password import check
from fieldkit.errors import InvalidInput, KnownError
from fieldkit.model.officer import Officer


def new_code(data: Path, county: str | None, now: datetime) -> str:
    """Return a new one-time enrolment code; only the hash of its secret is kept.

    Raises:
        KnownError: no such data or county, or the backend never listened.
    """
    database = open_existing(data)
    try:
        with database.write() as connection:
            url = counties.fact(connection, "url")
            if url is None:
                raise KnownError("backend.not_running")
            secret = devices.new_secret(connection, _county(connection, county), now)
        return enrolment_code(url, secret, certificates.prepare(data / "tls").ca_pin)
    finally:
        database.close()


def add_user(data: Path, officer: Officer, password: str, now: datetime) -> None:
    """Add an officer to the roster, with an account.

    Raises:
        InvalidInput: a password that no kit would take, or the number is taken.
        KnownError: no such data or county.
    """
    check(password, officer.number)
    database = open_existing(data)
    try:
        hashed = accounts.hash_password(password)
        with database.write() as connection:
            county = _county(connection, officer.county or None)
            if accounts.get(connection, officer.number) is not None:
                raise InvalidInput("backend.user_exists", number=officer.number)
            placed = msgspec.structs.replace(officer, county=county)
            changes.put(connection, county, [("officer", officer.number, msgspec.json.encode(placed).decode())], now)
            accounts.add(connection, officer.number, county, officer.role, hashed)
    finally:
        database.close()


def set_user(
    data: Path, number: str, now: datetime, *, password: str = "", expires: date | None = None, disable: bool = False
) -> None:
    """Change an account: another password, another last day of the 执法证, or nobody signs in with it any more.

    Raises:
        InvalidInput: no such account, or a password that no kit would take; nothing was changed.
        KnownError: no such data.
    """
    if password:
        check(password, number)
    database = open_existing(data)
    try:
        hashed = accounts.hash_password(password) if password else ""
        with database.write() as connection:
            account, officer = accounts.get(connection, number), accounts.officer(connection, number)
            if account is None or officer is None:
                raise InvalidInput("backend.no_user", number=number)
            if expires is not None:
                renewed = msgspec.structs.replace(officer, expires_on=expires)
                body = msgspec.json.encode(renewed).decode()
                changes.put(connection, account.county, [("officer", number, body)], now)
            if hashed:
                accounts.set_password(connection, number, hashed)
            if disable:
                accounts.disable(connection, number, now)
    finally:
        database.close()


def kits(data: Path) -> list[dict[str, str | None]]:
    """Return every device with when it was enrolled and, if so, revoked."""
    database = open_existing(data)
    try:
        with database.read() as connection:
            return [
                {
                    "id": row.id,
                    "county": row.county,
                    "name": row.name,
                    "enrolled_at": row.enrolled_at.isoformat(),
                    "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
                }
                for row in devices.every(connection)
            ]
    finally:
        database.close()


def revoke_kit(data: Path, device_id: str, now: datetime) -> None:
    """Revoke a device; what it still holds is set aside for a leader when it comes.

    Raises:
        InvalidInput: no such device.
        KnownError: no such data.
    """
    database = open_existing(data)
    try:
        with database.write() as connection:
            if devices.get(connection, device_id) is None:
                raise InvalidInput("backend.no_device", device=device_id)
            devices.revoke(connection, device_id, now)
    finally:
        database.close()


def users(data: Path) -> list[dict[str, str | None]]:
    """Return every account with what the roster says of its officer."""
    database = open_existing(data)
    try:
        with database.read() as connection:
            listed = []
            for account in accounts.every(connection):
                officer = accounts.officer(connection, account.number)
                listed.append(
                    {
                        "number": account.number,
                        "name": officer.name if officer else None,
                        "role": account.role,
                        "county": account.county,
                        "squad": officer.squad if officer else None,
                        "expires_on": officer.expires_on.isoformat() if officer and officer.expires_on else None,
                        "disabled_at": account.disabled_at.isoformat() if account.disabled_at else None,
                    }
                )
            return listed
    finally:
        database.close()


def _county(connection: sa.Connection, code: str | None) -> str:
    """Return the county meant: the named one, or the only one there is."""
    known = counties.codes(connection)
    if code is None and len(known) == 1:
        return known[0]
    if code not in known:
        raise KnownError("backend.no_county", county=code or "?")
    return code
