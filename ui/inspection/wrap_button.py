"""A line that leads somewhere: icon, a sentence that wraps, its source below; pressed like a button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui.style.icons import pixmap
from ui.style.tokens import current_theme, sizes, type_scale

_PAD = 10
_LEFT = 42


class WrapButton(QAbstractButton):
    """A row button as high as its words, never under 48 px."""

    def __init__(self, icon: str, tone: str, text: str, below: str = "", *, name: str = "") -> None:
        super().__init__()
        self._icon, self._tone, self._words, self._below = icon, tone, text, below
        self.setAccessibleName(name or text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _fonts(self) -> tuple[QFont, QFont]:
        body, small = QFont(self.font()), QFont(self.font())
        body.setPixelSize(type_scale().body)
        small.setPixelSize(type_scale().secondary)
        return body, small

    def _heights(self, width: int) -> tuple[int, int]:
        room = QRect(0, 0, max(60, width - _LEFT - _PAD), 10_000)
        body, small = self._fonts()
        words = QFontMetrics(body).boundingRect(room, Qt.TextFlag.TextWordWrap, self._words).height()
        below = QFontMetrics(small).boundingRect(room, Qt.TextFlag.TextWordWrap, self._below).height()
        return words, below if self._below else 0

    def hasHeightForWidth(self) -> bool:  # noqa: D102
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        return max(sizes().target, sum(self._heights(width)) + 2 * _PAD)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(300, self.heightForWidth(300))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(160, sizes().target)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        theme, size = current_theme(), sizes()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setBrush(theme.colour("raised"))
            painter.setPen(QPen(theme.colour("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), size.radius, size.radius)
        painter.drawPixmap(8, _PAD, pixmap(self._icon, self._tone, 24, self.devicePixelRatioF()))
        words, below = self._heights(self.width())
        body, small = self._fonts()
        width = self.width() - _LEFT - _PAD
        painter.setFont(body)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRect(_LEFT, _PAD, width, words), Qt.TextFlag.TextWordWrap, self._words)
        painter.setFont(small)
        painter.setPen(theme.colour("ink-quiet"))
        painter.drawText(QRect(_LEFT, _PAD + words, width, below + 4), Qt.TextFlag.TextWordWrap, self._below)
        painter.end()
