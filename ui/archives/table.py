"""The archive list's table: rows come as they come, the next page is asked for when the eye gets near the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui.archives.rows import Row, Rows
from ui.shell.when import day
from ui.style.icons import icon
from ui.style.tokens import current_theme, sizes
from ui.style.words import TONE_ICONS

COLUMNS = ("企业名称", "镇街", "监管级别", "行业", "上次检查", "提醒")
_WIDTHS = (0, 112, 92, 190, 122, 216)
_Index = QModelIndex | QPersistentModelIndex


class ArchiveModel(QAbstractTableModel):
    """Rows read so far. `fetch(after)` is asked for more and answers later through `add`."""

    def __init__(self, fetch: Callable[[str | None], None], today: Callable[[], date]) -> None:
        super().__init__()
        self._fetch, self._today = fetch, today
        self._rows: list[Row] = []
        self._after: str | None = None
        self._asked = False

    def start(self, page: Rows) -> None:
        """Show the first page of another question."""
        self.beginResetModel()
        self._rows, self._after, self._asked = list(page.rows), page.after, False
        self.endResetModel()

    def add(self, page: Rows) -> None:
        """Append the next page."""
        self._asked = False
        self._after = page.after
        if page.rows:
            at = len(self._rows)
            self.beginInsertRows(QModelIndex(), at, at + len(page.rows) - 1)
            self._rows += page.rows
            self.endInsertRows()

    def row(self, number: int) -> Row | None:
        """Return a row, or None."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many rows were read."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: _Index) -> bool:
        """Tell the view whether more is to be had."""
        return not parent.isValid() and self._after is not None and not self._asked

    def fetchMore(self, parent: _Index) -> None:
        """Ask for the next page."""
        self._asked = True
        self._fetch(self._after)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row = self.row(index.row())
        if row is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(reminder.text for reminder in row.reminders) if column == 5 else self._text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]} {self._text(row, column)}"
        if column == 5 and row.reminders:
            tone = row.reminders[0].tone
            if role == Qt.ItemDataRole.DecorationRole:
                return icon(TONE_ICONS[tone], tone)
            if role == Qt.ItemDataRole.ForegroundRole:
                return current_theme().colour(tone)
        if role == Qt.ItemDataRole.ForegroundRole and column in {1, 2, 3, 4}:
            return current_theme().colour("ink-quiet")
        return None

    def _text(self, row: Row, column: int) -> str:
        enterprise = row.enterprise
        if column == 4:
            return day(row.last_visit, self._today()) if row.last_visit else "未检查过"
        if column == 5:
            if not row.reminders:
                return ""
            more = f"　+{len(row.reminders) - 1}" if len(row.reminders) > 1 else ""
            return row.reminders[0].text + more
        return (enterprise.name, enterprise.town, enterprise.level, enterprise.industry_name)[column]


class ArchiveTable(QTableView):
    """The view; Enter or a press opens a row.

    Signals:
        opened: the Row that was chosen.

    Attributes:
        opens_at_once: one press opens; where a preview stands beside, one press selects and two open.
    """

    opened = Signal(object)

    def __init__(self, model: ArchiveModel) -> None:
        super().__init__()
        self._rows = model
        self.setModel(model)
        self.setAccessibleName("企业列表")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(sizes().row)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFixedHeight(44)
        for column, width in enumerate(_WIDTHS):
            mode = QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
            if width:
                self.setColumnWidth(column, width)
        self.opens_at_once = True
        self.clicked.connect(lambda index: self._open(index.row()) if self.opens_at_once else None)
        self.doubleClicked.connect(lambda index: None if self.opens_at_once else self._open(index.row()))

    def fit(self, width: int) -> None:
        """Drop the least needed columns when there is little room."""
        self.setColumnHidden(3, width < 1120)
        self.setColumnHidden(2, width < 820)

    def _open(self, number: int) -> None:
        row = self._rows.row(number)
        if row is not None:
            self.opened.emit(row)

    def open_current(self) -> None:
        """Open the selected row, the first one when none is."""
        self._open(max(self.currentIndex().row(), 0))

    def step(self, by: int) -> None:
        """Select the row above or below."""
        count = self._rows.rowCount()
        if count:
            self.selectRow(min(max(self.currentIndex().row() + by, 0), count - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_current()
        else:
            super().keyPressEvent(event)
