"""Where the demo county's enterprises stand: its towns and villages, and points inside its outline."""

from __future__ import annotations

import json
import random
import tomllib
from functools import cache

import msgspec

from fieldkit.model.place import Point
from fieldkit.resource import resource

SPREAD_DEG = 0.018
"""Enterprises lie up to about 2 km from their town's centre."""


class Division(msgspec.Struct, frozen=True):
    """A town (9 digits) or village (12 digits) with its parent's code."""

    code: str
    name: str
    parent: str


class Town(msgspec.Struct, frozen=True):
    """A town, the squad that looks after it, about where it lies, and its villages."""

    code: str
    name: str
    squad: str
    lon: float
    lat: float
    villages: tuple[str, ...]


@cache
def divisions() -> tuple[Division, ...]:
    """Return the towns, then the villages, each group in the order of its codes."""
    data = json.loads(resource("divisions", "330424.json").read_text("utf-8"))
    towns = [Division(row["code"], row["name"], row["areaCode"]) for row in data["streets"]]
    villages = [Division(row["code"], row["name"], row["streetCode"]) for row in data["villages"]]
    return tuple(sorted(towns, key=lambda d: d.code) + sorted(villages, key=lambda d: d.code))


@cache
def towns() -> tuple[Town, ...]:
    """Return the nine towns with squad, rough centre and the short names of their villages."""
    rows = tomllib.loads(resource("demo", "towns.toml").read_text("utf-8"))["town"]
    names = {division.code: division.name for division in divisions()}
    return tuple(
        Town(
            code=row["code"],
            name=names[row["code"]],
            squad=row["squad"],
            lon=row["lon"],
            lat=row["lat"],
            villages=tuple(_short(d.name) for d in divisions() if d.parent == row["code"]),
        )
        for row in rows
    )


def place(town: Town, chance: random.Random) -> Point:
    """Return a point near the town's centre and inside the county's outline."""
    while True:
        lon = town.lon + chance.uniform(-SPREAD_DEG, SPREAD_DEG)
        lat = town.lat + chance.uniform(-SPREAD_DEG, SPREAD_DEG)
        if inside(lon, lat):
            return Point(lon=round(lon, 6), lat=round(lat, 6), crs="WGS84", source="演示", accuracy_m=20.0)


def inside(lon: float, lat: float) -> bool:
    """Tell whether a point lies in the county's outline (ray casting; the outline is one ring)."""
    ring = _outline()
    hits = False
    ahead = ring[-1]
    for here in ring:
        if (here[1] > lat) != (ahead[1] > lat):
            crossing = (ahead[0] - here[0]) * (lat - here[1]) / (ahead[1] - here[1]) + here[0]
            if lon < crossing:
                hits = not hits
        ahead = here
    return hits


@cache
def _outline() -> tuple[tuple[float, float], ...]:
    data = json.loads(resource("divisions", "330424-outline.geojson").read_text("utf-8"))
    ring = data["features"][0]["geometry"]["coordinates"][0][0]
    return tuple((lon, lat) for lon, lat in ring)


def _short(village: str) -> str:
    for ending in ("居民委员会", "村民委员会", "居委会", "村委会"):
        if village.endswith(ending):
            stem = village.removesuffix(ending)
            return stem if stem.endswith(("社区", "村")) else stem + ("社区" if ending.startswith("居") else "村")
    return village
