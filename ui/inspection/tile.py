"""A large tile that is pressed to confirm something: title, the words read aloud, and the state as icon and word."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui.style.icons import pixmap
from ui.style.tokens import current_theme, sizes, type_scale

_EDGE = 14
_ICON = 28


class Tile(QAbstractButton):
    """A checkable tile as high as its words need.

    Args:
        name: accessible name and title.
        said: the words behind it, shown smaller.
        asks: what the tile says before it is pressed; `told` after.
    """

    def __init__(self, name: str, said: str, asks: str, told: str) -> None:
        super().__init__()
        self._title, self._said, self._asks, self._told = name, said, asks, told
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, said: str) -> None:
        """Change the words behind the tile."""
        if said != self._said:
            self._said = said
            self.updateGeometry()
            self.update()

    def _fonts(self) -> tuple[QFont, QFont]:
        title, small = QFont(self.font()), QFont(self.font())
        title.setPixelSize(type_scale().section)
        small.setPixelSize(type_scale().secondary)
        return title, small

    def _text_height(self, width: int) -> int:
        metrics = QFontMetrics(self._fonts()[1])
        room = QRect(0, 0, max(80, width - 2 * _EDGE - _ICON - 10), 10_000)
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._said).height()

    def hasHeightForWidth(self) -> bool:  # noqa: D102
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        return max(96, 26 + self._text_height(width) + 22 + 2 * _EDGE + 10)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(320, self.heightForWidth(320))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(240, 96)

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
        ground = "ok-soft" if self.isChecked() else "raised" if self.underMouse() and self.isEnabled() else "surface"
        edge = "focus" if self.hasFocus() else "ok" if self.isChecked() else "edge"
        painter.setBrush(theme.colour(ground))
        painter.setPen(QPen(theme.colour(edge), 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), size.radius, size.radius)
        token = "ok" if self.isChecked() else "ink-quiet"
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(_EDGE, _EDGE, pixmap("circle-check" if self.isChecked() else "circle", token, _ICON, ratio))
        left, width = _EDGE + _ICON + 10, self.width() - 2 * _EDGE - _ICON - 10
        title, small = self._fonts()
        painter.setFont(title)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRect(left, _EDGE, width, 28), Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setFont(small)
        painter.setPen(theme.colour("ink-quiet"))
        said = QRect(left, _EDGE + 32, width, self.height() - 2 * _EDGE - 56)
        painter.drawText(said, Qt.TextFlag.TextWordWrap, self._said)
        painter.setPen(theme.colour("ok" if self.isChecked() else "accent"))
        state = QRect(left, self.height() - _EDGE - 20, width, 20)
        painter.drawText(state, Qt.AlignmentFlag.AlignVCenter, self._told if self.isChecked() else self._asks)
        painter.end()
