"""The log-in window: who are you, and the password that opens this kit; loads nothing it does not need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit import __version__
from fieldkit.access import keys as kit_keys
from fieldkit.errors import KnownError, LockedOut
from ui.bridge import Bridge, Ticket
from ui.shell.password_field import PasswordField
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.surfaces import Notice, Progress
from ui.style.words import body, label, secondary, set_look, title

if TYPE_CHECKING:
    from fieldkit.access.keys import Keys

MANY = 4
"""More officers than this are chosen from a list instead of buttons."""


def brand_side() -> QFrame:
    """Return the calm left half that the log-in and the first page share."""
    side = QFrame()
    set_look(side, role="brand")
    column = QVBoxLayout(side)
    column.setContentsMargins(56, 56, 40, 40)
    column.setSpacing(12)
    column.addWidget(IconLabel("briefcase", "accent-ink", 48))
    column.addSpacing(8)
    name = title("移动执法箱")
    set_look(name, role="brandname")
    column.addWidget(name)
    for line in ("一次到场，把案卷办齐。", "没有网络也能查档、做笔录、打印签字、扫描归档；有网络时自动上传。"):
        words = body(line)
        set_look(words, role="brandwords")
        column.addWidget(words)
    column.addStretch(1)
    foot = label(f"版本 {__version__}", "brandfoot")
    column.addWidget(foot)
    return side


class LoginWindow(QWidget):
    """Unlocks a kit.

    Args:
        home: the kit's folder.
        bridge: runs the password's slow check off this thread.

    Signals:
        unlocked: the Keys, the officer's number and the password, which the backend's session needs too.
    """

    unlocked = Signal(object, str, str)

    def __init__(self, home: Path, bridge: Bridge) -> None:
        super().__init__()
        self._home, self._bridge = home, bridge
        self._numbers = kit_keys.officers(home)
        self.setWindowTitle("移动执法箱 · 登录")
        set_look(self, role="page")
        self.resize(1040, 640)
        halves = QHBoxLayout(self)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(brand_side(), 9)
        right = QWidget()
        set_look(right, role="clear")
        halves.addWidget(right, 11)
        centre = QHBoxLayout(right)
        centre.setContentsMargins(48, 40, 48, 40)
        form = QWidget()
        form.setMaximumWidth(440)
        set_look(form, role="clear")
        centre.addStretch(1)
        centre.addWidget(form, 100)
        centre.addStretch(1)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(title("登录"))
        column.addSpacing(12)
        column.addWidget(secondary("执法证号"))
        self._who = self._officer_chooser(column)
        column.addSpacing(12)
        column.addWidget(secondary("密码"))
        self.password = PasswordField("密码")
        column.addWidget(self.password)
        column.addSpacing(8)
        self.notice = Notice()
        column.addWidget(self.notice)
        column.addSpacing(4)
        self.enter = Button("登录", "primary", main=True)
        column.addWidget(self.enter)
        self._progress = Progress()
        column.addWidget(self._progress)
        column.addStretch(2)
        safe = QHBoxLayout()
        safe.addWidget(IconLabel("lock", "ink-quiet", 18))
        safe.addWidget(secondary("本机数据全部加密，密码不保存也无法找回。"), 1)
        column.addLayout(safe)
        self.enter.clicked.connect(self.try_it)
        self.password.entered.connect(self.try_it)
        self.password.line.textEdited.connect(self._typed)
        self._wait_s = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._count_down)
        self.password.setFocus()

    def _officer_chooser(self, column: QVBoxLayout) -> Callable[[], str]:
        if len(self._numbers) > MANY:
            box = QComboBox()
            box.addItems(self._numbers)
            box.setAccessibleName("执法证号")
            column.addWidget(box)
            return box.currentText
        group = QButtonGroup(self)
        for place, number in enumerate(self._numbers):
            button = Button(number, "option", name=f"执法证号 {number}")
            button.setCheckable(True)
            button.toggled.connect(lambda on, button=button: button.set_icon("circle-check" if on else "circle"))
            button.set_icon("circle")
            button.setChecked(place == 0)
            group.addButton(button, place)
            column.addWidget(button)
        group.idClicked.connect(lambda _: self.password.setFocus())
        return lambda: self._numbers[max(group.checkedId(), 0)]

    def officer(self) -> str:
        """Return the number chosen."""
        return self._who()

    def _typed(self) -> None:
        if not self._wait_s:
            self.notice.hide()

    def try_it(self) -> None:
        """Check the password; nothing happens while a check runs or a wait is on."""
        if not self.enter.isEnabled():
            return
        number, password = self.officer(), self.password.text()
        if not password:
            self.notice.tell("info", "请输入密码。", "Type your password.")
            self.password.setFocus()
            return
        self._busy("正在核对…")
        home = self._home

        def check(_: Ticket) -> Keys:
            return kit_keys.unlock(home, number, password)

        self._bridge.run(check, self, lambda keys: self._right(keys, number, password), self._wrong, doing="登录")

    def _busy(self, words: str) -> None:
        self.enter.setEnabled(False)
        self.enter.setText(words)

    def _right(self, keys: Keys, number: str, password: str) -> None:
        self.notice.hide()
        self.password.clear()
        self._busy("正在打开…")
        self.unlocked.emit(keys, number, password)

    def _wrong(self, error: KnownError) -> None:
        self.fail(error)
        self.password.line.selectAll()
        self.password.setFocus()

    def fail(self, error: KnownError) -> None:
        """Show why the kit could not be opened and let the officer try again."""
        self.enter.setText("登录")
        self.enter.setEnabled(True)
        self.notice.fail(error)
        if isinstance(error, LockedOut):
            self._wait_s = int(str(error.details.get("seconds", 1)))
            self._show_wait()
            self._timer.start()

    def _count_down(self) -> None:
        self._wait_s -= 1
        if self._wait_s > 0:
            self._show_wait()
            return
        self._timer.stop()
        self._wait_s = 0
        self.notice.hide()
        self.enter.setText("登录")
        self.enter.setEnabled(True)
        self.password.setFocus()

    def _show_wait(self) -> None:
        self.enter.setEnabled(False)
        self.enter.setText(f"请等待 {self._wait_s} 秒")
