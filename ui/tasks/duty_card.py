"""出勤 and 收勤 on 今日: one clear control, what is recorded meanwhile and who sees it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout

from fieldkit.errors import KnownError
from ui.bridge import Ticket
from ui.shell.session import Session
from ui.shell.when import moment
from ui.style.buttons import Button
from ui.style.surfaces import Card, Notice
from ui.style.words import Tag, body, secondary

COUNT_MS = 10_000
"""The count of positions on screen is brought up to date so often."""


class DutyCard(Card):
    """The officer's own duty."""

    def __init__(self, session: Session) -> None:
        super().__init__("出勤")
        self._session = session
        self._tag = Tag("")
        self.column.addWidget(self._tag)
        self._words = body("")
        self.column.addWidget(self._words)
        self._notice = Notice()
        self.column.addWidget(self._notice)
        row = QHBoxLayout()
        row.setSpacing(8)
        duty = session.duty
        self.begin = self._button("开始出勤", "map-pin", lambda _: duty.begin())
        self.go_on = self._button("继续出勤", "play", lambda _: duty.go_on())
        self.end = self._button("收勤", "check", lambda _: duty.end())
        for button in (self.begin, self.go_on, self.end):
            row.addWidget(button)
        self.column.addLayout(row)
        self.column.addWidget(
            secondary("只在出勤到收勤之间记录轨迹；本机上只有本人能看到，收勤后上传，随检查给负责人看。")
        )
        self._timer = QTimer(self)
        self._timer.setInterval(COUNT_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def refresh(self) -> None:
        """Show how duty stands; reads memory only."""
        state = self._session.duty.state
        since = moment(state.since, self._session.clock.now().at) if state.since is not None else ""
        if state.status == "off":
            self._tag.say("没有出勤", "", "circle")
            words = "现在不记录轨迹。"
        elif state.status == "on":
            self._tag.say("出勤中", "ok", "circle-check")
            words = f"{since} 起，轨迹已记 {state.fixes} 个点。{self._receiver_words()}"
        else:
            self._tag.say("上次没有收勤", "warn", "triangle-alert")
            words = f"{since} 出勤，之后关了机或换了人；已记的 {state.fixes} 个点都在。现在没有记录，请选择继续或收勤。"
        self._words.setText(words)
        self._words.setAccessibleName(f"出勤状态：{'没有出勤' if state.status == 'off' else words}")
        self.begin.setVisible(state.status == "off")
        self.go_on.setVisible(state.status == "interrupted")
        self.end.setVisible(state.status != "off")

    def _receiver_words(self) -> str:
        status = next(one for one in self._session.devices.statuses if one.kind == "receiver")
        return "" if status.state == "ready" else f"定位接收机：{status.words_zh}，现在没有新的点。"

    def _button(self, text: str, icon: str, act: Callable[[Ticket], object]) -> Button:
        button = Button(text, "primary" if text == "继续出勤" else "secondary", icon)

        def press() -> None:
            self._notice.hide()
            button.setEnabled(False)
            job = self._session.bridge.run(act, self, lambda result: self._done(text, result), self._failed, doing=text)
            job.ended.connect(lambda: button.setEnabled(True))

        button.clicked.connect(press)
        return button

    def _done(self, text: str, result: object) -> None:
        self.refresh()
        if text == "收勤":
            told = f"轨迹 {result} 个点，已排队上传。" if result else "这次没有收到定位，没有轨迹可传。"
            self._notice.tell("ok" if result else "info", f"已收勤。{told}")

    def _failed(self, error: KnownError) -> None:
        self.refresh()
        self._notice.fail(error)
