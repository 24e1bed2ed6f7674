"""What proves: scanned pages, papers, photos, samples, tracks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from fieldkit.model.place import Point
from fieldkit.model.record import BlobRef
from fieldkit.model.stamp import Stamp

InkState = Literal["signed", "empty", "unsure"]
SignatureState = Literal["signed", "refused", "absent"]


class PageRef(msgspec.Struct, frozen=True):
    """A printed page: document id, revision, page from 1."""

    document: str
    revision: int
    page: int


class BoxInk(msgspec.Struct, frozen=True):
    """What imaging saw in a signature box of the foot: a fact about ink, not yet a signature state."""

    name: str
    state: InkState


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A scan, photo or file. `original` stays byte-identical; `page` is the straightened picture made from it.

    `bound` is set only where a page seal verified and agreed with the kit's own revision (or a person said so by
    typed number, `bound_by` = "person").
    """

    id: str
    kind: Literal["signed_page", "paper", "photo", "other"]
    original: BlobRef
    captured_at: Stamp
    page: BlobRef | None = None
    bound: PageRef | None = None
    bound_by: Literal["seal", "person", ""] = ""
    boxes: tuple[BoxInk, ...] = ()
    title: str = ""
    note: str = ""
    point: Point | None = None
    tray: str = ""
    """Why it waits for a person to say what it is; empty once it is known. No final visit holds such a one."""
    seal_problem: str = ""
    """What was wrong with its page seal: "forged", "practice", "elsewhere" (another visit or revision), or as imaging
    named it; empty without a seal. It stays whatever a person says of the page."""


class Signature(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The state of one signature box of one page, as confirmed by the officer."""

    record_id: str
    revision: int
    page: int
    box: str
    state: SignatureState
    note: str = ""


class Sample(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A bottle: number (printed as a barcode), point, items."""

    id: str
    number: str
    point_code: str
    point_name: str = ""
    medium: str = ""
    items: tuple[str, ...] = ()
    preservative: str = ""
    container: str = ""
    sampler: str = ""
    taken_at: Stamp | None = None
    state: Literal["待测", "在测", "已测"] = "待测"


class Fix(msgspec.Struct, frozen=True, array_like=True):
    """One position of a track: aware UTC, degrees WGS-84, horizontal dilution or None."""

    at: datetime
    lon: float
    lat: float
    hdop: float | None = None


class Track(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where an officer went between start and end of duty; personal data."""

    id: str
    officer: str
    fixes: tuple[Fix, ...]
    visit_id: str | None = None
    demo: bool = False
