"""One-line and many-line text fields whose undo is the visit's, not the field's own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

_OURS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


def _is_undo(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and any(event.matches(key) for key in _OURS)


class TextLine(QLineEdit):
    """A field of one line.

    Signals:
        typed: the text, when a person changed it (not `show_text`).
        left: the keyboard went elsewhere.
    """

    typed = Signal(str)
    left = Signal()

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self._shown = ""
        self.textChanged.connect(self._changed)

    def show_text(self, text: str) -> None:
        """Show a text that nobody typed here; the cursor stays where it was if the text is the same."""
        if text != self.text():
            self._shown = text
            self.setText(text)
            if not self.hasFocus():
                self.setCursorPosition(0)
        self._shown = text

    def _changed(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            self.typed.emit(text)

    def event(self, event: QEvent) -> bool:  # noqa: D102 - Qt's
        if event.type() == QEvent.Type.ShortcutOverride and _is_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102 - Qt's
        super().focusOutEvent(event)
        self.left.emit()


class TextBlock(QPlainTextEdit):
    """A field of many lines that grows with its text; signals as `TextLine`."""

    typed = Signal(str)
    left = Signal()

    def __init__(self, name: str, placeholder: str = "", *, rows: int = 3, most: int = 14) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self._rows, self._most = rows, most
        self._shown = ""
        self.textChanged.connect(self._changed)
        self._fit()

    def show_text(self, text: str) -> None:
        """Show a text that nobody typed here."""
        if text != self.toPlainText():
            self._shown = text
            self.setPlainText(text)
        self._shown = text
        self._fit()

    def _changed(self) -> None:
        self._fit()
        text = self.toPlainText()
        if text != self._shown:
            self._shown = text
            self.typed.emit(text)

    def _fit(self) -> None:
        lines = max(self._rows, min(self._most, int(self.document().size().height()) + 1))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 28)

    def event(self, event: QEvent) -> bool:  # noqa: D102 - Qt's
        if event.type() == QEvent.Type.ShortcutOverride and _is_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102 - Qt's
        if _is_undo(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102 - Qt's
        super().focusOutEvent(event)
        self.left.emit()
