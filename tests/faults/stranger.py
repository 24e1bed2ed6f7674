"""A server certificate that nobody of ours signed, for those who answer in the backend's stead."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

from backend import certificates


def stranger_context(folder: Path, now: datetime | None = None) -> ssl.SSLContext:
    """Return a server context under an authority of its own, made as ours is."""
    stranger = certificates.prepare(folder / "stranger", now or datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(stranger.chain, stranger.key)
    return context
