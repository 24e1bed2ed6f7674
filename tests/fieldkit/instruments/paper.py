"""What stands on a rendered page, measured by pdfium: characters with their boxes, ruled lines, pictures of pages."""

from __future__ import annotations

import ctypes
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from fieldkit.instruments.geometry import MM, PAGE_HEIGHT

_TOUCH = 0.12
"""Overlaps below this many mm are rounding."""


class Glyph(NamedTuple):
    """A character and its ink in mm from the page's top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    start: float


class RuleLine(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class Sheet(NamedTuple):
    glyphs: tuple[Glyph, ...]
    rules: tuple[RuleLine, ...]
    text: str

    def within(self, left: float, top: float, right: float, bottom: float) -> tuple[Glyph, ...]:
        return tuple(g for g in self.glyphs if g.left < right and g.right > left and g.top < bottom and g.bottom > top)

    def lines(self) -> list[str]:
        """Return runs of characters that share a baseline and touch, top to bottom."""
        rows: dict[float, list[Glyph]] = {}
        for glyph in self.glyphs:
            rows.setdefault(round(glyph.baseline, 1), []).append(glyph)
        found: list[str] = []
        for _, row in sorted(rows.items()):
            row.sort(key=lambda glyph: glyph.start)
            run = row[0].text
            for before, glyph in pairwise(row):
                if glyph.start - before.start > 7.5 or self._ruled_between(before, glyph):
                    found.append(run)
                    run = ""
                run += glyph.text
            found.append(run)
        return [run.strip() for run in found if run.strip()]

    def crossings(self) -> list[tuple[str, RuleLine]]:
        """Return every character whose ink lies on a ruled line."""
        return [
            (glyph.text, rule)
            for glyph in self.glyphs
            for rule in self.rules
            if min(glyph.right, rule.right) - max(glyph.left, rule.left) > -0.01
            and min(glyph.bottom, rule.bottom) - max(glyph.top, rule.top) > -0.01
            and _inside(glyph, rule)
        ]

    def _ruled_between(self, a: Glyph, b: Glyph) -> bool:
        y = a.baseline - 1
        return any(
            r.bottom - r.top > 3 and r.top <= y <= r.bottom and a.start < r.left and r.right < b.right
            for r in self.rules
        )


def _inside(glyph: Glyph, rule: RuleLine) -> bool:
    upright = rule.bottom - rule.top > rule.right - rule.left
    middle = (rule.left + rule.right) / 2 if upright else (rule.top + rule.bottom) / 2
    low, high = (glyph.left, glyph.right) if upright else (glyph.top, glyph.bottom)
    return low + _TOUCH < middle < high - _TOUCH


def sheets(pdf: bytes) -> list[Sheet]:
    """Return every page as measured."""
    with pdfium.PdfDocument(pdf) as document:
        return [_sheet(document[number]) for number in range(len(document))]


def text_of(pdf: bytes) -> str:
    """Return all text in the order it was written."""
    return "\n".join(sheet.text for sheet in sheets(pdf))


def pictures(pdf: bytes, dpi: int = 200) -> list[NDArray[np.uint8]]:
    """Return every page as grey pixels."""
    with pdfium.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_numpy().copy() for page in document]


def _sheet(page: pdfium.PdfPage) -> Sheet:
    text_page = page.get_textpage()
    handle = text_page.raw
    glyphs: list[Glyph] = []
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, index)
        if raw.FPDFText_IsGenerated(handle, index) or code in (0x20, 0x3000):
            continue
        if 0xDC00 <= code < 0xE000:  # pdfium tells a character beyond the BMP as two of the same place
            high = ord(glyphs[-1].text)
            glyphs[-1] = glyphs[-1]._replace(text=chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00))
            continue
        left, bottom, right, top = text_page.get_charbox(index)
        raw.FPDFText_GetCharOrigin(handle, index, x, y)
        place = (left / MM, PAGE_HEIGHT - top / MM, right / MM, PAGE_HEIGHT - bottom / MM)
        glyphs.append(Glyph(chr(code), *place, PAGE_HEIGHT - y.value / MM, x.value / MM))
    rules: list[RuleLine] = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = item.get_bounds()
        rule = RuleLine(left / MM, PAGE_HEIGHT - top / MM, right / MM, PAGE_HEIGHT - bottom / MM)
        if min(rule.right - rule.left, rule.bottom - rule.top) < 0.6:
            rules.append(rule)
    return Sheet(tuple(glyphs), tuple(rules), text_page.get_text_range())
