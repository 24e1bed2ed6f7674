"""执法检查: visits to go on with, and those that are over with where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from fieldkit.model.visit import Visit
from ui.archives.timeline import state_tag
from ui.archives.visits_table import VisitsModel, VisitsTable
from ui.bridge import Latest
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.shell.when import moment
from ui.style.buttons import Button
from ui.style.surfaces import Card, EmptyState, Notice, clear_layout, page_head
from ui.style.words import ElidedLabel, rule, section, set_look

if TYPE_CHECKING:
    from fieldkit.replica import Replica
    from fieldkit.replica.visits import VisitRow

PAGE = 60
OPEN_SHOWN = 3
"""So many open visits show above the table; a kit seldom has more than one."""


class Visits(msgspec.Struct, frozen=True):
    """Open visits, a page of those that are over (newest first), the last row read, and whether there are more."""

    running: tuple[Visit, ...]
    over: tuple[VisitRow, ...]
    last: VisitRow | None
    more: bool


def read(replica: Replica, before: VisitRow | None) -> Visits:
    """Read the next page."""
    rows = replica.visits.rows(PAGE + 1, before)
    page = rows[:PAGE]
    return Visits(
        running=tuple(replica.visits.open()),
        over=tuple(row for row in page if row.state != "open"),
        last=page[-1] if page else before,
        more=len(rows) > PAGE,
    )


class VisitsPage(Page):
    """The list."""

    wants = frozenset({"visit", "outbox"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._latest = Latest(session.bridge, self)
        self._last: VisitRow | None = None
        self._running: tuple[Visit, ...] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        begin = Button("开始新的检查", "secondary", "plus")
        begin.clicked.connect(lambda: self.go.emit(Place("archives")))
        column.addLayout(page_head("执法检查", begin))
        self.notice = Notice()
        column.addWidget(self.notice)
        self._open_card = Card(margin=8)
        self._open_card.setAccessibleName("进行中的检查")
        self._open_card.column.setSpacing(0)
        column.addWidget(self._open_card)
        self._open_card.hide()
        self.model = VisitsModel(self._ask_more, lambda: session.clock.now().at)
        self.table = VisitsTable(self.model)
        self.table.opened.connect(lambda visit_id: self.go.emit(Place("past_visit", visit_id)))
        empty = EmptyState(
            "clipboard-check", "还没有完成的检查", "提交的检查按时间列在这里，能看到是否已上传、已归档。"
        )
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.table)
        self._stack.addWidget(empty)
        column.addWidget(holder, 1)

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
        self._last = visits.last
        self.model.start(visits.over, more=visits.more)
        self._stack.setCurrentIndex(0 if visits.over or visits.more else 1)
        if visits.running != self._running:
            self._running = visits.running
            self._show_running(visits.running)

    def _add(self, visits: Visits) -> None:
        self._last = visits.last
        self.model.add(visits.over, more=visits.more)

    def _show_running(self, visits: tuple[Visit, ...]) -> None:
        clear_layout(self._open_card.column)
        self._open_card.setVisible(bool(visits))
        more = f"（最近 {OPEN_SHOWN} 项，共 {len(visits)} 项）" if len(visits) > OPEN_SHOWN else ""
        heading = section(f"进行中{more}")
        heading.setContentsMargins(16, 8, 16, 8)
        self._open_card.column.addWidget(heading)
        for visit in visits[:OPEN_SHOWN]:
            self._open_card.column.addWidget(rule())
            self._open_card.column.addWidget(self._row(visit))

    def _row(self, visit: Visit) -> QWidget:
        made = QFrame()
        set_look(made, role="listrow")
        made.setAccessibleName(f"检查 {visit.enterprise_name}")
        line = QHBoxLayout(made)
        line.setContentsMargins(16, 8, 12, 8)
        line.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(visit.enterprise_name))
        when = moment(visit.opened_at.at, self._session.clock.now().at)
        words.addWidget(ElidedLabel(f"{when} 开始　{visit.number}", "secondary"))
        line.addLayout(words, 1)
        line.addWidget(state_tag("open"), 0, Qt.AlignmentFlag.AlignVCenter)
        button = Button("继续检查", "primary", "play", name=f"继续检查 {visit.enterprise_name}")
        button.clicked.connect(lambda: self.go.emit(Place("visit", visit.id)))
        line.addWidget(button)
        return made

    def focus_first(self) -> None:
        """Begin in the table."""
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        self.table.fit(self.width())
        super().resizeEvent(event)
