"""Coordinates: reading and writing 120°56′46.5″, and the shift of Chinese map picks (GCJ-02)."""

from __future__ import annotations

import math
import re
from typing import Final

from fieldkit.errors import InvalidInput

_DMS: Final = re.compile(
    r"(?P<minus>-)?(?P<d>\d{1,3})\s*[°º度]\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['′’分]\s*)?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”秒]|''|′′))?"
)
_DECIMAL: Final = re.compile(r"-?\d{1,3}(?:\.\d+)?")
_SIDES: Final = {"E": 1, "东经": 1, "N": 1, "北纬": 1, "W": -1, "西经": -1, "S": -1, "南纬": -1}

_AXIS_M: Final = 6378245.0
_ECCENTRICITY2: Final = 0.00669342162296594323
"""Krasovsky 1940, which the shift was built on."""


class MalformedCoordinates(InvalidInput):
    """The text is no coordinate."""

    key = "standards.coordinates"


def parse_degrees(text: str) -> float:
    """Return decimal degrees of 120°56′46.5″, 东经120度56分46.5秒, 120.946 or 30°31.5′N; west and south are negative.

    Raises:
        MalformedCoordinates: no such form, minutes or seconds of 60 and more, or beyond 180°.
    """
    plain = text.strip().replace("：", ":").replace("．", ".")
    sign = 1
    for side, direction in _SIDES.items():
        if plain.upper().startswith(side):
            sign, plain = direction, plain[len(side) :].strip(" :")
            break
        if plain.upper().endswith(side):
            sign, plain = direction, plain[: -len(side)].strip()
            break
    if _DECIMAL.fullmatch(plain):
        degrees = float(plain) * sign
    else:
        match = _DMS.fullmatch(plain)
        if match is None:
            raise MalformedCoordinates(
                text=text, why="应如 120°56′46.5″ 或 120.946", why_en="write 120°56′46.5″ or 120.946"
            )
        minutes, seconds = float(match["m"] or 0), float(match["s"] or 0)
        if minutes >= 60 or seconds >= 60:
            raise MalformedCoordinates(text=text, why="分、秒应小于60", why_en="minutes and seconds stay below 60")
        degrees = (int(match["d"]) + minutes / 60 + seconds / 3600) * sign * (-1 if match["minus"] else 1)
    if abs(degrees) > 180:
        raise MalformedCoordinates(text=text, why="超过180°", why_en="beyond 180°")
    return degrees


def degrees_words(degrees: float, decimals: int = 1) -> str:
    """Return 120°56′46.5″; rounding never gives 60 seconds. The sign goes before, the side is the caller's."""
    unit = 10**decimals
    total = round(abs(degrees) * 3600 * unit)
    whole, rest = divmod(total, 3600 * unit)
    minutes, seconds = divmod(rest, 60 * unit)
    width = 3 + decimals if decimals else 2
    return f"{'-' if degrees < 0 and total else ''}{whole}°{minutes:02d}′{seconds / unit:0{width}.{decimals}f}″"


def gcj02_of(lon: float, lat: float) -> tuple[float, float]:
    """Return the GCJ-02 position of a WGS-84 one, for showing on Chinese map tiles; outside China it is the same.

    The formula is the published approximation of an undisclosed one, good to about a metre.
    """
    if not (73.66 < lon < 135.05 and 3.86 < lat < 53.55):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    common = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + common
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + common
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    radians = math.radians(lat)
    magic = 1 - _ECCENTRICITY2 * math.sin(radians) ** 2
    root = math.sqrt(magic)
    dlat = math.degrees(north / ((_AXIS_M * (1 - _ECCENTRICITY2)) / (magic * root)))
    dlon = math.degrees(east / (_AXIS_M / root * math.cos(radians)))
    return lon + dlon, lat + dlat


def wgs84_of(lon: float, lat: float) -> tuple[float, float]:
    """Return the WGS-84 position of a GCJ-02 one, by iteration to below a centimetre of the approximation."""
    guess = lon, lat
    for _ in range(8):
        shown = gcj02_of(*guess)
        guess = guess[0] + lon - shown[0], guess[1] + lat - shown[1]
    return guess
