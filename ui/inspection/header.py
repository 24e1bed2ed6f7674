"""The visit's head: whom it concerns, its number, what is on disk, undo and redo."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.inspection.autosave import SaveState
from ui.inspection.finishing import Fate
from ui.inspection.session import VisitSession, shown_time
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.tokens import sizes
from ui.style.words import ElidedLabel, Tag, label, set_look


class SaveLight(QWidget):
    """已保存 14:03:22, 正在保存, or 未保存 with the reason: never "saved" before the replica returned."""

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._icon = IconLabel("circle-check", "ok", 20)
        self._words = label("", "secondary")
        row.addWidget(self._icon)
        row.addWidget(self._words)
        self.setMinimumWidth(136)
        self.show_state(SaveState("saved"))

    def show_state(self, saved: SaveState, fate: Fate | None = None) -> None:
        """Show what is on disk, or where the final visit stands."""
        if fate is not None:
            icon, tone, words = fate.icon, fate.tone, fate.short
        elif saved.state == "failed":
            icon, tone, words = "octagon-alert", "danger", f"未保存：{saved.why}"
        elif saved.state == "dirty":
            icon, tone, words = "circle-dot", "ink-quiet", "正在保存…"
        else:
            icon, tone, words = "circle-check", "ok", f"已保存 {shown_time(saved.at)}" if saved.at else "已保存"
        self._icon.show_icon(icon, tone)
        set_look(self._words, tone="danger" if tone == "danger" else "")
        self._words.setText(words if len(words) <= 40 else f"{words[:39]}…")
        self.setToolTip(words)
        self.setAccessibleName(f"保存状态：{words}")


class VisitHeader(QWidget):
    """One line above the steps."""

    undo = Signal()
    redo = Signal()

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        set_look(self, role="clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        name = ElidedLabel(session.visit.enterprise_name, "title")
        row.addWidget(name, 1)
        if session.task is not None:
            row.addWidget(Tag(session.task.kind, "info", "clipboard-list"))
        if session.visit.demo:
            row.addWidget(Tag("演示数据", "", "flask-conical"))
        number = label(session.visit.number, "secondary", selectable=True)
        number.setAccessibleName("检查编号")
        row.addWidget(number)
        self._light = SaveLight()
        row.addWidget(self._light)
        self._undo = Button("撤销", "quiet", "undo-2")
        self._undo.clicked.connect(self.undo)
        self._redo = Button("", "quiet", "redo-2", name="重做")
        self._redo.clicked.connect(self.redo)
        self._redo.setMaximumWidth(sizes().target)
        row.addWidget(self._undo)
        row.addWidget(self._redo)

    def refresh(self, session: VisitSession) -> None:
        """Show what is on disk and what can be undone."""
        self._light.show_state(session.saved, session.finishing.fate if session.final else None)
        self._undo.setEnabled(bool(session.undoable))
        self._undo.setToolTip(f"撤销：{session.undoable}（Ctrl+Z）" if session.undoable else "没有可撤销的操作")
        self._redo.setEnabled(bool(session.redoable))
        self._redo.setToolTip(f"重做：{session.redoable}（Ctrl+Shift+Z）" if session.redoable else "没有可重做的操作")
