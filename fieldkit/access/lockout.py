"""The growing wait after wrong passwords; its count stands in `keys.json`, so a restart does not end it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import msgspec

FREE = 3
"""Failures without a wait: fingers slip, in gloves above all."""
LONGEST = timedelta(minutes=15)


class Failures(msgspec.Struct, frozen=True):
    """How many in a row, and when the last one was."""

    count: int = 0
    last: datetime | None = None


def one_more(failures: Failures, now: datetime) -> Failures:
    """Return `failures` with one more at `now`."""
    return Failures(failures.count + 1, now)


def seconds_to_wait(failures: Failures, now: datetime) -> int:
    """Return whole seconds until the next try: none for three failures, then 2, 4, 8 … at most 15 minutes.

    A clock set back does not shorten the wait: it then counts as if the last failure were now. One set forward does end
    it; what remains is the price of argon2id for each guess.
    """
    over = failures.count - FREE
    if over < 0 or failures.last is None:
        return 0
    wait = min(timedelta(seconds=2 ** min(over + 1, 20)), LONGEST)
    passed = max(now - failures.last, timedelta(0))
    return max(0, math.ceil((wait - passed).total_seconds()))
