"""NMEA 0183 sentences of one receiver, put together to fixes: only what is checked, complete and plausible counts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Final

import msgspec
import pynmea2

from fieldkit.model.evidence import Fix

EARLIEST: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""No visit is older: an earlier date is a receiver whose week counter rolled over."""

MEASURED: Final = frozenset({1, 2, 3, 4, 5, 9})
"""GGA qualities that are a measured position; 0 is none, 6 dead reckoning, 7 typed in, 8 a simulation."""

_MODES: Final = frozenset({"A", "D", "F", "P", "R", ""})
"""RMC mode indicators that go with them; "" is a receiver older than NMEA 2.3."""

_SENTENCE: Final = re.compile(rb"\$([A-Z]{2})([A-Z]{3}),([ -~]*)\*([0-9A-Fa-f]{2})\Z")
_LONGEST: Final = 1024
_ALONE: Final = 3


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece of the stream held: fixes, the satellites' time, and the time of a date that can't be right."""

    fixes: tuple[Fix, ...] = ()
    time: datetime | None = None
    wrong_time: datetime | None = None
    sentences: int = 0


class _Rmc(msgspec.Struct, frozen=True):
    at: datetime
    lon: float
    lat: float


class _Gga(msgspec.Struct, frozen=True):
    clock: time
    hdop: float | None
    measured: bool


class Sentences:
    """Takes the receiver's bytes as they come and gives fixes.

    A fix is one RMC (date, time, position, valid) and the GGA of the same moment (quality, dilution), in either
    order. A receiver that sends no GGA at all is believed by its RMC alone, without a dilution.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._rmc: _Rmc | None = None
        self._gga: _Gga | None = None
        self._rmc_without_gga = 0

    def hear(self, data: bytes) -> Heard:
        """Take some bytes and return what they completed."""
        self._buffer += data
        *lines, rest = re.split(rb"[\r\n]+", bytes(self._buffer))
        self._buffer = bytearray(rest[-_LONGEST:])
        fixes: list[Fix] = []
        heard_time = wrong = None
        count = 0
        for line in lines:
            parsed = _parse(line)
            if parsed is None:
                continue
            count += 1
            if isinstance(parsed, pynmea2.RMC):
                rmc = _rmc(parsed)
                if rmc is not None and rmc.at < EARLIEST:
                    wrong, rmc = rmc.at, None
                if rmc is not None:
                    heard_time = rmc.at
                fixes += self._with_rmc(rmc)
            elif isinstance(parsed, pynmea2.GGA):
                fixes += self._with_gga(_gga(parsed))
        return Heard(fixes=tuple(fixes), time=heard_time, wrong_time=wrong, sentences=count)

    def _with_rmc(self, rmc: _Rmc | None) -> list[Fix]:
        self._rmc = rmc
        if rmc is None:
            return []
        if self._gga is not None and self._gga.clock == rmc.at.time():
            return self._pair()
        self._rmc_without_gga += 1
        if self._rmc_without_gga > _ALONE:
            self._rmc = None
            return [Fix(at=rmc.at, lon=rmc.lon, lat=rmc.lat)]
        return []

    def _with_gga(self, gga: _Gga | None) -> list[Fix]:
        if gga is None:
            return []
        self._gga = gga
        if self._rmc is not None and self._rmc.at.time() == gga.clock:
            return self._pair()
        return []

    def _pair(self) -> list[Fix]:
        rmc, gga = self._rmc, self._gga
        self._rmc = self._gga = None
        self._rmc_without_gga = 0
        if rmc is None or gga is None or not gga.measured:
            return []
        return [Fix(at=rmc.at, lon=rmc.lon, lat=rmc.lat, hdop=gga.hdop)]


def _parse(line: bytes) -> pynmea2.NMEASentence | None:
    """Return a sentence of the right form with its checksum in order, else None."""
    start = line.rfind(b"$")
    match = _SENTENCE.match(line[start:]) if start >= 0 else None
    if match is None or match[2] not in (b"RMC", b"GGA"):
        return None
    try:
        return pynmea2.parse(line[start:].decode("ascii"), check=True)
    except (pynmea2.ParseError, ValueError):
        return None


def _rmc(sentence: pynmea2.RMC) -> _Rmc | None:
    """Return position and moment of a valid RMC, else None: void, no date, or outside the earth."""
    try:
        if sentence.status != "A" or (getattr(sentence, "mode_indicator", "") or "") not in _MODES:
            return None
        where = _where(sentence)
        clock, day = sentence.timestamp, sentence.datestamp
        if where is None or not isinstance(clock, time) or not hasattr(day, "year"):
            return None
        return _Rmc(datetime.combine(day, clock.replace(tzinfo=None), UTC), *where)
    except (ValueError, TypeError, AttributeError, IndexError):
        return None


def _gga(sentence: pynmea2.GGA) -> _Gga | None:
    try:
        clock = sentence.timestamp
        if not isinstance(clock, time):
            return None
        measured = int(sentence.gps_qual or 0) in MEASURED and _where(sentence) is not None
        hdop = float(sentence.horizontal_dil) if sentence.horizontal_dil else None
        return _Gga(clock.replace(tzinfo=None), hdop, measured)
    except (ValueError, TypeError, AttributeError, IndexError):
        return None


def _where(sentence: pynmea2.RMC | pynmea2.GGA) -> tuple[float, float] | None:
    """Return longitude and latitude; None for empty fields, which pynmea2 reads as 0.0/0.0 (FINDINGS)."""
    if not sentence.lat or not sentence.lon or sentence.lat_dir not in ("N", "S") or sentence.lon_dir not in ("E", "W"):
        return None
    lon, lat = float(sentence.longitude), float(sentence.latitude)
    if (lon, lat) == (0.0, 0.0) or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return lon, lat
