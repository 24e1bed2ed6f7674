"""Accounts, passwords and sessions; every log-in try is counted before a password is hashed."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime, timedelta

import argon2
import msgspec
import sqlalchemy as sa

from backend.problems import Refusal
from backend.store.database import Database
from backend.store.devices import digest
from backend.store.tables import account, attempt, entity, session
from fieldkit.model.officer import Officer

KIT_LIFE = timedelta(hours=12)
CONSOLE_LIFE = timedelta(hours=8)
FREE_TRIES = 5
MAX_WAIT = timedelta(minutes=15)
LEADERS = frozenset({"中队长", "大队长", "局长"})

_hasher = argon2.PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_hashing = threading.Semaphore(2)
"""64 MiB and a third of a second each: two at a time, however many ask."""
_nobody = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$Ug1yQ+Vr8nGxWSCIzqTzSlAwODLbiYKGqRO7nsUG9Ns"
_officer = msgspec.json.Decoder(Officer)


class Account(msgspec.Struct, frozen=True):
    """Who may sign in."""

    number: str
    county: str
    role: str
    password_hash: str
    disabled_at: datetime | None


class Session(msgspec.Struct, frozen=True):
    """A live session; `device` None is a console's."""

    number: str
    county: str
    role: str
    device: str | None
    csrf: str
    expires_at: datetime


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password` (64 MiB, about 0.3 s)."""
    with _hashing:
        return _hasher.hash(password)


def add(connection: sa.Connection, number: str, county: str, role: str, password_hash: str) -> None:
    """Add an account or change the role and password of the one with this number."""
    connection.execute(sa.delete(account).where(account.c.number == number))
    connection.execute(sa.insert(account).values(number=number, county=county, role=role, password_hash=password_hash))


def set_password(connection: sa.Connection, number: str, password_hash: str) -> None:
    """Give an account another password; whoever is signed in with the old one signs in again."""
    connection.execute(sa.update(account).where(account.c.number == number).values(password_hash=password_hash))
    connection.execute(sa.delete(session).where(session.c.number == number))


def disable(connection: sa.Connection, number: str, now: datetime) -> None:
    """Let nobody sign in with an account from now on; its sessions end at once."""
    connection.execute(
        sa.update(account).where(account.c.number == number, account.c.disabled_at.is_(None)).values(disabled_at=now)
    )
    connection.execute(sa.delete(session).where(session.c.number == number))


def get(connection: sa.Connection, number: str) -> Account | None:
    """Return the account of an officer number, or None."""
    row = connection.execute(sa.select(account).where(account.c.number == number)).first()
    return None if row is None else Account(**row._mapping)


def every(connection: sa.Connection) -> list[Account]:
    """Return all accounts by number."""
    return [Account(**row._mapping) for row in connection.execute(sa.select(account).order_by(account.c.number))]


def officer(connection: sa.Connection, number: str) -> Officer | None:
    """Return the officer behind a number, or None."""
    body = connection.execute(
        sa.select(entity.c.body).where(entity.c.kind == "officer", entity.c.id == number)
    ).scalar_one_or_none()
    return None if body is None else _officer.decode(body)


def roster(connection: sa.Connection, county: str) -> tuple[Officer, ...]:
    """Return the county's officers by number."""
    query = (
        sa.select(entity.c.body)
        .where(entity.c.kind == "officer", entity.c.county == county, entity.c.body.is_not(None))
        .order_by(entity.c.id)
    )
    return tuple(_officer.decode(body) for body in connection.execute(query).scalars())


def sign_in(database: Database, number: str, password: str, source: str, now: datetime) -> Account:
    """Return the account if the password is right.

    The try is counted, and refused after five wrong ones until a growing delay is over, before anything is hashed.
    `source` (a device's id or a network address) keeps one attacker from locking an officer out everywhere.

    Raises:
        Refusal: overload with Retry-After, or auth-failed (unknown number, wrong password, disabled: all alike).
    """
    subject = f"{number[:64]}|{source[:120]}"
    with database.write() as connection:
        wait = _count(connection, subject, now)
    if wait is not None:
        raise Refusal("overload", headers={"Retry-After": str(max(1, int(wait.total_seconds()) + 1))})
    with database.read() as connection:
        found = get(connection, number)
    right = _verify(found.password_hash if found else _nobody, password)
    if found is None or not right or found.disabled_at is not None:
        raise Refusal("auth-failed")
    with database.write() as connection:
        connection.execute(sa.delete(attempt).where(attempt.c.subject == subject))
    return found


def open_session(
    connection: sa.Connection, number: str, device: str | None, now: datetime, life: timedelta
) -> tuple[str, str, datetime]:
    """Open a session and return its token, its CSRF token and when it ends; only the token's hash is kept."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    connection.execute(sa.delete(session).where(session.c.expires_at < now))
    connection.execute(
        sa.insert(session).values(
            token_hash=digest(token), number=number, device=device, csrf=csrf, made_at=now, expires_at=now + life
        )
    )
    return token, csrf, now + life


def find_session(connection: sa.Connection, token: str, now: datetime) -> Session | None:
    """Return the live session of `token`, or None; a disabled account has none."""
    query = (
        sa.select(
            session.c.number, account.c.county, account.c.role, session.c.device, session.c.csrf, session.c.expires_at
        )
        .join(account, account.c.number == session.c.number)
        .where(session.c.token_hash == digest(token), session.c.expires_at > now, account.c.disabled_at.is_(None))
    )
    row = connection.execute(query).first()
    return None if row is None else Session(**row._mapping)


def close_session(connection: sa.Connection, token: str) -> None:
    """End the session of `token`."""
    connection.execute(sa.delete(session).where(session.c.token_hash == digest(token)))


def _count(connection: sa.Connection, subject: str, now: datetime) -> timedelta | None:
    """Count a try that is about to be made; return how long to wait instead when there were too many."""
    row = connection.execute(sa.select(attempt).where(attempt.c.subject == subject).with_for_update()).first()
    if row is None:
        connection.execute(sa.insert(attempt).values(subject=subject, failures=1, next_at=now))
        return None
    if row.next_at > now:
        wait: timedelta = row.next_at - now
        return wait
    failures = row.failures + 1
    delay = timedelta(seconds=2 ** (failures - FREE_TRIES)) if failures >= FREE_TRIES else timedelta()
    connection.execute(
        sa.update(attempt)
        .where(attempt.c.subject == subject)
        .values(failures=min(failures, 40), next_at=now + min(delay, MAX_WAIT))
    )
    return None


def _verify(password_hash: str, password: str) -> bool:
    try:
        with _hashing:
            return _hasher.verify(password_hash, password)
    except argon2.exceptions.VerifyMismatchError:
        return False
