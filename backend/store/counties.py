"""Counties, their counters and seal keys, and the epoch of this installation."""

from __future__ import annotations

import secrets
import uuid

import msgspec
import sqlalchemy as sa

from backend.store.tables import counter, county, installation


class County(msgspec.Struct, frozen=True):
    """A county of this backend; `seal_key` is hex."""

    code: str
    name: str
    seal_key: str


def ensure(connection: sa.Connection, code: str, name: str) -> None:
    """Make the county, its seal key and its counter unless they are there."""
    if get(connection, code) is None:
        connection.execute(sa.insert(county).values(code=code, name=name, seal_key=secrets.token_hex(32)))
        connection.execute(sa.insert(counter).values(county=code, change=0, receipt=0, floor=0))


def get(connection: sa.Connection, code: str) -> County | None:
    """Return the county of `code`, or None."""
    row = connection.execute(sa.select(county).where(county.c.code == code)).first()
    return None if row is None else County(code=row.code, name=row.name, seal_key=row.seal_key)


def codes(connection: sa.Connection) -> list[str]:
    """Return every county's code, sorted."""
    return list(connection.execute(sa.select(county.c.code).order_by(county.c.code)).scalars())


def fact(connection: sa.Connection, name: str) -> str | None:
    """Return a fact of the installation, or None."""
    value: str | None = connection.execute(
        sa.select(installation.c.value).where(installation.c.name == name)
    ).scalar_one_or_none()
    return value


def note(connection: sa.Connection, name: str, value: str) -> None:
    """Set a fact of the installation."""
    connection.execute(sa.delete(installation).where(installation.c.name == name))
    connection.execute(sa.insert(installation).values(name=name, value=value))


def start_epoch(connection: sa.Connection) -> None:
    """Give a new installation its epoch."""
    if fact(connection, "epoch") is None:
        note(connection, "epoch", uuid.uuid4().hex[:16])


def epoch(connection: sa.Connection) -> str:
    """Return the installation's epoch; it changes when the data are restored from a copy."""
    return fact(connection, "epoch") or ""
