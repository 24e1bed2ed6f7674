"""A filled record becomes the PDF that is printed, signed and kept: same input, same bytes."""

from __future__ import annotations

import hashlib
import hmac
import io
import threading
from collections.abc import Sequence

import msgspec
from reportlab.pdfgen.canvas import Canvas

from fieldkit.crypto.canonical import canonical_json
from fieldkit.errors import KnownError
from fieldkit.instruments import forms, furniture
from fieldkit.instruments import seal as page_seal
from fieldkit.instruments.blocks import BodyBuilder
from fieldkit.instruments.fonts import FontSet, instrument_fonts, printable
from fieldkit.instruments.forms import Form
from fieldkit.instruments.geometry import MM, PAGE_HEIGHT, PAGE_WIDTH
from fieldkit.instruments.laws import law_book
from fieldkit.instruments.pen import Pen
from fieldkit.instruments.seal import PRACTICE_KEY, Seal
from fieldkit.instruments.strips import paginate
from fieldkit.instruments.values import validate
from fieldkit.model.record import Correction, Record

PAGE_LIMIT = 99
"""More pages than an officer can have signed at a gate; a seal holds 255."""

_one_at_a_time = threading.Lock()
"""reportlab keeps its fonts' state in the process."""


class TooLong(KnownError):
    """The record runs over `PAGE_LIMIT` pages."""

    key = "form.too_long"


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered revision: its bytes, the digest (hex) its seals carry, and each page's seal (none in a preview)."""

    pdf: bytes
    pages: int
    digest: str
    seals: tuple[str, ...]


def render(
    record: Record,
    revision: int,
    county_key: bytes,
    corrections: Sequence[Correction] = (),
    *,
    preview: bool = False,
) -> Rendered:
    """Return the PDF of `record` as its printing number `revision`.

    The digest is the SHA-256 over the canonical JSON of everything that makes the page: document, number, revision,
    values, corrections, form version and font-set id (DESIGN, Page seal). Pages sealed with the published practice
    key say so in print. A preview has 预览 where the seals go, for nothing is frozen yet that they could stand for.

    Raises:
        UnknownForm: the record's form is not installed.
        WrongValue: a value is of another type than its field.
        GlyphMissing: no font at hand has a character of the record.
        FontMissing: Noto Serif SC is not installed.
        TooLong: more than `PAGE_LIMIT` pages.
    """
    form = forms.load(record.form)
    validate(form, record.values)
    practice = hmac.compare_digest(county_key, PRACTICE_KEY)
    with _one_at_a_time:
        fonts = instrument_fonts()
        text = _text_of(record, corrections)
        fonts.require(text)
        digest = _digest(record, revision, corrections, fonts.identity(text))
        bodies = paginate(BodyBuilder(form, record, fonts, law_book(), revision, corrections).strips())
        if len(bodies) > PAGE_LIMIT:
            raise TooLong(limit=PAGE_LIMIT)
        seals = tuple(
            page_seal.encode(Seal(record.id, revision, page, len(bodies), bytes.fromhex(digest)[:16]), county_key)
            for page in range(1, len(bodies) + 1)
            if not preview
        )
        buffer = io.BytesIO()
        canvas = _canvas(buffer, form, record, fonts)
        pen = Pen(canvas, fonts)
        head = _head(form, record, practice=practice)
        for page, body in enumerate(bodies, 1):
            code = "" if preview else seals[page - 1]
            furniture.draw_page(pen, fonts, form.layout, head, body, code, page, len(bodies))
            canvas.showPage()
        canvas.save()
    return Rendered(pdf=buffer.getvalue(), pages=len(bodies), digest=digest, seals=seals)


def _canvas(buffer: io.BytesIO, form: Form, record: Record, fonts: FontSet) -> Canvas:
    size = (PAGE_WIDTH * MM, PAGE_HEIGHT * MM)
    canvas = Canvas(
        buffer,
        pagesize=size,
        invariant=1,  # no moment and no random id in the file: same input, same bytes
        pageCompression=1,
        pdfVersion=(1, 7),
        lang="zh-CN",
        initialFontName=fonts.font_of("一"),
    )
    party = printable(str(forms.get(record.values, "party.name") or ""))
    canvas.setTitle(" ".join(part for part in (form.title, record.number, party) if part))
    canvas.setAuthor(printable(str(record.values.get("issuing_body") or "")))
    canvas.setSubject(f"{form.title} {form.source}")
    canvas.setCreator("fieldkit")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def _head(form: Form, record: Record, *, practice: bool) -> furniture.Head:
    marks = [form.layout.demo] if record.demo else []
    if practice:
        marks.append(form.layout.practice)
    return furniture.Head(
        issuing_body=printable(str(record.values.get("issuing_body") or "")),
        title=form.title,
        number=" ".join(printable(record.number).split()),
        marks=tuple(marks),
    )


def _text_of(record: Record, corrections: Sequence[Correction]) -> str:
    """Return all text of the record that will be printed, to look for missing glyphs."""
    pieces = [record.number]
    waiting: list[object] = [record.values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif isinstance(value, str):
            pieces.append(value)
    for item in corrections:
        pieces += (item.label, item.old, item.new)
    return printable("\n".join(pieces))


def _digest(record: Record, revision: int, corrections: Sequence[Correction], font_set: str) -> str:
    frozen = {
        "document": record.id,
        "number": record.number,
        "revision": revision,
        "values": record.values,
        "corrections": list(corrections),
        "demo": record.demo,
        "form": record.form,
        "fonts": font_set,
    }
    return hashlib.sha256(canonical_json(frozen)).hexdigest()
