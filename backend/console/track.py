"""A track in short: when, how far, and its line as a small drawing with a scale."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import pairwise

import msgspec

from fieldkit.model.evidence import Fix, Track

WIDTH, HEIGHT, EDGE = 480, 300, 24
_EARTH_M = 6_371_008.8
_SCALES_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


class TrackDrawing(msgspec.Struct, frozen=True):
    """What the page shows of a track; `line` holds the points of an SVG polyline, `scale_px` the length of a bar."""

    fixes: int
    started: datetime
    ended: datetime
    lasted: str
    length_m: float
    line: str
    start: tuple[float, float]
    end: tuple[float, float]
    scale_m: int
    scale_px: float


def draw(track: Track) -> TrackDrawing | None:
    """Return the drawing of a track, or None where it has no fix."""
    fixes = track.fixes
    if not fixes:
        return None
    middle = math.cos(math.radians(sum(fix.lat for fix in fixes) / len(fixes)))
    metres = [(_metres(fix.lon) * middle, -_metres(fix.lat)) for fix in fixes]
    left, top = min(x for x, _ in metres), min(y for _, y in metres)
    wide = max(max(x for x, _ in metres) - left, 1.0)
    high = max(max(y for _, y in metres) - top, 1.0)
    factor = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 3 * EDGE) / high)
    dx, dy = (WIDTH - wide * factor) / 2, (HEIGHT - EDGE - high * factor) / 2
    points = [(round((x - left) * factor + dx, 1), round((y - top) * factor + dy, 1)) for x, y in metres]
    scale = max((s for s in _SCALES_M if s * factor <= WIDTH / 3), default=_SCALES_M[0])
    return TrackDrawing(
        fixes=len(fixes),
        started=fixes[0].at,
        ended=fixes[-1].at,
        lasted=lasted((fixes[-1].at - fixes[0].at).total_seconds()),
        length_m=sum(_apart(a, b) for a, b in pairwise(fixes)),
        line=" ".join(f"{x},{y}" for x, y in points),
        start=points[0],
        end=points[-1],
        scale_m=scale,
        scale_px=round(scale * factor, 1),
    )


def lasted(seconds: float) -> str:
    """Return a length of time in words; a short one is not rounded away."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} 秒"
    return f"{minutes} 分 {rest} 秒" if minutes < 10 and rest else f"{round(seconds / 60)} 分钟"


def _metres(degrees: float) -> float:
    return math.radians(degrees) * _EARTH_M


def _apart(a: Fix, b: Fix) -> float:
    """Return the distance of two fixes in metres (haversine)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * _EARTH_M * math.asin(math.sqrt(min(h, 1.0)))
