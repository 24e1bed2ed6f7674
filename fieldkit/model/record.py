"""A record (笔录): what the officer fills, its frozen revisions and the blobs that hold them."""

from __future__ import annotations

from typing import Any

import msgspec

from fieldkit.model.stamp import Stamp

Values = dict[str, Any]
"""A form's values by field id, JSON types only; the form's definition says which (docs/forms.md)."""


class FormRef(msgspec.Struct, frozen=True):
    """The form version a draft is pinned to: `resources/forms/<guide>/<form>.toml`."""

    guide: str
    form: str
    version: str


class BlobRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """Content by its SHA-256 (hex), size in bytes and media type."""

    sha256: str
    size: int
    media_type: str
    filename: str = ""


class Correction(msgspec.Struct, frozen=True):
    """One change made after printing: field id, old and new text."""

    field: str
    label: str
    old: str
    new: str


class Revision(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A printed, frozen state of a record.

    `digest` is the SHA-256 (hex) the page seals carry (first 16 bytes): canonical JSON of values, form version and
    font-set id. `pdf` is what went to the printer, byte for byte.
    """

    number: int
    frozen_at: Stamp
    values: Values
    digest: str
    pages: int
    pdf: BlobRef
    corrections: tuple[Correction, ...] = ()
    printed: tuple[str, ...] = ()
    """When an officer said that the paper was in hand, ISO times."""
    sent: tuple[str, ...] = ()
    """When a printer took the job, ISO times; empty: no paper of this revision can exist."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One document of a visit while it is filled, and all its frozen revisions. `id`, a UUID, names the document."""

    id: str
    form: FormRef
    number: str
    values: Values
    revisions: tuple[Revision, ...] = ()
    demo: bool = False
