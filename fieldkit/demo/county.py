"""The whole demo county in one call."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import Any

import msgspec

from fieldkit.demo import enterprises as _enterprises
from fieldkit.demo import history
from fieldkit.demo.places import Division, divisions
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.officer import Officer
from fieldkit.model.task import Petition, Task
from fieldkit.model.visit import Visit
from fieldkit.resource import resource

PASSWORD = "Demo-case-2026"  # noqa: S105 - published on purpose: everything here is practice
COUNTY = history.COUNTY
COUNTY_NAME = "海盐县"
TODAY = date(2026, 6, 11)
"""The day a county is made for when none is given, so that tests and benchmarks repeat."""


class County(msgspec.Struct, frozen=True):
    """A fictional county: key sources come first in `enterprises`, visits are final and go from old to new."""

    divisions: tuple[Division, ...]
    officers: tuple[Officer, ...]
    enterprises: tuple[Enterprise, ...]
    tasks: tuple[Task, ...]
    petitions: tuple[Petition, ...]
    visits: tuple[Visit, ...]


def county(seed: int = 330424, key_sources: int = 43, others: int = 400, *, today: date = TODAY) -> County:
    """Return the demo county; the same arguments give equal objects, byte for byte.

    Args:
        seed: other seeds give other names, places and findings under other ids.
        key_sources: how many enterprises are key sources (at least 1: the gate visit's).
        others: how many more there are; 500,000 take under a minute.
        today: permits, due dates and earlier visits lie before and after it; a backend passes the day it is seeded.
    """
    officers = _officers(today)
    made = _enterprises.enterprises(seed, today, key_sources, others)
    visits = history.visits(seed, today, made, officers)
    petitions = history.petitions(seed, today, made)
    return County(
        divisions=divisions(),
        officers=officers,
        enterprises=made,
        tasks=history.tasks(seed, today, made, visits, petitions),
        petitions=petitions,
        visits=visits,
    )


def kit_officers() -> tuple[str, str]:
    """Return the numbers of the two officers who share the demo kit."""
    first, second = _roster()["officer"][:2]
    return first["number"], second["number"]


def _officers(today: date) -> tuple[Officer, ...]:
    roster = _roster()
    return tuple(
        Officer(
            number=row["number"],
            name=row["name"],
            unit=roster["unit"],
            squad=row["squad"],
            county=COUNTY,
            role=row["role"],
            expires_on=today + timedelta(days=row["expires_days"]) if "expires_days" in row else None,
            demo=True,
        )
        for row in roster["officer"]
    )


def _roster() -> dict[str, Any]:
    return tomllib.loads(resource("demo", "officers.toml").read_text("utf-8"))
