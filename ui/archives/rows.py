"""Rows of the archive list, read a page at a time on a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from fieldkit.model.enterprise import Enterprise
from fieldkit.model.stamp import local
from ui.archives.reminders import SOON_DAYS, Reminder, of_enterprise, permit_days

if TYPE_CHECKING:
    from fieldkit.replica import Replica

PAGE = 60
LEVELS = ("国控", "省控", "市控", "县控", "一般")


class Wanted(msgspec.Struct, frozen=True):
    """What the list is narrowed to; empty narrows nothing."""

    text: str = ""
    town: str = ""
    level: str = ""
    permit_ends: bool = False


class Row(msgspec.Struct, frozen=True):
    """One archive as the list shows it."""

    enterprise: Enterprise
    last_visit: date | None
    reminders: tuple[Reminder, ...]


class Rows(msgspec.Struct, frozen=True):
    """Some rows and the key of the next page (None: these were the last)."""

    rows: tuple[Row, ...]
    after: str | None
    total: int | None = None


def read(replica: Replica, wanted: Wanted, after: str | None, today: date, check: Callable[[], None]) -> Rows:
    """Return the next rows; `check` raises when nobody wants them any more."""
    if wanted.text:
        return _found(replica, wanted, today)
    from fieldkit.replica.archives import ArchiveFilters

    filters = ArchiveFilters(town=wanted.town, level=wanted.level)
    total = replica.archives.count(filters) if after is None and not wanted.permit_ends else None
    rows: list[Row] = []
    while True:
        check()
        page = replica.archives.page(filters, after, PAGE)
        rows += _rows(replica, (item for item in page.items if _passes(item, wanted, today)), today)
        after = page.next
        if after is None or len(rows) >= PAGE // 2:
            return Rows(tuple(rows), after, len(rows) if wanted.permit_ends and after is None else total)


def _found(replica: Replica, wanted: Wanted, today: date) -> Rows:
    hits = [hit for hit in replica.search(wanted.text, limit=PAGE) if hit.kind == "enterprise"]
    known = (replica.archives.get(hit.id) for hit in hits)
    rows = _rows(replica, (item for item in known if item is not None and _passes(item, wanted, today)), today)
    return Rows(tuple(rows), None, len(rows))


def _passes(enterprise: Enterprise, wanted: Wanted, today: date) -> bool:
    if wanted.town and enterprise.town != wanted.town:
        return False
    if wanted.level and enterprise.level != wanted.level:
        return False
    days = permit_days(enterprise, today)
    return not wanted.permit_ends or (days is not None and days <= SOON_DAYS)


def _rows(replica: Replica, enterprises: Iterable[Enterprise], today: date) -> list[Row]:
    made = []
    for enterprise in enterprises:
        visits = replica.visits.of_enterprise(enterprise.id)
        last = max((local(visit.opened_at.at).date() for visit in visits if visit.state == "final"), default=None)
        made.append(Row(enterprise, last, of_enterprise(enterprise, today)))
    return made
