"""Digests that say which algorithm made them, and the plain SHA-256 that names content on the wire."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from fieldkit.crypto.suite import INTERNATIONAL
from fieldkit.errors import InvalidInput

STEP = 1 << 20
"""Bytes read at once: Python's lock is given back at least every MiB (DESIGN, Threads)."""


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hex digits: the form used by the wire, blob ids and page seals."""
    return hashlib.sha256(data).hexdigest()


def sha256_stream(stream: BinaryIO) -> tuple[str, int]:
    """Read `stream` to its end and return its SHA-256 (hex) and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    while step := stream.read(STEP):
        digest.update(step)
        size += len(step)
    return digest.hexdigest(), size


def digest(data: bytes, algorithm: str = INTERNATIONAL.digest) -> str:
    """Return a digest with its algorithm: `sha256:<hex>` or `sm3:<hex>`.

    Raises:
        InvalidInput: this machine's OpenSSL has no such algorithm.
    """
    if algorithm not in ("sha256", "sm3"):
        raise InvalidInput(what="digest", why=algorithm)
    try:
        return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    except ValueError as error:
        raise InvalidInput(what="digest", why=algorithm) from error


def matches(recorded: str, data: bytes) -> bool:
    """Tell whether `recorded` (`algorithm:<hex>`) is the digest of `data` under the algorithm it names."""
    algorithm, _, _ = recorded.partition(":")
    return digest(data, algorithm) == recorded
