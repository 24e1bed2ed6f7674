"""The history of an enterprise: one entry a visit, newest first, opening in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.model.stamp import local
from fieldkit.model.visit import Visit
from ui.shell.when import day
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.words import Tag, body, label, secondary, set_look

STATE_WORDS: Mapping[str, tuple[str, str, str]] = {
    "open": ("进行中", "accent", "circle-dot"),
    "waiting": ("待上传", "warn", "cloud-upload"),
    "sent": ("已上传，附件未齐", "info", "cloud-upload"),
    "filed": ("已归档", "ok", "circle-check"),
    "conflict": ("有冲突", "warn", "triangle-alert"),
    "rejected": ("被退回", "danger", "octagon-alert"),
    "quarantined": ("待负责人核定", "warn", "hourglass"),
}
"""State of a visit (replica.visits.state) → words, tone, icon."""


def state_tag(state: str) -> Tag:
    """Return the tag of a visit's state."""
    words, tone, icon = STATE_WORDS.get(state, (state, "", "circle"))
    return Tag(words, tone, icon)


def situation(visit: Visit) -> str:
    """Return what the record says was found."""
    return next((str(record.values["situation"]) for record in visit.records if record.values.get("situation")), "")


class TimelineEntry(QWidget):
    """One visit: day and outcome in a line; pressed, it opens below."""

    def __init__(
        self, visit: Visit, state: str, officers: Mapping[str, str], today: date, go_on: Callable[[str], None]
    ) -> None:
        super().__init__()
        set_look(self, role="clear")
        when = local(visit.opened_at.at).date()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(_spine(state))
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        row.addLayout(column, 1)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(day(when, today)))
        head.addWidget(state_tag(state))
        faults = [answer for answer in visit.checklist if answer.verdict == "不符合"]
        if faults:
            head.addWidget(Tag(f"{len(faults)} 项不符合", "warn"))
        head.addStretch(1)
        column.addLayout(head)
        names = "、".join(officers.get(number, number) for number in visit.officers)
        column.addWidget(secondary(f"{names}　{visit.number}"))
        self._more = QWidget()
        set_look(self._more, role="clear")
        more = QVBoxLayout(self._more)
        more.setContentsMargins(0, 4, 0, 4)
        more.setSpacing(8)
        for answer in faults:
            more.addWidget(body(f"· {answer.finding or answer.item}", "warn"))
        text = situation(visit)
        if text:
            more.addWidget(body(text))
        counts = [
            f"{len(visit.samples)} 个样品" if visit.samples else "",
            f"{len(visit.evidence)} 件扫描和照片" if visit.evidence else "",
        ]
        more.addWidget(secondary("　".join(filter(None, counts)) or "没有样品和附件"))
        open_page = Button(
            "继续检查" if visit.state == "open" else "打开这次检查", "link", name=f"打开 {day(when, today)}的检查"
        )
        open_page.clicked.connect(lambda: go_on(visit.id))
        more.addWidget(open_page, 0, Qt.AlignmentFlag.AlignLeft)
        self._toggle = Button("展开", "quiet", "chevron-down", name=f"展开 {day(when, today)}的检查")
        self._toggle.clicked.connect(lambda: self.unfold(not self._more.isVisibleTo(self)))
        head.addWidget(self._toggle)
        column.addWidget(self._more)
        self._more.hide()

    def unfold(self, shown: bool) -> None:
        """Open or close the details."""
        self._more.setVisible(shown)
        self._toggle.setText("收起" if shown else "展开")
        self._toggle.set_icon("chevron-up" if shown else "chevron-down")


def _spine(state: str) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 14, 0, 0)
    column.setSpacing(4)
    column.addWidget(IconLabel("circle-dot", "accent" if state in {"open", "waiting"} else "ink-quiet", 20))
    line = QFrame()
    set_look(line, role="spine")
    column.addWidget(line, 1, Qt.AlignmentFlag.AlignHCenter)
    return column
