"""Which algorithms a value was made with: the name that is recorded beside every digest, key wrap and chunk file.

This version has one suite, built on `cryptography`. The national suite (SM3, SM4-GCM, SM2) joins behind the same names;
the wire, blob ids and page seals stay on SHA-256 in every suite (DESIGN, Keys).
"""

from __future__ import annotations

import msgspec


class Suite(msgspec.Struct, frozen=True):
    """One set of algorithms. `mark` is the first byte of a chunk file made with it, no other format's first byte."""

    name: str
    digest: str
    cipher: str
    signature: str
    mark: int


INTERNATIONAL = Suite(name="intl-1", digest="sha256", cipher="AES-256-GCM", signature="Ed25519", mark=0xC1)
"""0xC1 never begins UTF-8 text and is no known format's magic."""
