"""A password field with a way to look at what was typed and a hint when Caps Lock is on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.style.buttons import Button
from ui.style.words import label, set_look


class _Line(QLineEdit):
    """Hears from each letter whether Caps Lock must be on: Qt has no way to ask the keyboard."""

    caps = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Compare the letter that came with the Shift key that was held."""
        text = event.text()
        if len(text) == 1 and text.isascii() and text.isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps.emit(text.isupper() != shifted)
        elif event.key() == Qt.Key.Key_CapsLock:
            self.caps.emit(False)
        super().keyPressEvent(event)


class PasswordField(QWidget):
    """The field, an eye button, and the Caps Lock hint below."""

    entered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        set_look(self, role="clear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.line = _Line()
        self.line.setAccessibleName(name)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhSensitiveData
        )
        self.line.returnPressed.connect(self.entered)
        self._eye = Button("", "quiet", "eye", name=f"显示{name}")
        self._eye.setCheckable(True)
        self._eye.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._eye.toggled.connect(self._show)
        row.addWidget(self.line, 1)
        row.addWidget(self._eye)
        column.addLayout(row)
        self._hint = label("大写锁定已打开 (Caps Lock is on)", "secondary", "warn")
        self._hint.hide()
        column.addWidget(self._hint)
        self.line.caps.connect(self._hint.setVisible)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        """Return what was typed."""
        return self.line.text()

    def clear(self) -> None:
        """Empty it and hide what was shown."""
        self.line.clear()
        self._eye.setChecked(False)

    def _show(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.set_icon("eye-off" if shown else "eye")
