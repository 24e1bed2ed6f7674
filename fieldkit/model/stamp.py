"""A moment and the clock that told it: no clock is believed without its name."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

TimeSource = Literal["gps", "server", "laptop"]


class Stamp(msgspec.Struct, frozen=True):
    """An aware UTC moment with its source: satellite, last server answer plus monotonic time, or the laptop alone."""

    at: datetime
    source: TimeSource
