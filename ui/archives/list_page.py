"""一源一档: search on top, filters as chips, the table below; everything by keyboard too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.archives.preview import FROM, WIDTH, ArchivePreview
from ui.archives.rows import LEVELS, PAGE, Row, Rows, Wanted, read
from ui.archives.table import ArchiveModel, ArchiveTable
from ui.bridge import Latest
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.style.buttons import Button
from ui.style.search_field import SearchField
from ui.style.surfaces import EmptyState, Notice, page_head
from ui.style.words import secondary, set_look

PAUSE_MS = 80
ALL_TOWNS = "全部镇街"


class ArchiveListPage(Page):
    """The county's enterprises."""

    wants = frozenset({"enterprise", "visit"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._latest = Latest(session.bridge, self)
        self._wanted = Wanted()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._read_fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        self._count = secondary("", wrap=False)
        self._count.setAccessibleName("企业数")
        column.addLayout(page_head("一源一档", self._count))
        column.addLayout(self._filters())
        self.notice = Notice()
        column.addWidget(self.notice)
        self.model = ArchiveModel(self._more, session.today)
        self.table = ArchiveTable(self.model)
        self.table.opened.connect(self._open)
        self._empty_holder = QWidget()
        set_look(self._empty_holder, role="clear")
        self._empty_column = QVBoxLayout(self._empty_holder)
        self._empty: QWidget | None = None
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty_holder)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(stack, 1)
        self.preview = ArchivePreview(session.today)
        self.preview.opened.connect(lambda enterprise_id: self.go.emit(Place("archive", enterprise_id)))
        below.addWidget(self.preview)
        column.addLayout(below, 1)
        self.table.selectionModel().currentRowChanged.connect(
            lambda index, _: self.preview.show_row(self.model.row(index.row()))
        )

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.search = SearchField("搜索企业", "名称、统一社会信用代码、拼音首字母（如 hysl）")
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.search.installEventFilter(self)
        self.town = QComboBox()
        self.town.setAccessibleName("镇街")
        self.town.addItem(ALL_TOWNS)
        self.town.setMinimumWidth(150)
        self.town.currentIndexChanged.connect(lambda _: self._read_fields())
        row.addWidget(self.search, 1)
        row.addWidget(self.town)
        self.levels: dict[str, Button] = {}
        for level in LEVELS[:-1]:
            chip = Button(level, "filter", name=f"监管级别 {level}")
            chip.setCheckable(True)
            chip.clicked.connect(lambda on, level=level: self._choose_level(level if on else ""))
            self.levels[level] = chip
            row.addWidget(chip)
        self.permit = Button("许可到期", "filter", "calendar-clock", name="许可 60 天内到期或已过期")
        self.permit.setCheckable(True)
        self.permit.clicked.connect(lambda _: self._read_fields())
        row.addWidget(self.permit)
        return row

    def _choose_level(self, level: str) -> None:
        for name, chip in self.levels.items():
            chip.setChecked(name == level)
        self._read_fields()

    def _read_fields(self) -> None:
        self._pause.stop()
        town = self.town.currentText()
        wanted = Wanted(
            text=self.search.text().strip(),
            town="" if town == ALL_TOWNS else town,
            level=next((name for name, chip in self.levels.items() if chip.isChecked()), ""),
            permit_ends=self.permit.isChecked(),
        )
        if wanted != self._wanted:
            self._wanted = wanted
            self._ask()

    def refresh(self) -> None:
        """Read the towns and the first page anew."""
        replica = self._session.replica
        self._session.bridge.run(lambda _: list(replica.archives.towns()), self, self._show_towns, doing="读取镇街")
        self._ask()

    def _show_towns(self, towns: list[str]) -> None:
        shown = [self.town.itemText(place) for place in range(1, self.town.count())]
        if shown != towns:
            chosen = self.town.currentText()
            self.town.blockSignals(True)
            self.town.clear()
            self.town.addItems([ALL_TOWNS, *towns])
            self.town.setCurrentText(chosen)
            self.town.blockSignals(False)

    def _ask(self) -> None:
        replica, wanted, today = self._session.replica, self._wanted, self._session.today()
        self._latest.ask(
            lambda ticket: read(replica, wanted, None, today, ticket.check),
            self._show,
            self._failed,
            doing="打开一源一档",
        )

    def _more(self, after: str | None) -> None:
        replica, wanted, today = self._session.replica, self._wanted, self._session.today()
        self._latest.ask(
            lambda ticket: read(replica, wanted, after, today, ticket.check),
            self.model.add,
            self._failed,
            doing="打开一源一档",
        )

    def _failed(self, error: KnownError) -> None:
        self.notice.fail(error)

    def _show(self, page: Rows) -> None:
        self.notice.hide()
        kept = self.model.row(self.table.currentIndex().row())
        self.model.start(page)
        if kept is not None and not self._wanted.text:
            self._select(kept.enterprise.id)
        elif page.rows and (self._wanted.text or self.preview.isVisible()):
            self.table.selectRow(0)
        first = "前 " if self._wanted.text and page.total == PAGE else ""
        self._count.setText("" if page.total is None else f"{first}{page.total} 家")
        if page.rows:
            self._stack.setCurrentWidget(self.table)
        else:
            self._show_empty()

    def _select(self, enterprise_id: str) -> None:
        for number in range(self.model.rowCount()):
            row = self.model.row(number)
            if row is not None and row.enterprise.id == enterprise_id:
                self.table.selectRow(number)
                return

    def _show_empty(self) -> None:
        if self._empty is not None:
            self._empty.hide()
            self._empty.deleteLater()
        if self._wanted == Wanted():
            self._empty = EmptyState(
                "archive",
                "本机还没有企业档案",
                "档案由后台下发：第一次同步后，这里列出全县企业，没有网络也能查。",
                "去同步",
                lambda: self.go.emit(Place("sync")),
            )
        else:
            self._empty = EmptyState(
                "search",
                "没有符合条件的企业",
                "可以试试名称中的任意两个字、统一社会信用代码，或拼音首字母。",
                "清除条件",
                self.clear_filters,
            )
        self._empty_column.addWidget(self._empty)
        self._stack.setCurrentWidget(self._empty_holder)

    def clear_filters(self) -> None:
        """Narrow to nothing."""
        self.search.clear()
        self.town.setCurrentIndex(0)
        for chip in (*self.levels.values(), self.permit):
            chip.setChecked(False)
        self._read_fields()

    def _open(self, row: Row) -> None:
        self.go.emit(Place("archive", row.enterprise.id))

    def focus_first(self) -> None:
        """Begin in the search field."""
        self.search.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        wide = self.width() >= FROM
        self.preview.setVisible(wide)
        self.table.opens_at_once = not wide
        self.table.fit(self.width() - (WIDTH if wide else 0))
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let up, down and Enter in the search field work on the table."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
                self.table.step(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self.table.open_current()
                return True
        return super().eventFilter(watched, event)
