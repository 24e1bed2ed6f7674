"""A row of small widgets that goes on in the next line when there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.style.words import set_look


class Flow(QWidget):
    """Lays its children out left to right, wrapping; as high as its lines need."""

    def __init__(self, gap: int = 8) -> None:
        super().__init__()
        set_look(self, role="clear")
        self._gap = gap
        self._parts: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, part: QWidget) -> None:
        """Append a widget."""
        part.setParent(self)
        part.show()
        self._parts.append(part)
        self.updateGeometry()
        self._lay(self.width(), move=True)

    def clear(self) -> None:
        """Let all go."""
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = []
        self.updateGeometry()

    def _lay(self, width: int, *, move: bool) -> int:
        x = y = line = 0
        for part in self._parts:
            hint = part.sizeHint()
            if x and x + hint.width() > width:
                x, y, line = 0, y + line + self._gap, 0
            if move:
                part.setGeometry(x, y, min(hint.width(), max(width, 1)), hint.height())
            x += hint.width() + self._gap
            line = max(line, hint.height())
        return y + line

    def heightForWidth(self, width: int) -> int:
        """Return the height that all lines need."""
        return self._lay(width, move=False)

    def sizeHint(self) -> QSize:
        """Return one line's size."""
        width = sum(part.sizeHint().width() + self._gap for part in self._parts)
        return QSize(width, self._lay(max(self.width(), 200), move=False))

    def minimumSizeHint(self) -> QSize:
        """Return the least size."""
        return QSize(100, self._lay(max(self.width(), 200), move=False))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._lay(self.width(), move=True)
        self.updateGeometry()
        super().resizeEvent(event)
