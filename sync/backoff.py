"""When to try again: full jitter under a growing bound, and the server's Retry-After up to a cap."""

from __future__ import annotations

import random

FIRST_S = 5.0
CAP_S = 600.0
RETRY_AFTER_CAP_S = 3600.0
_FLOOR_S = 1.0


def delay_s(attempts: int, retry_after_s: float | None, dice: random.Random) -> float:
    """Return the seconds to wait after the `attempts`-th try failed (1 = the first).

    Never under a second, so that no answer makes a hot loop; a Retry-After is obeyed in full up to an hour.
    """
    bound = min(CAP_S, FIRST_S * 2.0 ** min(max(attempts - 1, 0), 20))
    jittered = max(_FLOOR_S, dice.uniform(0.0, bound))
    return jittered if retry_after_s is None else max(jittered, min(retry_after_s, RETRY_AFTER_CAP_S))
