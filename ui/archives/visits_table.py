"""The table of visits that are over: newest first, with where each stands on its way to the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui.archives.timeline import STATE_WORDS
from ui.shell.when import moment
from ui.style.icons import icon
from ui.style.tokens import current_theme, sizes

if TYPE_CHECKING:
    from fieldkit.replica.visits import VisitRow

COLUMNS = ("企业名称", "开始", "检查编号", "后台回执", "状态")
_WIDTHS = (0, 150, 220, 190, 168)
_Index = QModelIndex | QPersistentModelIndex


class VisitsModel(QAbstractTableModel):
    """Rows read so far; `fetch` is asked for more and answers later through `add`."""

    def __init__(self, fetch: Callable[[], None], now: Callable[[], datetime]) -> None:
        super().__init__()
        self._fetch, self._now = fetch, now
        self.rows: tuple[VisitRow, ...] = ()
        self._more = self._asked = False

    def start(self, rows: tuple[VisitRow, ...], *, more: bool) -> None:
        """Show the first page; nothing moves if it is what shows already."""
        if rows == self.rows and more == self._more:
            return
        self.beginResetModel()
        self.rows, self._more, self._asked = rows, more, False
        self.endResetModel()

    def add(self, rows: tuple[VisitRow, ...], *, more: bool) -> None:
        """Append the next page."""
        self._more, self._asked = more, False
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many rows were read."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: _Index) -> bool:
        """Tell the view whether more is to be had."""
        return not parent.isValid() and self._more and not self._asked

    def fetchMore(self, parent: _Index) -> None:
        """Ask for the next page."""
        self._asked = True
        self._fetch()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not 0 <= index.row() < len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        words, tone, picture = STATE_WORDS.get(row.state, (row.state, "ink", "circle"))
        texts = (
            row.enterprise_name,
            moment(datetime.fromisoformat(row.opened_at), self._now()),
            row.number,
            row.receipt or "还没有",
            words,
        )
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return texts[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]} {texts[column]}"
        if role == Qt.ItemDataRole.DecorationRole and column == 4:
            return icon(picture, tone or "ink")
        if role == Qt.ItemDataRole.ForegroundRole and column:
            return current_theme().colour(tone if column == 4 and tone else "ink-quiet")
        return None


class VisitsTable(QTableView):
    """The view; Enter or a press opens a visit.

    Signals:
        opened: the visit's id.
    """

    opened = Signal(str)

    def __init__(self, model: VisitsModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setAccessibleName("已完成的检查")
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
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch
            )
            if width:
                self.setColumnWidth(column, width)
        self.clicked.connect(lambda index: self.open_row(index.row()))

    def fit(self, width: int) -> None:
        """Drop the least needed columns when there is little room."""
        self.setColumnHidden(3, width < 1060)
        self.setColumnHidden(2, width < 860)

    def open_row(self, number: int) -> None:
        """Open a visit by its row."""
        if 0 <= number < len(self._model.rows):
            self.opened.emit(self._model.rows[number].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_row(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
