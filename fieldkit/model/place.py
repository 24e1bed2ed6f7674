"""Where something is or happened, with the reference system that makes the numbers mean something."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class Point(msgspec.Struct, frozen=True, omit_defaults=True):
    """A position: degrees, its reference system and where it came from.

    `GCJ02` (Chinese map picks) lies about 490 m off WGS-84 in 海盐 and is never stored unmarked.
    """

    lon: float
    lat: float
    crs: Literal["WGS84", "CGCS2000", "GCJ02"] = "WGS84"
    source: str = ""
    accuracy_m: float | None = None
    at: datetime | None = None
