"""A moment and the clock that told it: no clock is believed without its name."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final, Literal

import msgspec

BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The whole country's time, on every screen and paper; a laptop's own zone may be set wrong."""

TimeSource = Literal["gps", "server", "laptop"]


class Stamp(msgspec.Struct, frozen=True):
    """An aware UTC moment with its source: satellite, last server answer plus monotonic time, or the laptop alone."""

    at: datetime
    source: TimeSource


def local(at: datetime) -> datetime:
    """Return an aware moment in Beijing time."""
    return at.astimezone(BEIJING)
