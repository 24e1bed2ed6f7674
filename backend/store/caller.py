"""Who calls: the device whose signature verified and the officer signed in on it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Caller(msgspec.Struct, frozen=True):
    """A verified device of a county; `officer` is None where no session was shown."""

    device: str
    county: str
    officer: str | None = None
    revoked_at: datetime | None = None
