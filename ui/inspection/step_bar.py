"""The six steps across the top: free to move between, each with its state as icon and word."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from ui.inspection.steps import STEPS, Mark, StepId
from ui.style.icons import pixmap
from ui.style.tokens import current_theme, sizes, type_scale

MARKS: dict[Mark, tuple[str, str, str]] = {
    "done": ("circle-check", "ok", "已完成"),
    "open": ("circle", "ink-quiet", "未完成"),
    "needs": ("circle-alert", "warn", "待处理"),
}
"""Mark → icon, token and word."""
HEIGHT = 60


class StepButton(QAbstractButton):
    """One step: title, state icon and word, underlined while it shows."""

    def __init__(self, index: int, title: str) -> None:
        super().__init__()
        self._index, self._title = index, title
        self._mark: Mark = "open"
        self.setCheckable(True)
        self.setAccessibleName(f"步骤：{title}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_mark("open")

    def show_mark(self, mark: Mark) -> None:
        """Show a state."""
        self._mark = mark
        self.setAccessibleDescription(MARKS[mark][2])
        self.setToolTip(f"{self._title}：{MARKS[mark][2]}（Ctrl+{self._index}）")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102 - Qt's
        return QSize(150, HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102 - Qt's
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102 - Qt's
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102 - Qt's
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102 - Qt's
        theme, scale, size = current_theme(), type_scale(), sizes()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = self.rect().adjusted(2, 2, -2, -2)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent-soft" if self.isChecked() else "raised"))
            painter.drawRoundedRect(inner, size.radius, size.radius)
        icon, token, word = MARKS[self._mark]
        if self.isChecked() and self._mark == "open":
            icon, token, word = "circle-dot", "accent", "进行中"
        left = inner.left() + 14
        painter.drawPixmap(QPoint(left, inner.center().y() - 11), pixmap(icon, token, 24, self.devicePixelRatioF()))
        text = QRect(left + 34, inner.top() + 4, inner.width() - 52, inner.height() - 8)
        font = self.font()
        font.setPixelSize(scale.body)
        painter.setFont(font)
        painter.setPen(theme.colour("accent" if self.isChecked() else "ink"))
        painter.drawText(text.adjusted(0, 0, 0, -22), Qt.AlignmentFlag.AlignVCenter, f"{self._index} {self._title}")
        font.setPixelSize(scale.secondary)
        painter.setFont(font)
        painter.setPen(theme.colour(token))
        painter.drawText(text.adjusted(0, 24, 0, 0), Qt.AlignmentFlag.AlignVCenter, word)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRect(inner.left() + 8, inner.bottom() - 2, inner.width() - 16, 3), 1.5, 1.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawRoundedRect(inner, size.radius, size.radius)
        painter.end()


class StepBar(QWidget):
    """All six steps; `chosen` says where the officer wants to go."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("检查步骤")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._buttons: dict[StepId, StepButton] = {}
        for index, (step, title) in enumerate(STEPS, 1):
            button = StepButton(index, title)
            button.clicked.connect(lambda _=False, step=step: self.chosen.emit(step))
            self._buttons[step] = button
            row.addWidget(button)

    def show_step(self, step: StepId) -> None:
        """Mark the step that shows."""
        for name, button in self._buttons.items():
            button.setChecked(name == step)

    def show_marks(self, marks: dict[StepId, Mark]) -> None:
        """Show every step's state."""
        for name, mark in marks.items():
            self._buttons[name].show_mark(mark)
