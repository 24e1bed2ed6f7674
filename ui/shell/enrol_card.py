"""Making a real county's kit: the administrator's code, who one is at the backend, and the first sync."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from fieldkit.errors import KnownError
from ui.bridge import Bridge, Job, Ticket
from ui.shell.password_field import PasswordField
from ui.style.buttons import Button
from ui.style.surfaces import Card, Notice, Progress
from ui.style.words import body, secondary

Enrol = Callable[[Ticket, str, str, str], KnownError | None]
"""Makes the kit from code, officer number and password; returns why the first sync did not end, if it did not."""


class EnrolCard(Card):
    """The form. The code is spent once; a wrong password lets one try again.

    Signals:
        made: a kit is there now.
    """

    made = Signal()

    def __init__(self, bridge: Bridge, enrol: Enrol) -> None:
        super().__init__("开通正式执法箱")
        self._bridge, self._enrol = bridge, enrol
        self._job: Job | None = None
        self.column.addWidget(body("向县局管理员领取登记码，用您在后台的执法证号和密码开通。"))
        self.code = QLineEdit()
        self.code.setAccessibleName("登记码")
        self.code.setPlaceholderText("登记码 fieldkit://enrol?…")
        self.column.addWidget(self.code)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.number = QLineEdit()
        self.number.setAccessibleName("执法证号")
        self.number.setPlaceholderText("执法证号")
        self.password = PasswordField("密码")
        self.password.line.setPlaceholderText("密码")
        row.addWidget(self.number, 1)
        row.addWidget(self.password, 1)
        self.column.addLayout(row)
        self.notice = Notice()
        self.column.addWidget(self.notice)
        self.progress = Progress()
        self.progress.cancelled.connect(self._cancel)
        self.column.addWidget(self.progress)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        self.button = Button("开通", "secondary", "key-round", name="开通执法箱")
        self.button.clicked.connect(self._start)
        foot.addWidget(self.button)
        foot.addWidget(secondary("登记码只能用一次；开通后取回本县档案。"), 1)
        self.column.addLayout(foot)

    def _start(self) -> None:
        code, number, password = self.code.text().strip(), self.number.text().strip(), self.password.text()
        if not (code and number and password):
            self.notice.tell("info", "请填写登记码、执法证号和密码。", "Fill in code, number and password.")
            return
        self.button.setEnabled(False)
        self.notice.hide()
        self.progress.start("正在登记执法箱", name="取消开通")
        enrol = self._enrol

        def work(ticket: Ticket) -> KnownError | None:
            return enrol(ticket, code, number, password)

        self._job = self._bridge.run(work, self, lambda _: self.made.emit(), self.notice.fail, doing="开通执法箱")
        self._job.progressed.connect(self.progress.step)
        self._job.ended.connect(self._ended)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _ended(self) -> None:
        self._job = None
        self.progress.hide()
        self.button.setEnabled(True)
