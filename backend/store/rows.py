"""Entity rows inside a transaction: loaded as a set, changed in memory, stored as a set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from backend.store.caller import Caller
from backend.store.tables import entity
from fieldkit.model.operation import Filing

_filing = msgspec.json.Decoder(Filing)


class Held:
    """One entity as the backend holds it, or is about to."""

    def __init__(
        self,
        kind: str,
        id: str,
        county: str,
        version: int = 0,
        change: int = 0,
        deleted: bool = False,
        body: str | None = None,
        filing: str | None = None,
        device: str | None = None,
        officer: str | None = None,
    ) -> None:
        self.kind, self.id, self.county = kind, id, county
        self.version, self.change, self.deleted = version, change, deleted
        self.body, self.filing = body, filing
        self.device, self.officer = device, officer
        self.fresh = version == 0
        self.touched = False

    def put(self, body: str, change: int, caller: Caller | None = None) -> None:
        """Take a new body under the next version and `change`."""
        self.body, self.deleted = body, False
        self.version += 1
        self.change = change
        if caller is not None:
            self.device, self.officer = caller.device, caller.officer
        self.touched = True

    def receipt(self) -> str:
        """Return the receipt number given before, or nothing."""
        return _filing.decode(self.filing).receipt if self.filing else ""

    def file(self, receipt: str, missing: tuple[str, ...], now: datetime) -> None:
        """Note receipt and missing blobs; filed at once when none is missing (PROTOCOL rule 4)."""
        received_at = _filing.decode(self.filing).received_at if self.filing else now
        noted = Filing(receipt=receipt, received_at=received_at, missing=missing, filed_at=None if missing else now)
        self.filing = msgspec.json.encode(noted).decode()
        self.touched = True


def load(connection: sa.Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Held]:
    """Return the entities of `keys` (kind, id) that exist."""
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for kind, name in sorted(set(keys)):
        by_kind[kind].append(name)
    found: dict[tuple[str, str], Held] = {}
    columns = [column for column in entity.c if column.name != "changed_at"]
    for kind, names in by_kind.items():
        query = sa.select(*columns).where(entity.c.kind == kind, entity.c.id.in_(names))
        for row in connection.execute(query):
            found[(row.kind, row.id)] = Held(**row._mapping)
    return found


def store(connection: sa.Connection, held: Iterable[Held], now: datetime) -> None:
    """Write the touched entities: one statement for the new ones, one for the others."""
    fresh: list[Held] = []
    known: list[Held] = []
    for item in held:
        if item.touched:
            (fresh if item.fresh else known).append(item)
            item.fresh = item.touched = False
    if fresh:
        connection.execute(sa.insert(entity), [_row(item, now) for item in fresh])
    if known:
        connection.execute(_UPDATE, [{f"_{name}": value for name, value in _row(item, now).items()} for item in known])


def _row(item: Held, now: datetime) -> dict[str, object]:
    return {
        "kind": item.kind,
        "id": item.id,
        "county": item.county,
        "version": item.version,
        "change": item.change,
        "deleted": item.deleted,
        "body": item.body,
        "filing": item.filing,
        "device": item.device,
        "officer": item.officer,
        "changed_at": now,
    }


_UPDATE = (
    sa.update(entity)
    .where(entity.c.kind == sa.bindparam("_kind"), entity.c.id == sa.bindparam("_id"))
    .values({column: sa.bindparam(f"_{column.name}") for column in entity.c if column.name not in ("kind", "id")})
)
