"""A walk through 武原, 海盐, and the NMEA sentences a receiver would say on the way."""

from __future__ import annotations

import math
from datetime import datetime
from functools import reduce
from itertools import pairwise

START = (120.9398, 30.5262)
"""Degrees WGS-84, in the county town; the way is a round of about 1 km, in metres east and north of its start."""

_ROUND_M = ((0.0, 0.0), (260.0, 15.0), (300.0, 240.0), (40.0, 260.0), (-30.0, 120.0))
_METRES_PER_DEGREE = 111_320.0


class Walk:
    """A point that goes round and round at a steady pace.

    Args:
        speed_mps: metres a second.
    """

    def __init__(self, speed_mps: float) -> None:
        self._speed_mps = speed_mps
        self._start = START
        self._gone_m = 0.0

    def go_to(self, lon: float, lat: float) -> None:
        """Begin the round anew at this place."""
        self._start, self._gone_m = (lon, lat), 0.0

    def step(self, seconds: float) -> None:
        """Walk on."""
        self._gone_m += self._speed_mps * seconds

    @property
    def position(self) -> tuple[float, float]:
        """Longitude and latitude now, degrees WGS-84."""
        corners = (*_ROUND_M, _ROUND_M[0])
        left = self._gone_m % sum(math.dist(a, b) for a, b in pairwise(corners))
        east = north = 0.0
        for (ax, ay), (bx, by) in pairwise(corners):
            leg = math.dist((ax, ay), (bx, by))
            if left <= leg:
                east, north = ax + (bx - ax) * left / leg, ay + (by - ay) * left / leg
                break
            left -= leg
        lon, lat = self._start
        return (
            lon + east / (_METRES_PER_DEGREE * math.cos(math.radians(lat))),
            lat + north / _METRES_PER_DEGREE,
        )


def epoch(at: datetime, position: tuple[float, float], *, fixed: bool, hdop: float = 0.9) -> bytes:
    """Return the GGA, GSA and RMC sentences of one moment, as a u-blox receiver orders them.

    Args:
        at: aware UTC.
        position: longitude and latitude, degrees WGS-84.
        fixed: False makes the sentences of a receiver that sees no satellites.
        hdop: horizontal dilution.
    """
    clock = at.strftime("%H%M%S.") + f"{at.microsecond // 10_000:02d}"
    day = at.strftime("%d%m%y")
    lon, lat = position
    if fixed:
        where = f"{_minutes(lat, 2)},{'N' if lat >= 0 else 'S'},{_minutes(lon, 3)},{'E' if lon >= 0 else 'W'}"
        gga = f"GNGGA,{clock},{where},1,11,{hdop:.2f},6.1,M,9.8,M,,"
        gsa = f"GNGSA,A,3,02,05,07,13,15,20,29,30,,,,,1.60,{hdop:.2f},1.32,1"
        rmc = f"GNRMC,{clock},A,{where},2.7,84.4,{day},,,A"
    else:
        gga = f"GNGGA,{clock},,,,,0,00,99.99,,,,,,"
        gsa = "GNGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99,1"
        rmc = f"GNRMC,{clock},V,,,,,,,{day},,,N"
    return b"".join(_framed(sentence) for sentence in (gga, gsa, rmc))


def _framed(sentence: str) -> bytes:
    check = reduce(lambda total, byte: total ^ byte, sentence.encode(), 0)
    return f"${sentence}*{check:02X}\r\n".encode()


def _minutes(degrees: float, digits: int) -> str:
    """Return degrees as NMEA writes them: 12056.38812 is 120° and 56.38812 minutes."""
    total = round(abs(degrees) * 60, 5)
    return f"{int(total // 60):0{digits}d}{total % 60:08.5f}"
