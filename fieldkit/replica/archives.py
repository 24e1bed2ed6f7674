"""一源一档: the archives of enterprises as the backend holds them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec

from fieldkit.errors import InvalidInput
from fieldkit.model.enterprise import Enterprise
from fieldkit.replica.connections import Connections

SCHEMA_1 = (
    """
    CREATE TABLE enterprise (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
        sort_key TEXT NOT NULL,  -- pinyin where the backend gave it, so that lists read as officers expect
        name TEXT NOT NULL, uscc TEXT NOT NULL, town TEXT NOT NULL, level TEXT NOT NULL, squad TEXT NOT NULL,
        industry TEXT NOT NULL, lon REAL, lat REAL, body BLOB NOT NULL
    )""",
    "CREATE INDEX enterprise_sorted ON enterprise (sort_key, id)",
    "CREATE INDEX enterprise_of_town ON enterprise (town, sort_key, id)",
    "CREATE INDEX enterprise_of_level ON enterprise (level, sort_key, id)",
    "CREATE INDEX enterprise_uscc ON enterprise (uscc) WHERE uscc <> ''",
    "CREATE INDEX enterprise_scope ON enterprise (scope)",
)
COLUMNS = ("sort_key", "name", "uscc", "town", "level", "squad", "industry", "lon", "lat")

decoder = msgspec.json.Decoder(Enterprise)


class ArchiveFilters(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a list of archives is narrowed to; "" narrows nothing. `industry` is a prefix of the class."""

    town: str = ""
    level: str = ""
    squad: str = ""
    industry: str = ""


class ArchivePage(msgspec.Struct, frozen=True):
    """Some archives in order, and the key to ask for the next ones with (None: these were the last)."""

    items: tuple[Enterprise, ...]
    next: str | None


def columns(enterprise: Enterprise) -> Sequence[object]:
    """Return the indexed values in the order of COLUMNS."""
    point = enterprise.point
    return (
        enterprise.pinyin or enterprise.name,
        enterprise.name,
        enterprise.uscc,
        enterprise.town,
        enterprise.level,
        enterprise.squad,
        enterprise.industry,
        point.lon if point else None,
        point.lat if point else None,
    )


class Archives:
    """Reads archives; nothing but the backend's answers writes them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, enterprise_id: str) -> Enterprise | None:
        """Return one archive, or None."""
        row = self._connections.one("SELECT body FROM enterprise WHERE id = ?", (enterprise_id,))
        return self._connections.decode(decoder, row[0]) if row else None

    def by_uscc(self, code: str) -> Enterprise | None:
        """Return the archive with this unified social credit code, in any case, or None."""
        row = self._connections.one(
            "SELECT body FROM enterprise WHERE uscc = ? AND uscc <> '' ORDER BY id LIMIT 1", (code.strip().upper(),)
        )
        return self._connections.decode(decoder, row[0]) if row else None

    def page(self, filters: ArchiveFilters | None = None, after: str | None = None, limit: int = 100) -> ArchivePage:
        """Return up to `limit` archives in order of their pinyin, after the key of the page before.

        Raises:
            InvalidInput: `after` is no key of ours.
        """
        where, values = _where(filters or ArchiveFilters())
        if after is not None:
            where += " AND (sort_key, id) > (?, ?)"
            values += _key_of(after)
        rows = self._connections.all(
            f"SELECT sort_key, id, body FROM enterprise WHERE {where} ORDER BY sort_key, id LIMIT ?",  # noqa: S608  # constant text, values bound
            (*values, limit + 1),
        )
        items = tuple(self._connections.decode(decoder, row[2]) for row in rows[:limit])
        return ArchivePage(items, _key(rows[limit - 1][0], rows[limit - 1][1]) if len(rows) > limit else None)

    def count(self, filters: ArchiveFilters | None = None) -> int:
        """Return how many archives there are."""
        where, values = _where(filters or ArchiveFilters())
        row = self._connections.one(f"SELECT count(*) FROM enterprise WHERE {where}", values)  # noqa: S608  # constant text, values bound
        return int(row[0]) if row else 0

    def towns(self) -> dict[str, int]:
        """Return the towns with archives and how many each has, the largest first."""
        rows = self._connections.all("SELECT town, count(*) FROM enterprise GROUP BY town ORDER BY 2 DESC, 1")
        return {str(town): int(count) for town, count in rows}


def _where(filters: ArchiveFilters) -> tuple[str, list[object]]:
    terms, values = ["1"], []
    for column in ("town", "level", "squad"):
        if wanted := getattr(filters, column):
            terms.append(f"{column} = ?")
            values.append(wanted)
    if filters.industry:
        terms.append("substr(industry, 1, ?) = ?")
        values += [len(filters.industry), filters.industry]
    return " AND ".join(terms), values


def _key(sort_key: str, enterprise_id: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([sort_key, enterprise_id])).decode()


def _key_of(text: str) -> list[object]:
    try:
        sort_key, enterprise_id = msgspec.json.decode(base64.urlsafe_b64decode(text), type=tuple[str, str])
    except ValueError as error:
        raise InvalidInput(what="after", why="not a page key") from error
    return [sort_key, enterprise_id]
