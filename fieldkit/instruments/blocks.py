"""The body of a form as strips: tables, notices, answers, running text, corrections, each measured before it is set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from fieldkit.instruments import forms, wording
from fieldkit.instruments.fonts import FontSet, printable
from fieldkit.instruments.forms import Block, Form, Layout, Row
from fieldkit.instruments.geometry import BODY, MM
from fieldkit.instruments.laws import LawBook
from fieldkit.instruments.lines import Line, break_text
from fieldkit.instruments.strips import Item, Rule, Strip, Text, Tick, baseline
from fieldkit.model.record import Correction, Record

_WHOLE_LINES = 12
"""Rows of up to so many lines are never cut by a page break."""
_SIDE_MM = 1.6
"""White between a cell's rule and its text."""
_TEXT_SIDE_MM = 3.0
_STRETCH_EM = 3.0
"""A line short by no more than this is set flush on both sides."""
_TICK_MM = 3.0
_FINGERPRINT_MM = 12.0
"""A correction's row is high enough for a fingerprint."""


class _Column:
    """A cell of a row with its broken lines."""

    def __init__(self, x: float, mm: float, lines: Sequence[Line], size_pt: float, *, label: bool, merge: bool) -> None:
        self.x, self.mm, self.lines, self.size_pt = x, mm, lines, size_pt
        self.label, self.merge = label, merge

    def items(self, lines: Sequence[Line], top: float, line_mm: float) -> list[Item]:
        """Return the lines as text, the first at `top`; labels are centred."""
        items: list[Item] = []
        for i, line in enumerate(lines):
            if line.text:
                x = self.x + (self.mm - line.width / MM) / 2 if self.label else self.x + _SIDE_MM
                items.append(Text(x, baseline(top + i * line_mm, line_mm, self.size_pt), line.text, self.size_pt))
        return items


class BodyBuilder:
    """Sets one record's body.

    Args:
        form: its layout says which blocks, in order.
        record: the values.
        fonts: measure every character.
        laws: citations of the notices.
        revision: number of the printing.
        corrections: what changed since the printing before.
    """

    def __init__(
        self,
        form: Form,
        record: Record,
        fonts: FontSet,
        laws: LawBook,
        revision: int,
        corrections: Sequence[Correction],
    ) -> None:
        self._form = form
        self._layout: Layout = form.layout
        self._values = record.values
        self._laws = laws
        self._revision = revision
        self._corrections = corrections
        self._em = cache(lambda character: fonts.width(character, 1.0))

    def strips(self) -> list[Strip]:
        """Return the whole body."""
        setters: dict[str, Callable[[Block], list[Strip]]] = {
            "table": self._table,
            "notices": self._notices,
            "choice": self._choice,
            "text": self._text,
            "sampling": self._sampling,
            "corrections": self._correction_table,
            "end": self._end,
        }
        strips: list[Strip] = []
        for block in self._layout.blocks:
            strips.extend(setters[block.kind](block))
        return _end_in_company(strips)

    def _lines(self, text: str, mm: float, size_pt: float, indent_em: float = 0) -> list[Line]:
        width = mm * MM
        lines = break_text(printable(text), width, lambda c: self._em(c) * size_pt, indent_em * size_pt)
        return lines or [Line("", 0.0, True, True)]

    # tables

    def _table(self, block: Block) -> list[Strip]:
        strips: list[Strip] = []
        for row in block.rows:
            if row.repeat:
                entries: list[dict[str, Any] | None] = list(forms.get(self._values, row.repeat) or [{}])
            else:
                entries = [None]
            strips.extend(self._group([self._columns(row, entry) for entry in entries]))
        return strips

    def _columns(self, row: Row, entry: dict[str, Any] | None) -> list[_Column]:
        layout = self._layout
        columns: list[_Column] = []
        x = 0.0
        for cell in row.cells:
            label = wording.fill(cell.label, self._form, self._values) or layout.code_label
            lines = self._lines(label, cell.label_mm - 2 * _SIDE_MM, layout.label_pt)
            columns.append(_Column(x, cell.label_mm, lines, layout.label_pt, label=True, merge=cell.merge))
            x += cell.label_mm
            value = wording.fill(cell.value, self._form, self._values, entry) or layout.empty
            lines = self._lines(value, cell.mm - 2 * _SIDE_MM, layout.cell_pt)
            columns.append(_Column(x, cell.mm, lines, layout.cell_pt, label=False, merge=False))
            x += cell.mm
        return columns

    def _group(self, rows: Sequence[Sequence[_Column]], least_mm: float = 0) -> list[Strip]:
        """Return rows that share their merged labels: one strip if they are short, else a strip a line."""
        counts = [max(len(column.lines) for column in row) for row in rows]
        if sum(counts) <= _WHOLE_LINES:
            return [self._whole(rows, counts, least_mm=least_mm)]
        strips: list[Strip] = []
        for number, (row, count) in enumerate(zip(rows, counts, strict=True)):
            if count <= _WHOLE_LINES:
                strips.append(self._whole([row], [count], show_merged=number == 0))
            else:
                strips.extend(self._cut(row, count, show_merged=number == 0))
        return strips

    def _whole(
        self,
        rows: Sequence[Sequence[_Column]],
        counts: Sequence[int],
        *,
        show_merged: bool = True,
        least_mm: float = 0,
    ) -> Strip:
        layout = self._layout
        heights = [max(least_mm, count * layout.cell_line_mm + 2 * layout.cell_pad_mm) for count in counts]
        total = sum(heights)
        items: list[Item] = []
        y = 0.0
        for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
            for column in row:
                if column.merge and number > 0:
                    continue
                if not (column.merge and not show_merged):
                    items.append(Rule(column.x, y, column.x + column.mm, y))
                if column.x > 0:
                    bottom = total if column.merge else y + height
                    items.append(Rule(column.x, y, column.x, bottom))
                room = total if column.merge else height
                if not column.merge or show_merged:
                    top = y + (room - len(column.lines) * layout.cell_line_mm) / 2
                    items.extend(column.items(column.lines, top, layout.cell_line_mm))
            y += height
        return Strip(total, tuple(items))

    def _cut(self, row: Sequence[_Column], count: int, *, show_merged: bool) -> list[Strip]:
        layout = self._layout
        strips: list[Strip] = []
        for i in range(count):
            above = layout.cell_pad_mm if i == 0 else 0.0
            height = layout.cell_line_mm + above + (layout.cell_pad_mm if i == count - 1 else 0.0)
            items: list[Item] = []
            for column in row:
                hidden = column.merge and not show_merged
                if i == 0 and not hidden:
                    items.append(Rule(column.x, 0, column.x + column.mm, 0))
                if column.x > 0:
                    items.append(Rule(column.x, 0, column.x, height))
                if not hidden:
                    items.extend(column.items(column.lines[i : i + 1], above, layout.cell_line_mm))
            strips.append(Strip(height, tuple(items), keep=i == 0 or i == count - 2))
        return strips

    # notices and answers

    def _notices(self, block: Block) -> list[Strip]:
        layout = self._layout
        day = wording.visit_day(self._values)
        strips = [self._heading(block.title, rule=True)]
        size, height = layout.notice_pt, layout.notice_line_mm
        words = {True: layout.confirmed, False: layout.not_confirmed, None: layout.not_answered}
        aside = max(self._mm(word, size) for word in words.values()) + _TICK_MM + 1.2 + _TEXT_SIDE_MM
        right = BODY.w - aside - 3.0
        for number, notice in enumerate(self._form.notices, 1):
            answer = forms.get(self._values, notice.field)
            cite = self._laws.words(notice.cite, day) if day else self._laws.pending
            text = f"{number}．{wording.fill(notice.text, self._form, self._values)}（{cite}）"
            lines = self._lines(text, right - _TEXT_SIDE_MM, size)
            for i, line in enumerate(lines):
                items: list[Item] = [self._line(line, _TEXT_SIDE_MM, 0, height, size, right)]
                if i == 0:
                    x = BODY.w - aside
                    items.append(Tick(x, (height - _TICK_MM) / 2, _TICK_MM, answer is True))
                    items.append(Text(x + _TICK_MM + 1.2, baseline(0, height, size), words[answer], size))
                strips.append(Strip(height, tuple(items), keep=i < len(lines) - 1 and len(lines) < 6))
        strips.append(Strip(1.2))
        return strips

    def _choice(self, block: Block) -> list[Strip]:
        field = self._form.field(block.field)
        answer = forms.get(self._values, block.field)
        ticks = [(choice.label, choice.id == answer) for choice in field.choices]
        return self._answer(block, ticks, answer is not None, detailed=block.detail_if in ("", answer))

    def _sampling(self, block: Block) -> list[Strip]:
        done = forms.get(self._values, block.field)
        return self._answer(block, [("已采样", done is True), ("未采样", done is False)], done is not None)

    def _answer(
        self, block: Block, ticks: Sequence[tuple[str, bool]], answered: bool, *, detailed: bool = True
    ) -> list[Strip]:
        """Return a line of squares with their words, and the detail below or beside it."""
        layout = self._layout
        size, height = layout.cell_pt, layout.cell_line_mm + 2 * layout.cell_pad_mm
        y = baseline(0, height, size)
        items: list[Item] = [Rule(0, 0, BODY.w, 0)]
        x = _TEXT_SIDE_MM
        title = f"{block.title}：{'' if answered else f'（{layout.not_answered}）'}"
        items.append(Text(x, y, title, size))
        x += self._mm(title, size) + 2
        for word, ticked in ticks:
            items.append(Tick(x, (height - _TICK_MM) / 2, _TICK_MM, ticked))
            items.append(Text(x + _TICK_MM + 1.2, y, word, size))
            x += _TICK_MM + 1.2 + self._mm(word, size) + 5
        detail = wording.fill(f"{{{block.detail}}}", self._form, self._values) if block.detail and detailed else ""
        if not detail:
            return [Strip(height, tuple(items))]
        detail = printable(f"{block.detail_label}{detail}").strip()
        if "\n" not in detail and self._mm(detail, size) <= BODY.w - _TEXT_SIDE_MM - x:
            items.append(Text(x, y, detail, size))
            return [Strip(height, tuple(items))]
        strips = [Strip(height, tuple(items), keep=True)]
        lines = self._lines(detail, BODY.w - 2 * _TEXT_SIDE_MM, size)
        for line in lines:
            item = self._line(line, _TEXT_SIDE_MM, 0, layout.cell_line_mm, size, BODY.w - _TEXT_SIDE_MM)
            strips.append(Strip(layout.cell_line_mm, (item,)))
        strips.append(Strip(layout.cell_pad_mm))
        return strips

    # running text

    def _text(self, block: Block) -> list[Strip]:
        layout = self._layout
        size, height = layout.text_pt, layout.line_mm
        strips = [self._heading(f"{block.title}：", rule=True)]
        text = str(forms.get(self._values, block.field) or "").strip() or layout.empty
        for line in self._lines(text, BODY.w - 2 * _TEXT_SIDE_MM, size, indent_em=2):
            left = _TEXT_SIDE_MM + (2 * size / MM if line.first else 0)
            items = (
                self._line(line, left, 0, height, size, BODY.w - _TEXT_SIDE_MM),
                Rule(_TEXT_SIDE_MM, height - 0.7, BODY.w - _TEXT_SIDE_MM, height - 0.7, 0.35, dotted=True),
            )
            strips.append(Strip(height, items))
        strips.append(Strip(1.2))
        return strips

    def _correction_table(self, block: Block) -> list[Strip]:
        if not self._corrections:
            return []
        layout = self._layout
        strips = [self._heading(block.title.format(revision=self._revision), rule=True)]
        widths = (10.0, 28.0, 50.0, 50.0, 32.0)
        head = ("序号", "栏目", "原内容", "更正为", "签名（指印）")
        strips.append(self._plain_row(widths, head, label=True)[0]._replace(keep=True))
        for number, item in enumerate(self._corrections, 1):
            cells = (str(number), item.label, item.old or layout.empty, item.new or layout.empty, "")
            strips.extend(self._plain_row(widths, cells))
        last = strips[-1]
        strips[-1] = last._replace(items=(*last.items, Rule(0, last.height, BODY.w, last.height)))
        return strips

    def _plain_row(self, widths: Sequence[float], cells: Sequence[str], *, label: bool = False) -> list[Strip]:
        columns: list[_Column] = []
        x = 0.0
        for mm, text in zip(widths, cells, strict=True):
            size = self._layout.label_pt
            lines = self._lines(text, mm - 2 * _SIDE_MM, size)
            columns.append(_Column(x, mm, lines, size, label=label or x == 0, merge=False))
            x += mm
        return self._group([columns], 0 if label else _FINGERPRINT_MM)

    def _end(self, block: Block) -> list[Strip]:
        layout = self._layout
        word, size, height = f"（{layout.end}）", layout.text_pt, layout.line_mm
        width = self._mm(word, size)
        left = (BODY.w - width) / 2
        middle = height / 2
        return [
            Strip(
                height,
                (
                    Text(left, baseline(0, height, size), word, size),
                    Rule(_TEXT_SIDE_MM, middle, left - 2, middle, 0.5),
                    Rule(left + width + 2, middle, BODY.w - _TEXT_SIDE_MM, middle, 0.5),
                ),
            )
        ]

    # pieces

    def _heading(self, text: str, *, rule: bool) -> Strip:
        size = self._layout.cell_pt
        items: list[Item] = [Text(_TEXT_SIDE_MM, baseline(0.4, 6.6, size), text, size, bold=True)]
        if rule:
            items.insert(0, Rule(0, 0, BODY.w, 0))
        return Strip(7.0, tuple(items), keep=True)

    def _line(self, line: Line, left: float, top: float, line_mm: float, size_pt: float, right: float) -> Text:
        """Return a line of text, set flush on both sides where little is lacking."""
        lack = (right - left) * MM - line.width
        flush = not line.last and len(line.text) > 1 and 0 < lack <= _STRETCH_EM * size_pt
        spacing = lack / (len(line.text) - 1) if flush else 0.0
        return Text(left, baseline(top, line_mm, size_pt), line.text, size_pt, spacing)

    def _mm(self, text: str, size_pt: float) -> float:
        return sum(self._em(c) for c in text) * size_pt / MM


def _end_in_company(strips: list[Strip]) -> list[Strip]:
    """Keep the last words of the record on the page of its end mark."""
    for i in range(len(strips) - 2, -1, -1):
        strips[i] = strips[i]._replace(keep=True)
        if any(isinstance(item, Text) for item in strips[i].items):
            break
    return strips
