"""Editors of single values, one for each simple field type of a form; all speak through `changed` and `show_value`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.instruments.forms import Field
from ui.inspection.text_line import TextBlock, TextLine
from ui.style.buttons import Choices


class ValueEditor(QWidget):
    """An editor of one value.

    Signals:
        changed: the new value, when a person changed it.
        left: the keyboard went elsewhere.
        complained: what is wrong with what was typed, empty when nothing is.
    """

    changed = Signal(object)
    left = Signal()
    complained = Signal(str)

    def __init_subclass__(cls, **more: Any) -> None:
        """Refuse an editor that can't show a value when it is defined; Qt's metaclass allows no ABC."""
        super().__init_subclass__(**more)
        if cls.show_value is ValueEditor.show_value:
            raise TypeError(f"{cls.__name__} does not say how a value is shown")

    @abstractmethod
    def show_value(self, value: Any) -> None:
        """Show a value that nobody typed here."""

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard."""
        return self


class TextEditor(ValueEditor):
    """text, phone, code and number: one line. A number is kept as int where it is one."""

    def __init__(self, field: Field, name: str = "") -> None:
        super().__init__()
        self._number = field.type == "number"
        self.line = TextLine(name or field.label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)
        if self._number:
            self.line.setMaximumWidth(140)
            row.addStretch(1)
        self.line.typed.connect(self._typed)
        self.line.left.connect(self.left)

    def _typed(self, text: str) -> None:
        if self._number:
            plain = text.strip()
            self.changed.emit(int(plain) if plain.isascii() and plain.isdigit() else plain or None)
        else:
            self.changed.emit(text)

    def show_value(self, value: Any) -> None:  # noqa: D102
        text = "" if value is None else str(value)
        if not (self._number and self.line.text().strip() == text):
            self.line.show_text(text)

    def focus_target(self) -> QWidget:  # noqa: D102
        return self.line


class LongTextEditor(ValueEditor):
    """long_text: paragraphs."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.block = TextBlock(field.label, rows=8, most=24)
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.block)
        self.block.typed.connect(self.changed.emit)
        self.block.left.connect(self.left)

    def show_value(self, value: Any) -> None:  # noqa: D102
        self.block.show_text("" if value is None else str(value))

    def focus_target(self) -> QWidget:  # noqa: D102
        return self.block


class ChoiceEditor(ValueEditor):
    """choice: equal buttons, none chosen before someone chooses."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        options = [(choice.id, choice.label, "") for choice in field.choices]
        self.choices = Choices(field.label, options, compact=True)
        _hold(self, self.choices)
        self.choices.chosen.connect(self._chosen)

    def _chosen(self, value: str) -> None:
        self.changed.emit(value)
        self.left.emit()

    def show_value(self, value: Any) -> None:  # noqa: D102
        self.choices.set_value(value if isinstance(value, str) else None)


class ConfirmEditor(ValueEditor):
    """confirm: 是 or 否, neither before someone says so."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.choices = Choices(field.label, [("yes", "是", ""), ("no", "否", "quiet")], compact=True)
        self.choices.setMaximumWidth(280)
        _hold(self, self.choices)
        self.choices.chosen.connect(self._chosen)

    def _chosen(self, value: str) -> None:
        self.changed.emit(value == "yes")
        self.left.emit()

    def show_value(self, value: Any) -> None:  # noqa: D102
        self.choices.set_value({True: "yes", False: "no"}.get(value) if isinstance(value, bool) else None)


def _hold(editor: QWidget, inner: QWidget) -> None:
    row = QHBoxLayout(editor)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(inner, 1)
    if inner.maximumSize().width() < QSize(16777215, 0).width():
        row.addStretch(1)
