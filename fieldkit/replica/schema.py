"""The versions of the two files and the order in which their tables came to be; each module owns its tables' SQL."""

from __future__ import annotations

from pathlib import Path

from fieldkit.replica import (
    archives,
    audit,
    blobs,
    changes,
    driver,
    enrolment,
    officers,
    outbox,
    search_index,
    tasks,
    tracks,
    visits,
)

REPLICA_VERSION = 2
WORK_VERSION = 1

_REPLICA_1 = (
    archives.SCHEMA_1,
    visits.REPLICA_SCHEMA_1,
    tasks.SCHEMA_1,
    officers.SCHEMA_1,
    changes.SCHEMA_1,
    search_index.SCHEMA_1,
)
_WORK_1 = (
    visits.WORK_SCHEMA_1,
    outbox.SCHEMA_1,
    blobs.SCHEMA_1,
    tracks.SCHEMA_1,
    audit.SCHEMA_1,
    enrolment.SCHEMA_1,
)

PROJECTED = (*visits.PROJECTED, *tasks.PROJECTED)
"""TEMP views of each reader: replica and unsent work seen as one."""


def migrate(path: Path, key: bytes, known: int) -> None:
    """Bring a file to the version this program knows; a new file gets all its tables.

    Raises:
        ReplicaTooNew: a newer program wrote it.
        ReplicaDamaged: not readable with this key.
        StorageFull: the file stays at the version it had.
    """
    connection = driver.connect(path, key, known)
    try:
        if driver.gate(connection, known) < known:
            _apply(connection, work=path.name.startswith("work"))
    finally:
        connection.close()


def _apply(connection: driver.Connection, *, work: bool) -> None:
    # sqlite-utils costs 130 ms to import and only a file of an older version needs it.
    from sqlite_utils import Database, Migrations

    migrations = Migrations("fieldkit.work" if work else "fieldkit.replica")

    @migrations(name="0001")
    def _first(database: Database) -> None:
        for statements in _WORK_1 if work else _REPLICA_1:
            for statement in statements:
                database.execute(statement)
        database.execute("PRAGMA user_version = 1")

    if not work:

        @migrations(name="0002")
        def _second(database: Database) -> None:
            for statement in changes.SCHEMA_2:
                database.execute(statement)
            database.execute("PRAGMA user_version = 2")

    connection.isolation_level = None
    with driver.errors_told("migration"):
        migrations.apply(Database(connection, execute_plugins=False))
