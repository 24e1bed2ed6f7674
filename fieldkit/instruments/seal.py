"""The page seal: what the two codes of a printed page say, and the proof that a kit of this county said it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from fieldkit.errors import KnownError

PREFIX: Final = "FK1:"
PRACTICE_KEY: Final = hashlib.sha256(b"fieldkit practice key 1: published, proves nothing").digest()
"""Seals pages outside a kit (`fieldkit render`); a kit never takes it for its own."""

_FACTS = struct.Struct(">16sHBB16s")
_MAC_BYTES = 8
_MAC_CONTEXT = b"fieldkit page seal 1\x00"


class NotASeal(KnownError):
    """The code is no page seal: another product's QR, or a damaged text."""

    key = "seal.not_a_seal"


class ForgedSeal(KnownError):
    """The seal was made under none of the keys: forged, or of another county."""

    key = "seal.forged"


class PracticeSeal(ForgedSeal):
    """The seal was made under the published practice key."""

    key = "seal.practice"


class Seal(msgspec.Struct, frozen=True):
    """One page of one frozen revision.

    `document` is the record's UUID, `page` counts from 1, `digest16` holds the first 16 bytes of the revision's
    SHA-256.
    """

    document: str
    revision: int
    page: int
    pages: int
    digest16: bytes


def encode(seal: Seal, key: bytes) -> str:
    """Return the text of `seal` under the county `key`: `FK1:` and 71 characters of base32, 44 bytes in all.

    Raises:
        ValueError: a number or the digest does not fit its place (revision 1–65535, page 1–pages, pages ≤ 255).
    """
    if not (1 <= seal.revision <= 0xFFFF and 1 <= seal.page <= seal.pages <= 0xFF and len(seal.digest16) == 16):
        raise ValueError(f"no seal can hold {seal}")
    facts = _FACTS.pack(uuid.UUID(seal.document).bytes, seal.revision, seal.page, seal.pages, seal.digest16)
    return PREFIX + base64.b32encode(facts + _mac(facts, key)).decode().rstrip("=")


def decode(text: str, keys: Sequence[bytes]) -> Seal:
    """Return the seal in `text` if one of `keys` made it.

    Raises:
        NotASeal: the text has another form.
        PracticeSeal: made under the published practice key, which is not among `keys`.
        ForgedSeal: made under none of `keys`: forged, altered, or of another county.
    """
    if not text.startswith(PREFIX):
        raise NotASeal()
    body = text[len(PREFIX) :]
    try:
        payload = base64.b32decode(body + "=" * (-len(body) % 8))
    except (binascii.Error, ValueError) as error:
        raise NotASeal() from error
    if len(payload) != _FACTS.size + _MAC_BYTES or base64.b32encode(payload).decode().rstrip("=") != body:
        raise NotASeal()
    facts, mac = payload[: _FACTS.size], payload[_FACTS.size :]
    if not any(hmac.compare_digest(mac, _mac(facts, key)) for key in keys):
        if hmac.compare_digest(mac, _mac(facts, PRACTICE_KEY)):
            raise PracticeSeal()
        raise ForgedSeal()
    document, revision, page, pages, digest16 = _FACTS.unpack(facts)
    if not (revision >= 1 and 1 <= page <= pages):
        raise NotASeal()
    return Seal(document=str(uuid.UUID(bytes=document)), revision=revision, page=page, pages=pages, digest16=digest16)


def _mac(facts: bytes, key: bytes) -> bytes:
    return hmac.new(key, _MAC_CONTEXT + facts, hashlib.sha256).digest()[:_MAC_BYTES]
