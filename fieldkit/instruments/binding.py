"""Binding a scanned page to its record: only a seal that agrees with the kit's own revision binds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fieldkit.errors import KnownError
from fieldkit.instruments import seal as page_seal
from fieldkit.instruments.seal import Seal
from fieldkit.model.evidence import PageRef
from fieldkit.model.record import Revision

RevisionLookup = Callable[[str, int], Revision | None]
"""(document id, revision number) → the kit's own frozen revision, or None."""


class NotBound(KnownError):
    """The seal is genuine, but no printed page of this kit answers to it; `message_key` says why."""

    key = "seal.unknown_document"


def bind(seal: Seal, revisions: RevisionLookup) -> PageRef:
    """Return the page that `seal` names, if the kit printed just that page.

    Raises:
        NotBound: `seal.unknown_document`, `seal.other_revision`, `seal.digest_differs` or `seal.page_out_of_range`.
    """
    revision = revisions(seal.document, seal.revision)
    if revision is None:
        known = revisions(seal.document, 1) is not None
        raise NotBound("seal.other_revision" if known else "seal.unknown_document", revision=seal.revision)
    if revision.digest[:32] != seal.digest16.hex():
        raise NotBound("seal.digest_differs", revision=seal.revision)
    if seal.pages != revision.pages or not 1 <= seal.page <= revision.pages:
        raise NotBound("seal.page_out_of_range", page=seal.page, pages=revision.pages)
    return PageRef(document=seal.document, revision=seal.revision, page=seal.page)


def bind_text(text: str, keys: Sequence[bytes], revisions: RevisionLookup) -> PageRef:
    """Return the page that the text of a code names.

    Raises:
        NotASeal, ForgedSeal, PracticeSeal: see `seal.decode`.
        NotBound: see `bind`.
    """
    return bind(page_seal.decode(text, keys), revisions)
