"""The enrolment code: everything a machine needs to become a kit, short enough for a QR code."""

from __future__ import annotations

from urllib.parse import quote


def enrolment_code(url: str, secret: str, ca_pin: str) -> str:
    """Return `fieldkit://enrol?u=…&s=…&k=…`: the server's address, a one-time secret, 128 bits of its CA's key hash."""
    return f"fieldkit://enrol?u={quote(url, safe='')}&s={quote(secret, safe='')}&k={ca_pin[:32]}"
