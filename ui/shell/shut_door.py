"""What shows when a kit is there and can't be opened: why, that nothing was changed, and another try."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.shell.login import brand_side
from ui.style.buttons import Button
from ui.style.surfaces import Notice
from ui.style.words import secondary, set_look, title


class ShutDoor(QWidget):
    """A damaged kit is never taken for no kit: nothing here makes a new one.

    Args:
        error: why it can't be opened.

    Signals:
        again: 再试一次 was pressed.
    """

    again = Signal()

    def __init__(self, error: KnownError) -> None:
        super().__init__()
        self.setWindowTitle("移动执法箱 · 打不开")
        set_look(self, role="page")
        self.resize(1040, 640)
        halves = QHBoxLayout(self)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(brand_side(), 9)
        right = QWidget()
        set_look(right, role="clear")
        halves.addWidget(right, 11)
        column = QVBoxLayout(right)
        column.setContentsMargins(48, 40, 48, 40)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(title("打不开执法箱"))
        self.notice = Notice()
        self.notice.fail(error)
        column.addWidget(self.notice)
        column.addWidget(secondary("没有改动任何数据。请不要删除执法箱的文件夹，也不要在原处重新开通。"))
        again = Button("再试一次", "primary", "refresh-cw", main=True)
        again.clicked.connect(self.again)
        column.addSpacing(8)
        column.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(2)
