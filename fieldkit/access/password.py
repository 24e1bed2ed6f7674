"""What a password must be: long, and none of those everybody tries first (NIST SP 800-63B, 5.1.1.2)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from fieldkit.errors import InvalidInput
from fieldkit.resource import resource

MINIMUM = 10


def check(password: str, number: str = "") -> None:
    """Refuse a password that is short, common, or holds the officer's own number.

    Args:
        password: as typed; white space counts.
        number: 执法证号 of its owner.

    Raises:
        InvalidInput: with the sentence that says why.
    """
    if len(password) < MINIMUM:
        raise InvalidInput("password.too_short", minimum=MINIMUM)
    folded = password.casefold()
    if folded in _common() or len(set(folded)) < 4 or _is_run(folded):
        raise InvalidInput("password.common")
    if number and number.casefold() in folded:
        raise InvalidInput("password.holds_number")


def _is_run(text: str) -> bool:
    """Tell whether every character follows the one before: abcdefghij, 9876543210."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})


@cache
def _common() -> frozenset[str]:
    lines = resource("passwords", "common.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))
