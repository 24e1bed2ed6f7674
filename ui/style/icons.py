"""Icons: SVG outlines of `resources/icons`, tinted with a token of the running theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from fieldkit.resource import resource
from ui.style.tokens import current_theme, sizes


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf-8")


def pixmap(name: str, tint: str = "ink", size: int | None = None, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture, `size` logical px square, in a token's colour."""
    return _pixmap(name, current_theme().colours[tint], size or sizes().icon, ratio)


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, tint: str = "ink", disabled: str = "ink-quiet", gap: int = 0) -> QIcon:
    """Return a QIcon in the colours of the running theme; make it anew when the theme changes.

    Args:
        name: of a file in `resources/icons`.
        tint: token of its colour.
        disabled: token while its button is disabled.
        gap: px of empty room at its right, since Qt leaves 4 px before a button's word.
    """
    made = QIcon(_with_gap(pixmap(name, tint, sizes().icon, 2.0), gap))
    made.addPixmap(_with_gap(pixmap(name, disabled, sizes().icon, 2.0), gap), QIcon.Mode.Disabled)
    return made


def _with_gap(picture: QPixmap, gap: int) -> QPixmap:
    if not gap:
        return picture
    ratio = picture.devicePixelRatio()
    wide = QPixmap(picture.width() + round(gap * ratio), picture.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(ratio)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


class IconLabel(QWidget):
    """A picture beside a word; follows the theme by itself. It has no accessible name: the word has."""

    def __init__(self, name: str, tint: str = "ink", size: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tint, self._size = name, tint, size or sizes().icon
        self.setFixedSize(self._size, self._size)

    def show_icon(self, name: str, tint: str) -> None:
        """Change picture and colour."""
        if (name, tint) != (self._name, self._tint):
            self._name, self._tint = name, tint
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, pixmap(self._name, self._tint, self._size, self.devicePixelRatioF()))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Draw it anew in the new theme."""
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self.update()
        super().changeEvent(event)
