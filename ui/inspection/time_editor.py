"""A moment of the visit: typed as 9:30 or in full, or taken from the clock by one tap; never filled in by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from fieldkit.instruments import wording
from fieldkit.instruments.forms import Field
from fieldkit.model.stamp import BEIJING, local
from ui.inspection.text_line import TextLine
from ui.inspection.value_editors import ValueEditor
from ui.style.buttons import Button
from ui.style.words import set_look

_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<date>\d{1,2})(?:日\s*|[T\s]\s*)|(?P<near>今天|昨天)\s*)?"
    r"(?P<half>上午|下午|晚上)?\s*"
    r"(?:(?P<h>\d{1,2})(?::(?P<m>\d{2})|[时点](?:(?P<m2>\d{1,2})分|(?P<m3>\d{2})|(?P<sharp>整)|(?P<half_past>半))?)"
    r"|(?P<h4>\d{2})(?P<m4>\d{2}))",
    re.ASCII,
)
"""The whole text or nothing: what stands before or behind a time may change it (昨天9:30, 9:305)."""

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
"""Full-width figures and marks, as an input method leaves them, to plain ones."""

UNREADABLE = "看不懂这个时间，已当作未填；请写成 9:30、下午3:30 或 2026-06-11 09:30"


def read_moment(text: str, now: datetime) -> str | None:
    """Return typed text as "2026-06-11T09:30+08:00", or None where any part of it can't be read.

    A time without a day means the day of `now` (local), 昨天 the day before. 下午 and 晚上 add twelve hours to hours of
    the twelve-hour clock; where they contradict the hour (晚上3点, 上午12点) nothing is guessed.
    """
    found = _MOMENT.fullmatch(text.translate(_NARROW).strip())
    if found is None:
        return None
    part = found.groupdict()
    hours = _hours(part["half"], int(part["h"] or part["h4"]))
    minutes = 30 if part["half_past"] else int(part["m"] or part["m2"] or part["m3"] or part["m4"] or 0)
    day = now.date() - timedelta(days=part["near"] == "昨天")
    try:
        if part["year"]:
            day = date(int(part["year"]), int(part["month"]), int(part["date"]))
        moment = None if hours is None else datetime.combine(day, time(hours, minutes), BEIJING)
    except ValueError:
        return None
    return None if moment is None else moment.isoformat(timespec="minutes")


def _hours(half: str | None, hours: int) -> int | None:
    """Return the hour of the day, or None where the half of the day contradicts it."""
    if half is None:
        return hours
    if half == "上午":
        return hours if hours < 12 else None
    first, last = (12, 18) if half == "下午" else (18, 23)
    whole = hours + 12 if hours < 12 else hours
    return whole if hours and first <= whole <= last else None


def shown_moment(value: object) -> str:
    """Return a kept moment as the officer reads it, in Beijing time: 2026-06-11 09:30."""
    at = wording.moment(value)
    return local(at).strftime("%Y-%m-%d %H:%M") if at is not None else str(value or "")


class TimeEditor(ValueEditor):
    """A line for the moment and a button that takes the present one."""

    def __init__(self, field: Field, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._value: str = ""
        self.line = TextLine(field.label, "如 9:30")
        self.line.setMaximumWidth(230)
        take = Button("记为现在", "secondary", "clock", name=f"{field.label}：记为现在")
        take.clicked.connect(self._take_now)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line)
        row.addWidget(take)
        row.addStretch(1)
        self.line.typed.connect(self._typed)
        self.line.left.connect(self._leave)

    def _typed(self, text: str) -> None:
        """Keep what the text says; one that can't be read leaves nothing kept, so that the record check asks for it."""
        self._set(read_moment(text, local(self._now())) or "")

    def _leave(self) -> None:
        wrong = bool(self.line.text().strip()) and not self._value
        self._mark(wrong=wrong)
        if not wrong:
            self.line.show_text(shown_moment(self._value))
        self.left.emit()

    def _take_now(self) -> None:
        value = local(self._now()).isoformat(timespec="minutes")
        self.line.show_text(shown_moment(value))
        self._set(value)
        self._leave()

    def _mark(self, *, wrong: bool) -> None:
        set_look(self.line, tone="danger" if wrong else "")
        self.complained.emit(UNREADABLE if wrong else "")

    def _set(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def show_value(self, value: Any) -> None:  # noqa: D102
        kept = str(value or "")
        if kept != self._value:
            self._value = kept
            self.line.show_text(shown_moment(kept))
            self._mark(wrong=False)

    def focus_target(self) -> QWidget:  # noqa: D102
        return self.line
