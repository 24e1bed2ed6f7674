"""Small tables of the trade with their sources: industries (GB/T 4754) and pollutants (HJ 524, HJ 525)."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal

import msgspec

from fieldkit.resource import resource


class Pollutant(msgspec.Struct, frozen=True, kw_only=True):
    """A pollutant: code, name, what people write for it, and its usual unit."""

    code: str
    name: str
    short: str
    medium: Literal["废水", "废气"]
    unit: str
    source: str


def industry_name(code: str) -> str:
    """Return the name of a GB/T 4754-2017 class (`C3482`), "" if the table lacks it."""
    return _industries().get(code, "")


def pollutant(text: str) -> Pollutant | None:
    """Return a pollutant by code, name or short form, or None."""
    wanted = text.strip().casefold()
    for entry in pollutants():
        if wanted in (entry.code.casefold(), entry.name.casefold(), entry.short.casefold()):
            return entry
    return None


@cache
def pollutants() -> tuple[Pollutant, ...]:
    """Return every pollutant of the table."""
    table = tomllib.loads(resource("standards", "pollutants.toml").read_text("utf-8"))
    return msgspec.convert(table["pollutants"], tuple[Pollutant, ...])


@cache
def _industries() -> dict[str, str]:
    table = tomllib.loads(resource("standards", "industries.toml").read_text("utf-8"))
    return msgspec.convert(table["names"], dict[str, str])
