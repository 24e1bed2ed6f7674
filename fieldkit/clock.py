"""The best time known: satellite, else the server's last answer plus monotonic time, else the laptop's clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fieldkit.model.stamp import Stamp, TimeSource

DISAGREEMENT = timedelta(minutes=5)
"""Sources further apart than this make the product ask (DESIGN, Time)."""


def awake_or_asleep() -> float:
    """Return seconds that never step and count on while the laptop sleeps, lid shut, between two gates.

    Linux's monotonic clock stands still in sleep; its boot clock does not. Windows' monotonic clock counts on.
    """
    if sys.platform == "linux":
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME)
    else:
        seconds = time.monotonic()
    return seconds


class Clock:
    """Tells the time and which clock told it. Thread-safe: a reading replaces one reference.

    Args:
        laptop: the laptop's own clock, aware UTC.
        monotonic: seconds that never step, sleep counted.
    """

    def __init__(
        self,
        laptop: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = awake_or_asleep,
    ) -> None:
        self._laptop = laptop
        self._monotonic = monotonic
        self._gps: tuple[datetime, float] | None = None
        self._server: tuple[datetime, float] | None = None

    def hear_gps(self, at: datetime) -> None:
        """Take the time of a satellite fix."""
        self._gps = (at, self._monotonic())

    def hear_server(self, at: datetime) -> None:
        """Take the time of a verified server answer."""
        self._server = (at, self._monotonic())

    def now(self) -> Stamp:
        """Return the best moment known and its source."""
        readings: tuple[tuple[TimeSource, tuple[datetime, float] | None], ...] = (
            ("gps", self._gps),
            ("server", self._server),
        )
        for source, reading in readings:
            if reading is not None:
                at, then = reading
                return Stamp(at=at + timedelta(seconds=self._monotonic() - then), source=source)
        return Stamp(at=self._laptop(), source="laptop")

    def laptop_off_by(self) -> timedelta | None:
        """Return how far the laptop's clock is ahead of the best other source, or None without one."""
        best = self.now()
        return None if best.source == "laptop" else self._laptop() - best.at
