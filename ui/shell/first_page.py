"""What shows when there is no kit yet: how to make one, and the demo county for practice at one press."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.bridge import Bridge, Job, Ticket
from ui.shell.enrol_card import Enrol, EnrolCard
from ui.shell.login import brand_side
from ui.style.buttons import Button
from ui.style.surfaces import Card, Notice, Progress
from ui.style.words import body, set_look, title


class FirstPage(QWidget):
    """No kit here.

    Args:
        make_demo: makes the demo kit; runs on a worker thread, tells its steps to the ticket.
        enrol: makes a real county's kit, the same way.

    Signals:
        made: a kit is there now.
    """

    made = Signal()

    def __init__(self, bridge: Bridge, make_demo: Callable[[Ticket], None], enrol: Enrol) -> None:
        super().__init__()
        self._bridge, self._make_demo = bridge, make_demo
        self._job: Job | None = None
        self.setWindowTitle("移动执法箱")
        set_look(self, role="page")
        self.resize(1040, 680)
        halves = QHBoxLayout(self)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(brand_side(), 9)
        right = QWidget()
        set_look(right, role="clear")
        halves.addWidget(right, 11)
        column = QVBoxLayout(right)
        column.setContentsMargins(40, 40, 40, 40)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(title("这台电脑还没有执法箱数据"))
        self.enrol = EnrolCard(bridge, enrol)
        self.enrol.made.connect(self.made)
        column.addWidget(self.enrol)
        practice = Card("先练习")
        practice.column.addWidget(body("打开演示县：虚构的 443 家企业、任务和历次检查，全部标明演示数据。"))
        self.notice = Notice()
        practice.column.addWidget(self.notice)
        self.progress = Progress()
        self.progress.cancelled.connect(self._cancel)
        practice.column.addWidget(self.progress)
        row = QHBoxLayout()
        self.demo = Button("打开演示县", "primary", "play")
        self.demo.clicked.connect(self._start)
        row.addWidget(self.demo)
        row.addStretch(1)
        practice.column.addLayout(row)
        column.addWidget(practice)
        column.addStretch(2)

    def _start(self) -> None:
        self.demo.setEnabled(False)
        self.notice.hide()
        self.progress.start("正在准备演示县，约需半分钟", name="取消准备演示县")
        self._job = self._bridge.run(
            self._make_demo, self, lambda _: self.made.emit(), self._failed, doing="准备演示县"
        )
        self._job.progressed.connect(self.progress.step)
        self._job.ended.connect(self._ended)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _failed(self, error: KnownError) -> None:
        self.notice.fail(error)

    def _ended(self) -> None:
        self._job = None
        self.progress.hide()
        self.demo.setEnabled(True)
