"""Drawing on a page in millimetres from its top left corner."""

from __future__ import annotations

from collections.abc import Iterable

from reportlab.pdfgen.canvas import Canvas

from fieldkit.instruments.fonts import SUBSCRIPT_DROP_EM, SUBSCRIPT_SCALE, FontSet
from fieldkit.instruments.geometry import MM, PAGE_HEIGHT, Box
from fieldkit.instruments.strips import Item, Rule, Text, Tick

_BOLD_EM = 0.028
"""Outline added for bold, in em: the set has one weight."""


class Pen:
    """Draws items, texts and vector patterns on a reportlab canvas."""

    def __init__(self, canvas: Canvas, fonts: FontSet) -> None:
        self._canvas = canvas
        self._fonts = fonts

    def draw(self, items: Iterable[Item]) -> None:
        """Draw items at their page positions."""
        for item in items:
            if isinstance(item, Text):
                self.text(item)
            elif isinstance(item, Rule):
                self.rule(item)
            else:
                self.tick(item)

    def width_mm(self, text: str, size_pt: float) -> float:
        """Return the width of a text in mm."""
        return self._fonts.width(text, size_pt) / MM

    def text(self, item: Text) -> None:
        """Write one line, changing fonts where a character needs it."""
        if not item.text:
            return
        line = self._canvas.beginText(item.x * MM, (PAGE_HEIGHT - item.y) * MM)
        if item.spacing_pt:
            line.setCharSpace(item.spacing_pt)
        if item.bold:
            self._canvas.saveState()
            self._canvas.setLineWidth(item.size_pt * _BOLD_EM)
            line.setTextRenderMode(2)
        for run in self._fonts.runs(item.text):
            size = item.size_pt * (SUBSCRIPT_SCALE if run.lowered else 1)
            line.setFont(run.font, size)
            if run.lowered:
                line.setRise(-SUBSCRIPT_DROP_EM * item.size_pt)
            line.textOut(run.text)
            if run.lowered:
                line.setRise(0)
        if item.spacing_pt:
            line.setCharSpace(0)
        if item.bold:
            line.setTextRenderMode(0)
        self._canvas.drawText(line)
        if item.bold:
            self._canvas.restoreState()

    def rule(self, item: Rule) -> None:
        """Draw a line."""
        canvas = self._canvas
        canvas.saveState()
        canvas.setLineWidth(item.weight_pt)
        if item.dotted:
            canvas.setDash(0.6, 1.8)
        canvas.line(item.x1 * MM, (PAGE_HEIGHT - item.y1) * MM, item.x2 * MM, (PAGE_HEIGHT - item.y2) * MM)
        canvas.restoreState()

    def frame(self, box: Box, weight_pt: float = 0.6) -> None:
        """Draw the outline of a box."""
        self._canvas.saveState()
        self._canvas.setLineWidth(weight_pt)
        self._canvas.rect(box.x * MM, (PAGE_HEIGHT - box.bottom) * MM, box.w * MM, box.h * MM)
        self._canvas.restoreState()

    def tick(self, item: Tick) -> None:
        """Draw a square to tick, ticked or not."""
        self.frame(Box(item.x, item.y, item.edge, item.edge), 0.7)
        if item.ticked:
            canvas, edge = self._canvas, item.edge
            canvas.saveState()
            canvas.setLineWidth(1.1)
            path = canvas.beginPath()
            for i, (x, y) in enumerate(((0.18, 0.5), (0.42, 0.76), (0.86, 0.2))):
                point = ((item.x + x * edge) * MM, (PAGE_HEIGHT - item.y - y * edge) * MM)
                path.moveTo(*point) if i == 0 else path.lineTo(*point)
            canvas.drawPath(path, stroke=1, fill=0)
            canvas.restoreState()

    def pattern(self, x: float, y: float, size: float, rows: Iterable[str], dark: str) -> None:
        """Fill the cells marked `dark` of a square pattern, as one path so that no seam shows between cells."""
        cells = list(rows)
        edge = size / len(cells)
        path = self._canvas.beginPath()
        for r, row in enumerate(cells):
            c = 0
            while c < len(row):
                run = c
                while run < len(row) and row[run] == dark:
                    run += 1
                if run > c:
                    bottom = PAGE_HEIGHT - (y + (r + 1) * edge)
                    path.rect((x + c * edge) * MM, bottom * MM, (run - c) * edge * MM, edge * MM)
                c = max(run, c + 1)
        self._canvas.drawPath(path, stroke=0, fill=1)
