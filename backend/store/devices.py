"""Kits: one-time enrolment secrets, public keys, revocation, and the nonces that make a signature good once."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from backend.problems import Refusal
from backend.store.database import Database
from backend.store.tables import device, enrolment, nonce

CODE_LIFE = timedelta(days=7)


class Device(msgspec.Struct, frozen=True):
    """An enrolled kit; `public_key` is raw Ed25519 in hex."""

    id: str
    county: str
    name: str
    public_key: str
    revoked_at: datetime | None


def new_secret(connection: sa.Connection, county: str, now: datetime, life: timedelta = CODE_LIFE) -> str:
    """Make a one-time secret of 128 bits for a kit of `county`; only its hash is kept."""
    secret = secrets.token_urlsafe(16)
    connection.execute(
        sa.insert(enrolment).values(secret_hash=digest(secret), county=county, made_at=now, expires_at=now + life)
    )
    return secret


def enrol(connection: sa.Connection, secret: str, public_key: str, name: str, now: datetime) -> Device:
    """Make a new device by `secret` and return it.

    A secret is good until the device it made has signed an officer in: a mistyped password or a lost answer must not
    cost it. The device it made before is revoked, so that one secret never leaves two.

    Raises:
        Refusal: enrolment-refused; unknown, used and expired secrets look alike.
    """
    good = (enrolment.c.secret_hash == digest(secret)) & (enrolment.c.expires_at > now)
    row = connection.execute(
        sa.select(enrolment.c.county, enrolment.c.device).where(good).with_for_update()
    ).one_or_none()
    if row is None:
        raise Refusal("enrolment-refused")
    if row.device is not None:
        before = get(connection, row.device)
        if before is None or before.revoked_at is not None:
            raise Refusal("enrolment-refused")  # an administrator ended it: its code must not bring it back
        revoke(connection, row.device, now)
    made = f"dev-{uuid.uuid4().hex}"
    connection.execute(sa.update(enrolment).where(good).values(device=made))
    connection.execute(
        sa.insert(device).values(id=made, county=row.county, name=name, public_key=public_key, enrolled_at=now)
    )
    return Device(id=made, county=row.county, name=name, public_key=public_key, revoked_at=None)


def spend_secret(connection: sa.Connection, device_id: str, now: datetime) -> None:
    """End the secret that made a device: an officer has signed in on it."""
    connection.execute(
        sa.update(enrolment).where(enrolment.c.device == device_id, enrolment.c.expires_at > now).values(expires_at=now)
    )


def get(connection: sa.Connection, device_id: str) -> Device | None:
    """Return the device, revoked or not, or None."""
    row = connection.execute(sa.select(device).where(device.c.id == device_id)).first()
    if row is None:
        return None
    return Device(id=row.id, county=row.county, name=row.name, public_key=row.public_key, revoked_at=row.revoked_at)


def every(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Return id, county, name, enrolled_at and revoked_at of all devices, oldest first."""
    columns = device.c.id, device.c.county, device.c.name, device.c.enrolled_at, device.c.revoked_at
    return list(connection.execute(sa.select(*columns).order_by(device.c.enrolled_at, device.c.id)))


def revoke(connection: sa.Connection, device_id: str, now: datetime) -> None:
    """Revoke a device; its signatures still verify, so that unsent work can come in and be set aside."""
    connection.execute(
        sa.update(device).where(device.c.id == device_id, device.c.revoked_at.is_(None)).values(revoked_at=now)
    )


def spend_nonce(database: Database, device_id: str, value: str, now: datetime, life: timedelta) -> bool:
    """Note a nonce; return False if this device used it before within `life`."""
    try:
        with database.write() as connection:
            connection.execute(sa.delete(nonce).where(nonce.c.expires_at < now))
            connection.execute(sa.insert(nonce).values(device=device_id, nonce=value, expires_at=now + life))
    except sa.exc.IntegrityError:
        return False
    return True


def digest(secret: str) -> str:
    """Return the SHA-256 (hex) under which a random secret of 128 bits or more is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
