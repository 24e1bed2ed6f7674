"""A moment of the visit: typed as 9:30 or in full, or taken from the clock by one tap; never filled in by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from fieldkit.instruments.forms import Field
from fieldkit.model.stamp import BEIJING
from ui.inspection.text_line import TextLine
from ui.inspection.value_editors import ValueEditor
from ui.style.buttons import Button
from ui.style.words import set_look

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_HOUR = re.compile(r"(\d{1,2})[:：时](\d{2})分?|(?<!\d)(\d{2})(\d{2})(?!\d)")


def read_moment(text: str, now: datetime) -> str | None:
    """Return typed text as "2026-06-11T09:30+08:00", or None. A time without a day means the day of `now` (local)."""
    day = _DAY.search(text)
    rest = text[: day.start()] + text[day.end() :] if day else text
    hour = _HOUR.search(rest.strip())
    if hour is None:
        return None
    hours, minutes = (hour[1], hour[2]) if hour[1] else (hour[3], hour[4])
    year, month, date = (int(day[1]), int(day[2]), int(day[3])) if day else (now.year, now.month, now.day)
    try:
        moment = datetime(year, month, date, int(hours), int(minutes), tzinfo=BEIJING)
    except ValueError:
        return None
    return moment.isoformat(timespec="minutes")


def shown_moment(value: object) -> str:
    """Return a kept moment as the officer reads it: 2026-06-11 09:30."""
    try:
        return datetime.fromisoformat(str(value)).strftime("%Y-%m-%d %H:%M") if value else ""
    except ValueError:
        return str(value)


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
        if not text.strip():
            self._set("")
            return
        value = read_moment(text, self._now().astimezone(BEIJING))
        if value is not None:
            self._set(value)

    def _leave(self) -> None:
        text = self.line.text().strip()
        wrong = bool(text) and read_moment(text, self._now().astimezone(BEIJING)) is None
        set_look(self.line, tone="danger" if wrong else "")
        self.complained.emit("看不懂这个时间，请写成 9:30 或 2026-06-11 09:30" if wrong else "")
        if not wrong:
            self.line.show_text(shown_moment(self._value))
        self.left.emit()

    def _take_now(self) -> None:
        value = self._now().astimezone(BEIJING).isoformat(timespec="minutes")
        self.line.show_text(shown_moment(value))
        self._set(value)
        self._leave()

    def _set(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def show_value(self, value: Any) -> None:  # noqa: D102
        kept = str(value or "")
        if kept != self._value:
            self._value = kept
            self.line.show_text(shown_moment(kept))

    def focus_target(self) -> QWidget:  # noqa: D102
        return self.line
