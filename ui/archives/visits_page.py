"""执法检查: visits to go on with, and those that are over with where they stand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.archives.timeline import state_tag
from ui.bridge import Latest
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.shell.when import moment
from ui.style.buttons import Button
from ui.style.surfaces import Card, EmptyState, Notice, Scroll, clear_layout, page_head
from ui.style.words import ElidedLabel, rule, section, set_look

if TYPE_CHECKING:
    from fieldkit.replica import Replica
    from fieldkit.replica.visits import VisitRow

PAGE = 40


class Visits(msgspec.Struct, frozen=True):
    """A page of visits, newest first, and whether there are more."""

    rows: tuple[VisitRow, ...]
    more: bool


def read(replica: Replica, before: VisitRow | None) -> Visits:
    """Read the next page."""
    rows = replica.visits.rows(PAGE + 1, before)
    return Visits(tuple(rows[:PAGE]), len(rows) > PAGE)


class VisitsPage(Page):
    """The list."""

    wants = frozenset({"visit", "outbox"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._latest = Latest(session.bridge, self)
        self._last: VisitRow | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll()
        whole.addWidget(scroll)
        scroll.column.setSpacing(16)
        begin = Button("开始新的检查", "primary", "plus")
        begin.clicked.connect(lambda: self.go.emit(Place("archives")))
        scroll.column.addLayout(page_head("执法检查", begin))
        self.notice = Notice()
        scroll.column.addWidget(self.notice)
        self._open_card, self._past_card = Card(margin=8), Card(margin=8)
        for card, text in ((self._open_card, "进行中"), (self._past_card, "已完成")):
            heading = section(text)
            heading.setContentsMargins(16, 8, 16, 8)
            card.setAccessibleName(text)
            card.column.addWidget(heading)
            card.column.setSpacing(0)
            scroll.column.addWidget(card)
        self._open, self._past = QVBoxLayout(), QVBoxLayout()
        for column in (self._open, self._past):
            column.setSpacing(0)
        self._open_card.column.addLayout(self._open)
        self._past_card.column.addLayout(self._past)
        self.more = Button("更早的检查", "quiet", "chevron-down")
        self.more.clicked.connect(self._ask_more)
        self._past_card.column.addWidget(self.more)
        scroll.column.addStretch(1)

    def refresh(self) -> None:
        """Read the first page anew."""
        replica = self._session.replica
        self._latest.ask(lambda _: read(replica, None), self._show, self._failed, doing="打开执法检查")

    def _ask_more(self) -> None:
        replica, last = self._session.replica, self._last
        self._latest.ask(lambda _: read(replica, last), self._add, self._failed, doing="打开执法检查")

    def _failed(self, error: KnownError) -> None:
        self.notice.fail(error)

    def _show(self, visits: Visits) -> None:
        self.notice.hide()
        clear_layout(self._open)
        clear_layout(self._past)
        running = [row for row in visits.rows if row.state == "open"]
        self._open_card.setVisible(bool(running))
        for row in running:
            self._open.addWidget(rule())
            self._open.addWidget(self._row(row))
        if len(visits.rows) == len(running):
            self._past.addWidget(
                EmptyState(
                    "clipboard-check", "还没有完成的检查", "提交的检查按时间列在这里，能看到是否已上传、已归档。"
                )
            )
        self._add(visits)

    def _add(self, visits: Visits) -> None:
        for row in visits.rows:
            if row.state != "open":
                self._past.addWidget(rule())
                self._past.addWidget(self._row(row))
        self._last = visits.rows[-1] if visits.rows else self._last
        self.more.setVisible(visits.more)

    def _row(self, row: VisitRow) -> QWidget:
        made = QFrame()
        set_look(made, role="listrow")
        made.setAccessibleName(f"检查 {row.enterprise_name}")
        line = QHBoxLayout(made)
        line.setContentsMargins(16, 8, 12, 8)
        line.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(row.enterprise_name))
        when = moment(datetime.fromisoformat(row.opened_at), self._session.clock.now().at)
        words.addWidget(ElidedLabel("　".join(filter(None, (when, row.number, row.receipt))), "secondary"))
        line.addLayout(words, 1)
        line.addWidget(state_tag(row.state), 0, Qt.AlignmentFlag.AlignVCenter)
        running = row.state == "open"
        button = Button(
            "继续检查" if running else "查看",
            "primary" if running else "quiet",
            name=f"{'继续检查' if running else '查看检查'} {row.enterprise_name}",
        )
        button.setFixedWidth(112)
        button.clicked.connect(lambda: self.go.emit(Place("visit" if running else "past_visit", row.id)))
        line.addWidget(button)
        return made
