"""The hash chain of the audit: each entry names the digest of the one before, so none can be changed or taken out."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fieldkit.crypto.canonical import canonical_json
from fieldkit.crypto.digest import digest
from fieldkit.model.stamp import Stamp


class Entry(msgspec.Struct, frozen=True):
    """Who did what to what, and when. `n` counts from 1; `before` and `own` are digests with their algorithm."""

    n: int
    at: Stamp
    actor: str
    act: str
    subject: str
    before: str
    own: str


def link(n: int, at: Stamp, actor: str, act: str, subject: str, before: str) -> Entry:
    """Return entry `n`, chained to `before` ("" for the first)."""
    return Entry(n, at, actor, act, subject, before, _own(n, at, actor, act, subject, before))


def first_break(entries: Iterable[Entry]) -> int | None:
    """Return the number at which the chain breaks, or None if every entry follows from the one before."""
    before, expected = "", 1
    for entry in entries:
        own = _own(entry.n, entry.at, entry.actor, entry.act, entry.subject, entry.before)
        if entry.n != expected or entry.before != before or entry.own != own:
            return expected
        before, expected = entry.own, expected + 1
    return None


def _own(n: int, at: Stamp, actor: str, act: str, subject: str, before: str) -> str:
    return digest(canonical_json([n, at, actor, act, subject, before]))
