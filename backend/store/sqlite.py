"""What only SQLite needs: its pragmas, immediate write transactions and the rule of one process."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "foreign_keys=ON", "busy_timeout=30000")


def prepare(engine: sa.Engine) -> None:
    """Make every connection durable, and a transaction marked `write` take the file's lock at its start.

    A deferred transaction that turns to writing fails with SQLITE_BUSY when another wrote meanwhile, so writers say
    so from the start (`Database.write`); readers see one snapshot and block nobody.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # pysqlite must not open transactions of its own
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
