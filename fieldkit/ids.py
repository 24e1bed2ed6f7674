"""Ids that sort by the time they were made: UUID version 7 (RFC 9562), which Python 3.11 does not have."""

from __future__ import annotations

import secrets
import time
import uuid


def uuid7(unix_ms: int | None = None) -> str:
    """Return a new UUIDv7 as text.

    Args:
        unix_ms: milliseconds since 1970; the machine's clock by default. It only makes neighbours sort together:
            no clock orders or decides anything (PROTOCOL rule 5).
    Source: RFC 9562, 5.7.
    """
    moment = (time.time_ns() // 1_000_000 if unix_ms is None else unix_ms) & 0xFFFF_FFFF_FFFF
    value = moment << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))
