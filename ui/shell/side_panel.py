"""The panel that comes in from the right over the page: the item, its reason, its action."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from ui.style.buttons import Button
from ui.style.surfaces import Scroll
from ui.style.tokens import sizes
from ui.style.words import ElidedLabel, set_look

MOTION_MS = 120


class SidePanel(QFrame):
    """Floats over its parent's right edge; Esc or × closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_look(self, role="panel")
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(-4, 0)
        shadow.setColor(QColor(0, 0, 0, 60))
        self.setGraphicsEffect(shadow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(24, 0, 8, 0)
        self._title = ElidedLabel("", "section")
        shut = Button("", "quiet", "x", name="关闭侧栏")
        shut.clicked.connect(self.close_panel)
        head.addWidget(self._title, 1)
        head.addWidget(shut)
        column.addLayout(head)
        self._place = QVBoxLayout()
        column.addLayout(self._place, 1)
        self._scroll: Scroll | None = None
        self._motion = QPropertyAnimation(self, b"pos", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        parent.installEventFilter(self)
        self.hide()

    def open_with(self, heading: str, content: QWidget) -> None:
        """Show `content` under a heading; what was there goes."""
        if self._scroll is not None:
            self._scroll.hide()
            self._scroll.deleteLater()
        self._scroll = Scroll(margin=24, ground="surface")
        self._scroll.column.addWidget(content)
        self._scroll.column.addStretch(1)
        self._place.addWidget(self._scroll)
        self._title.set_whole(heading)
        self.setAccessibleName(f"侧栏 {heading}")
        arriving = not self.isVisible()
        self._fit()
        self.show()
        self.raise_()
        if arriving:
            end = self.pos()
            self._motion.setDuration(MOTION_MS if self._may_move() else 0)
            self._motion.setStartValue(end + QPoint(self.width() // 4, 0))
            self._motion.setEndValue(end)
            self._motion.start()

    def close_panel(self) -> None:
        """Close it; `closed` follows."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def moving(self) -> bool:
        """Tell whether it is still coming in."""
        return self._motion.state() == QPropertyAnimation.State.Running

    def _may_move(self) -> bool:
        return bool(self.style().styleHint(self.style().StyleHint.SH_Widget_Animation_Duration, None, self))

    def _fit(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            width = min(sizes().panel, parent.width())
            self.setGeometry(parent.width() - width, 0, width, parent.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the right edge."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._motion.stop()
            self._fit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)
