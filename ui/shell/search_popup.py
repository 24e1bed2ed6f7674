"""Search-everything: results by kind under the top bar's field, found while typing, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.bridge import Bridge, Latest, Ticket
from ui.shell.hit_row import KIND_ICONS, HitRow
from ui.style.tokens import sizes
from ui.style.words import body, set_look

if TYPE_CHECKING:
    from fieldkit.replica import Replica
    from fieldkit.replica.search import Hit

PAUSE_MS = 60
LIMIT = 20


class SearchPopup(QFrame):
    """Hangs below a line edit; up and down choose, Enter opens, Esc closes.

    Signals:
        opened: the Hit that was chosen.
    """

    opened = Signal(object)

    def __init__(self, field: QLineEdit, replica: Replica, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        set_look(self, role="popup")
        self.setAccessibleName("搜索结果")
        self._field, self._replica = field, replica
        self._latest = Latest(bridge, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        self._words = body("", "quiet")
        self._words.setContentsMargins(12, 8, 12, 8)
        self.list = QListWidget()
        self.list.setAccessibleName("搜索结果列表")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        set_look(self.list, role="bare")
        self.list.itemClicked.connect(lambda _: self._open())
        column.addWidget(self._words)
        column.addWidget(self.list)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        field.textEdited.connect(self._typed)
        field.textChanged.connect(lambda text: None if text.strip() else self.shut())
        field.installEventFilter(self)
        self.hide()

    def _typed(self) -> None:
        self._pause.start()

    def _ask(self) -> None:
        text = self._field.text().strip()
        if not text:
            self.shut()
            return
        replica = self._replica

        def find(_: Ticket) -> list[Hit]:
            return list(replica.search(text, limit=LIMIT))

        self._latest.ask(find, lambda hits: self._show(text, hits), self._failed, doing="搜索")

    def _show(self, text: str, hits: list[Hit]) -> None:
        self.list.clear()
        known = [hit for hit in hits if hit.kind in KIND_ICONS]
        for hit in known:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, hit)
            row = HitRow(hit, text)
            item.setSizeHint(row.sizeHint())
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{hit.title} {hit.snippet}")
            self.list.addItem(item)
            self.list.setItemWidget(item, row)
        self.list.setVisible(bool(known))
        self.list.setCurrentRow(0)
        self._words.setVisible(not known)
        if not known:
            self._words.setText(f"没有找到“{text}”。可以试试名称中的两个字、统一社会信用代码或拼音首字母。")
        self._fit(len(known))

    def _failed(self, error: KnownError) -> None:
        self.list.hide()
        self._words.setText(error.zh)
        self._words.show()
        self._fit(0)

    def _fit(self, rows: int) -> None:
        corner = self._field.mapTo(self._over, self._field.rect().bottomLeft())
        width = max(self._field.width(), 560)
        height = min(rows, 7) * (sizes().row + 12) + 20 if rows else 84
        self.setGeometry(corner.x(), corner.y() + 6, width, height)
        self.show()
        self.raise_()

    def shut(self) -> None:
        """Close and forget the question under way."""
        self._pause.stop()
        self._latest.drop()
        self.hide()

    def _open(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            hit = item.data(Qt.ItemDataRole.UserRole)
            self._field.clear()
            self.shut()
            self.opened.emit(hit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that choose from the field."""
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and self.isVisible() and self.list.count():
                step = 1 if key == Qt.Key.Key_Down else -1
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.isVisible():
                self._open()
                return True
            if key == Qt.Key.Key_Escape:
                self._field.clear()
                self.shut()
                return True
        if watched is self._field and event.type() == QEvent.Type.FocusOut and not self.underMouse():
            self.hide()
        return super().eventFilter(watched, event)
