"""Buttons: primary, secondary, quiet, danger, big choices and filters; each with an accessible name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui.style.icons import icon as make_icon
from ui.style.tokens import sizes
from ui.style.words import set_look

_GAP = 6
"""px between icon and word, on top of Qt's 4."""

Role = Literal["primary", "secondary", "quiet", "danger", "choice", "filter", "option", "link", "chip", "rail", "row"]


class Button(QPushButton):
    """A button that says a verb.

    Args:
        text: what it does, in the trade's words.
        role: how it looks; "primary" is the page's one main action.
        icon: name of a file in `resources/icons`, tinted with the theme.
        main: 56 px instead of 48: the two main actions of a step.
        name: accessible name, when it must say more than the text.
    """

    def __init__(
        self, text: str, role: Role = "secondary", icon: str = "", *, main: bool = False, name: str = ""
    ) -> None:
        super().__init__(text)
        self._icon_name = icon
        self._tint = ""
        set_look(self, role=role, main=main)
        self.setAccessibleName(name or text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumWidth(sizes().target)
        self.setAutoDefault(False)
        self.toggled.connect(self._tint_icon)
        self._tint_icon()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._tint_icon()

    def set_tone(self, tone: str) -> None:
        """Say ok, warn or danger by colour too (the words say it first)."""
        set_look(self, tone=tone)
        self._tint_icon()

    def _token(self) -> str:
        role, tone = self.property("role"), self.property("tone") or ""
        if role == "primary" or (role == "choice" and self.isChecked()):
            return "accent-ink"
        if role in {"quiet", "link"} or (role in {"filter", "rail", "option"} and self.isChecked()):
            return "accent"
        if role == "danger":
            return "danger"
        return tone if tone in {"ok", "warn", "danger", "info"} else "ink"

    def _tint_icon(self) -> None:
        if self._icon_name:
            gap = _GAP if self.text() else 0
            self.setIconSize(QSize(sizes().icon + gap, sizes().icon))
            self.setIcon(make_icon(self._icon_name, self._token(), gap=gap))

    def setText(self, text: str) -> None:
        """Show another word; the icon keeps its distance."""
        changed = bool(text) != bool(self.text())
        super().setText(text)
        if changed:
            self._tint_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon anew when the theme changes."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint_icon()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button, as the officer expects, not only Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.isEnabled():
            self.click()
        else:
            super().keyPressEvent(event)


class Choices(QWidget):
    """Equal big buttons of which one, or none, is chosen; nothing is chosen before someone chooses.

    Args:
        name: what is asked; part of each button's accessible name ("回避：申请").
        options: (value, text, tone) each; tone "" | warn | danger | quiet colours the chosen state.
        compact: 48 px instead of 64.
    """

    chosen = Signal(str)

    def __init__(
        self, name: str, options: Sequence[tuple[str, str, str]], *, compact: bool = False, value: str | None = None
    ) -> None:
        super().__init__()
        set_look(self, role="clear")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, Button] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(sizes().grid)
        for key, text, tone in options:
            button = Button(text, "choice", name=f"{name}：{text}")
            set_look(button, tone=tone, compact=compact)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
        self.set_value(value)

    def value(self) -> str | None:
        """Return the chosen value, or None."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), None)

    def set_value(self, value: str | None) -> None:
        """Choose without telling anyone; None leaves nothing chosen."""
        self._group.setExclusive(False)
        for key, button in self._buttons.items():
            button.setChecked(key == value)
        self._group.setExclusive(True)
