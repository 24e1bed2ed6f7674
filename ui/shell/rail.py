"""The left rail: the menus that are built, and sync, devices and settings at its foot; folds to icons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout

from ui.shell.places import PlaceName
from ui.style.buttons import Button
from ui.style.tokens import sizes
from ui.style.words import rule, set_look

MENUS: tuple[tuple[PlaceName, str, str], ...] = (
    ("today", "今日", "house"),
    ("tasks", "任务管理", "list-checks"),
    ("archives", "一源一档", "archive"),
    ("visits", "执法检查", "clipboard-check"),
)
FOOT: tuple[tuple[PlaceName, str, str], ...] = (
    ("sync", "同步", "refresh-cw"),
    ("devices", "设备", "printer"),
    ("settings", "设置", "settings"),
)


class Rail(QFrame):
    """Says where one is and takes one elsewhere.

    Signals:
        chosen: the PlaceName of an entry that was pressed.
        fold_toggled: whether the officer wants it folded.
    """

    chosen = Signal(str)
    fold_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="rail")
        self.setAccessibleName("主菜单")
        self._group = QButtonGroup(self)
        self._buttons: dict[PlaceName, Button] = {}
        self._texts: dict[PlaceName, str] = {}
        self._counts: dict[PlaceName, int] = {}
        self._folded = False
        self._forced = False
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 12)
        column.setSpacing(4)
        for name, text, icon in MENUS:
            column.addWidget(self._entry(name, text, icon))
        column.addStretch(1)
        column.addWidget(rule())
        column.addSpacing(4)
        for name, text, icon in FOOT:
            column.addWidget(self._entry(name, text, icon))
        self._fold = Button("收起", "rail", "chevron-left", name="收起菜单")
        self._fold.clicked.connect(lambda: self.fold_toggled.emit(not self._folded))
        column.addWidget(self._fold)
        self._show()

    def _entry(self, name: PlaceName, text: str, icon: str) -> Button:
        button = Button(text, "rail", icon, name=f"菜单 {text}")
        button.setCheckable(True)
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        self._texts[name] = text
        return button

    def mark(self, name: PlaceName) -> None:
        """Mark the entry one is under."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def count(self, name: PlaceName, number: int) -> None:
        """Show how many things wait under an entry; 0 shows none."""
        self._counts[name] = number
        self._show()

    def fold(self, folded: bool, *, forced: bool = False) -> None:
        """Show icons alone, or icons and words; when the window is narrow it is forced."""
        self._folded, self._forced = folded or forced, forced
        self._show()

    def _show(self) -> None:
        self.setFixedWidth(sizes().rail_folded if self._folded else sizes().rail)
        for name, button in self._buttons.items():
            number = self._counts.get(name, 0)
            text = f"{self._texts[name]}  {number}" if number else self._texts[name]
            button.setText("" if self._folded else text)
            button.setToolTip(text if self._folded else "")
            button.setAccessibleDescription(f"{number} 项" if number else "")
        self._fold.setText("" if self._folded else "收起")
        self._fold.set_icon("chevron-right" if self._folded else "chevron-left")
        self._fold.setAccessibleName("展开菜单" if self._folded else "收起菜单")
        self._fold.setVisible(not self._forced)
