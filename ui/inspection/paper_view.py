"""A sheet of paper on screen: a page's picture fitted into its place, with a quiet frame while it comes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.inspection.pages_preview import PagePicture
from ui.style.tokens import current_theme


def to_image(picture: PagePicture) -> QImage:
    """Return a rasterised page as an image that owns its bytes."""
    made = QImage(picture.rgb, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    return made.copy()


class PaperView(QWidget):
    """One page, as large as its place allows.

    Signals:
        pressed: someone wants to look closer.
    """

    pressed = Signal()

    def __init__(self, name: str, waits: str = "") -> None:
        super().__init__()
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        self._waits = waits
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 84)

    def show_image(self, image: QImage | None, waits: str = "") -> None:
        """Show a page, or say why there is none."""
        self._image, self._scaled, self._waits = image, None, waits
        self.update()

    def has_image(self) -> bool:
        """Return whether a page shows."""
        return self._image is not None

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(210, 297)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        theme = current_theme()
        painter = QPainter(self)
        if self._image is None:
            size = QSize(210, 297).scaled(self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio)
        else:
            size = self._image.size().scaled(self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect((self.width() - size.width()) // 2, 0, size.width(), size.height())
        painter.fillRect(place, Qt.GlobalColor.white if self._image is not None else theme.colour("raised"))
        if self._image is not None:
            ratio = self.devicePixelRatioF()
            wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
            if self._scaled is None or self._scaled.size() != wanted:
                self._scaled = self._image.scaled(
                    wanted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            painter.drawImage(place, self._scaled)
        else:
            painter.setPen(theme.colour("ink-quiet"))
            painter.drawText(
                place.adjusted(8, 8, -8, -8), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._waits
            )
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(place)
        painter.end()
