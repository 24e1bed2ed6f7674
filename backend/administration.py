"""What an administrator does beside a running backend: codes and accounts, straight on the data directory."""

from __future__ import annotations

from datetime import datetime
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
