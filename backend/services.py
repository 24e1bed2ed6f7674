"""What the backend's calls work with, put together once at start and handed to each of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from backend.certificates import Authority
from backend.store.content import ContentStore
from backend.store.database import Database
from backend.store.uploads import Uploads
from sync.wire import Limits

LIMITS = Limits(operations=200, bytes=8 << 20, chunk=4 << 20, blob=2 << 30)
SKEW = timedelta(minutes=5)


class Services(msgspec.Struct, frozen=True):
    """The parts of a running backend; `now` tells aware UTC."""

    database: Database
    content: ContentStore
    authority: Authority
    epoch: str
    now: Callable[[], datetime]
    uploads: Uploads
    limits: Limits = LIMITS
