"""Strips: pieces of the body as wide as the page's text that no page break cuts, with what is drawn in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fieldkit.instruments.geometry import BODY, MM


class Text(NamedTuple):
    """A run of text: left end and baseline in mm, size in points, extra space after each character in points."""

    x: float
    y: float
    text: str
    size_pt: float
    spacing_pt: float = 0.0
    bold: bool = False


class Rule(NamedTuple):
    """A straight line in mm, its weight in points; `dotted` for writing lines."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight_pt: float = 0.6
    dotted: bool = False


class Tick(NamedTuple):
    """A square to tick, by its left upper corner and edge in mm."""

    x: float
    y: float
    edge: float
    ticked: bool


Item = Text | Rule | Tick


class Strip(NamedTuple):
    """A piece of the body: height in mm, items relative to its left upper corner.

    `keep` forbids a page break after it.
    """

    height: float
    items: tuple[Item, ...] = ()
    keep: bool = False


def baseline(top: float, line_mm: float, size_pt: float) -> float:
    """Return the baseline of a line of text `line_mm` high, its em box centred (ascent 0.88 em)."""
    em = size_pt / MM
    return top + (line_mm - em) / 2 + 0.88 * em


def moved(items: Iterable[Item], dx: float, dy: float) -> tuple[Item, ...]:
    """Return the items shifted by mm."""
    result: list[Item] = []
    for item in items:
        if isinstance(item, Rule):
            result.append(item._replace(x1=item.x1 + dx, x2=item.x2 + dx, y1=item.y1 + dy, y2=item.y2 + dy))
        else:
            result.append(item._replace(x=item.x + dx, y=item.y + dy))
    return tuple(result)


class BodyPage(NamedTuple):
    """One page of the body: where its frame begins, and its items at page positions in mm."""

    top: float
    items: tuple[Item, ...]


CONTINUED_MM = 6.0
"""Room at the head of a later page's body for 接上页."""


def paginate(strips: Sequence[Strip]) -> list[BodyPage]:
    """Return the pages that hold all strips in order.

    A strip with `keep` moves to the next page together with the one after it, unless the chain of kept strips is
    longer than a page.
    """
    pages: list[BodyPage] = []
    first = 0
    while first < len(strips) or not pages:
        top = BODY.y + (CONTINUED_MM if pages else 0)
        room = BODY.bottom - top
        end, used = first, 0.0
        while end < len(strips) and (used + strips[end].height <= room + 1e-6 or end == first):
            used += strips[end].height
            end += 1
        if end < len(strips):
            kept = end
            while kept > first + 1 and strips[kept - 1].keep:
                kept -= 1
            end = kept if not strips[kept - 1].keep else end
        items: list[Item] = []
        y = top
        for strip in strips[first:end]:
            items.extend(moved(strip.items, BODY.x, y))
            y += strip.height
        if end < len(strips):
            items = [_down_to_the_frame(item, y) for item in items]
        pages.append(BodyPage(top, tuple(items)))
        first = end
    return pages


def _down_to_the_frame(item: Item, y: float) -> Item:
    """Let the upright rules of the last row on a page reach the frame, as the row goes on."""
    if isinstance(item, Rule) and item.x1 == item.x2 and abs(item.y2 - y) < 1e-6:
        return item._replace(y2=BODY.bottom)
    return item
