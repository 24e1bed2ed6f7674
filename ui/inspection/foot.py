"""The foot of a step: one main action, and what is still missing for it, each a way to the place."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy

from ui.inspection.steps import Missing
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.words import ElidedLabel, set_look

_ICONS = {"ok": "circle-check", "info": "info", "warn": "circle-alert"}
HEIGHT = 74


class Foot(QFrame):
    """What is missing at the left, the step's main action at the right."""

    acted = Signal()
    went = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="footbar")
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(12)
        self._icon = IconLabel("circle-check", "ok")
        self._words = ElidedLabel("", "body")
        self._first = Button("", "secondary", "arrow-right", name="去补第一项")
        self._first.clicked.connect(self._go_first)
        self._all = Button("全部", "quiet", "chevron-up", name="全部缺项")
        self._all.clicked.connect(self._show_all)
        self._action = Button("", "primary", main=True)
        self._action.setMinimumWidth(200)
        self._action.clicked.connect(self.acted)
        for fixed in (self._first, self._all, self._action):
            fixed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for widget, stretch in ((self._icon, 0), (self._words, 1), (self._first, 0), (self._all, 0), (self._action, 0)):
            row.addWidget(widget, stretch)
        self._missing: tuple[Missing, ...] = ()

    def show_missing(self, missing: tuple[Missing, ...], ready: str, tone: str = "ok") -> None:
        """Show what is missing, or `ready` in its tone if nothing is."""
        self._missing = missing
        tone = "warn" if missing else tone
        self._icon.show_icon(_ICONS[tone], tone)
        if missing:
            self._words.set_whole(f"还差 {len(missing)} 项：{'；'.join(item.text for item in missing[:4])}")
        else:
            self._words.set_whole(ready)
        self._first.setVisible(bool(missing))
        self._first.setText("去补" if len(missing) == 1 else "去补第一项")
        self._all.setVisible(len(missing) > 1)

    def show_action(self, text: str, icon: str, *, enabled: bool, main: bool = True) -> None:
        """Show the step's main action; a quiet look where it only moves on while something is missing."""
        self._action.setVisible(bool(text))
        self._action.setText(text)
        self._action.setAccessibleName(text)
        self._action.set_icon(icon)
        self._action.setEnabled(enabled)
        set_look(self._action, role="primary" if main else "secondary")
        self._action.set_icon(icon)

    def press(self) -> None:
        """Do the main action from the keyboard."""
        if self._action.isEnabled() and self._action.isVisible():
            self._action.click()

    def _go_first(self) -> None:
        if self._missing:
            self.went.emit(self._missing[0])

    def _show_all(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("缺项")
        for item in self._missing:
            menu.addAction(item.text).triggered.connect(lambda _=False, item=item: self.went.emit(item))
        menu.popup(self._all.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
