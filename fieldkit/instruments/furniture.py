"""What every page carries around its body: head, fiducials, page seals, signature foot, page number."""

from __future__ import annotations

from typing import NamedTuple

import segno

from fieldkit.instruments.fonts import FontSet
from fieldkit.instruments.forms import Layout
from fieldkit.instruments.geometry import (
    BODY,
    BOX_INSET,
    DATE_BOXES,
    FIDUCIAL_CELLS,
    FIDUCIALS,
    FOOT,
    FOOT_LABELS,
    FOOT_ROWS,
    MM,
    OPINION_BOX,
    SEALS,
    SIGNATURE_BOXES,
    Box,
)
from fieldkit.instruments.lines import break_text
from fieldkit.instruments.pen import Pen
from fieldkit.instruments.strips import CONTINUED_MM, BodyPage, Rule, Text, baseline

_HEAD = Box(52.0, 8.0, 106.0, 28.0)
"""Room of the centred head: as far left of the page's middle as the seal allows to its right."""
_SMALL_PT = 9.0
_LABEL_PT = 8.5
_TITLE_PT = 20.0
_BODY_SIZES = ((14.0, 1), (11.2, 2), (8.4, 2))
"""Sizes of the issuing body and the lines it may take at each; the form limits its length, so the last is enough."""
_NUMBER_MM = 62.0
"""Room of the number at the page's lower edge, left of the page number."""


class Head(NamedTuple):
    """Words of a page's head and marks."""

    issuing_body: str
    title: str
    number: str
    marks: tuple[str, ...]


def draw_page(
    pen: Pen, fonts: FontSet, layout: Layout, head: Head, body: BodyPage, seal: str, page: int, pages: int
) -> None:
    """Draw one page: all fixed parts and its body; without a seal, the word for a preview stands in its place."""
    _marks(pen, layout, seal)
    _head(pen, fonts, layout, head, page)
    if page > 1:
        y = baseline(BODY.y, CONTINUED_MM - 0.8, _SMALL_PT)
        pen.text(Text(BODY.x, y, layout.continued_above, _SMALL_PT))
    pen.draw(body.items)
    pen.frame(Box(BODY.x, body.top, BODY.w, BODY.bottom - body.top), 0.9)
    if page < pages:
        _right(pen, layout.continued_below, BODY.right, baseline(BODY.bottom, FOOT.y - BODY.bottom, _SMALL_PT))
    _foot(pen, layout)
    _bottom(pen, layout, head, page, pages)


def _marks(pen: Pen, layout: Layout, seal: str) -> None:
    for number, (x, y, size) in FIDUCIALS.items():
        pen.pattern(x, y, size, FIDUCIAL_CELLS[number], dark="0")
    if not seal:
        for x, y, edge in SEALS:
            pen.frame(Box(x, y, edge, edge), 0.7)
            left = x + (edge - pen.width_mm(layout.preview, _TITLE_PT)) / 2
            pen.text(Text(left, baseline(y, edge, _TITLE_PT), layout.preview, _TITLE_PT))
        return
    code = segno.make(seal, error="q", micro=False, boost_error=False)
    rows = ["".join("1" if cell else "0" for cell in row) for row in code.matrix]
    for x, y, size in SEALS:
        pen.pattern(x, y, size, rows, dark="1")


def _head(pen: Pen, fonts: FontSet, layout: Layout, head: Head, page: int) -> None:
    for i, mark in enumerate(head.marks):
        _boxed(pen, mark, BODY.x, 9.0 + 6.5 * i)
    if page > 1:
        _centred(pen, f"{head.title}{layout.continued_title}", 24.0, 15.0, bold=True)
        _number(pen, layout, head, 32.0)
        return
    size, lines = _fit(fonts, head.issuing_body, _HEAD.w)
    pitch = min(5.2, size / MM * 1.15)
    y = 17.0 if len(lines) == 1 else 14.5
    for line in lines:
        _centred(pen, line, y, size)
        y += pitch
    _centred(pen, head.title, 28.0, _TITLE_PT, bold=True)
    _number(pen, layout, head, 34.5)


def _fit(fonts: FontSet, text: str, width_mm: float) -> tuple[float, list[str]]:
    """Return the largest size at which a text takes one line, else few, and these lines."""

    def lines_at(size: float) -> list[str]:
        return [line.text for line in break_text(text, width_mm * MM, lambda c: fonts.width(c, size))]

    size = next((size for size, most in _BODY_SIZES if len(lines_at(size)) <= most), _BODY_SIZES[-1][0])
    return size, lines_at(size)


def _foot(pen: Pen, layout: Layout) -> None:
    top, second, third, bottom = FOOT_ROWS
    left, inner, right = FOOT.x, FOOT_LABELS["inspectors"].x, FOOT.right
    for x1, y in ((left, top), (left, second), (inner, third), (inner, bottom)):
        pen.rule(Rule(x1, y, right, y))
    pen.rule(Rule(left, top, left, second))
    pen.rule(Rule(inner, second, inner, bottom))
    pen.rule(Rule(right, top, right, bottom))
    cells = [*FOOT_LABELS.values(), OPINION_BOX, *DATE_BOXES.values()]
    cells += [box.inset(-BOX_INSET) for box in SIGNATURE_BOXES.values()]
    for cell in cells:
        if cell.x > inner + 0.01 or (cell.y < second and cell.x > left):
            pen.rule(Rule(cell.x, cell.y, cell.x, cell.bottom))
    for name, box in FOOT_LABELS.items():
        words = str(getattr(layout.foot, name)).split("\n")
        line_mm = 4.4
        y = box.y + (box.h - line_mm * len(words)) / 2
        for i, word in enumerate(words):
            x = box.x + (box.w - pen.width_mm(word, _LABEL_PT)) / 2
            pen.text(Text(x, baseline(y + i * line_mm, line_mm, _LABEL_PT), word, _LABEL_PT))
    for box in DATE_BOXES.values():
        x = box.x + (box.w - pen.width_mm(layout.foot.date, _SMALL_PT)) / 2
        pen.text(Text(x, baseline(box.bottom - 6.0, 5.0, _SMALL_PT), layout.foot.date, _SMALL_PT))


def _bottom(pen: Pen, layout: Layout, head: Head, page: int, pages: int) -> None:
    y = 287.0
    _centred(pen, layout.page.format(page=page, pages=pages), y, 10.0)
    pen.text(Text(BODY.x, y, head.number, _shrunk(pen, head.number, 8.0, _NUMBER_MM)))
    _right(pen, "　".join(head.marks), BODY.right, y, 8.0)


def _number(pen: Pen, layout: Layout, head: Head, y: float) -> None:
    text = f"{layout.number_label}{head.number}"
    _centred(pen, text, y, _shrunk(pen, text, _SMALL_PT, _HEAD.w))


def _shrunk(pen: Pen, text: str, size_pt: float, width_mm: float) -> float:
    """Return the size at which a text takes no more than `width_mm`."""
    return size_pt * min(1.0, width_mm / max(pen.width_mm(text, size_pt), 1e-9))


def _boxed(pen: Pen, text: str, x: float, y: float) -> None:
    size, pad, height = 8.0, 1.2, 5.2
    pen.frame(Box(x, y, pen.width_mm(text, size) + 2 * pad, height), 0.7)
    pen.text(Text(x + pad, baseline(y, height, size), text, size))


def _centred(pen: Pen, text: str, y: float, size_pt: float, *, bold: bool = False) -> None:
    middle = BODY.x + BODY.w / 2
    pen.text(Text(middle - pen.width_mm(text, size_pt) / 2, y, text, size_pt, bold=bold))


def _right(pen: Pen, text: str, right: float, y: float, size_pt: float = _SMALL_PT) -> None:
    pen.text(Text(right - pen.width_mm(text, size_pt), y, text, size_pt))
