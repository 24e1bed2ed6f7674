"""今日: the next task large, duty, visits to go on with, what waits to sync, which device needs a hand."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from devices.status import DeviceStatus
from fieldkit.errors import KnownError
from fieldkit.model.stamp import local
from fieldkit.model.visit import Visit
from ui.bridge import Latest
from ui.settings.kitdevices import LABELS
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.shell.when import day, moment, weekday
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, EmptyState, Notice, Scroll, clear_layout
from ui.style.words import ElidedLabel, body, label, rule, secondary, section, set_look, title
from ui.tasks.content import TaskLine, Today, distance_m, distance_words, gather, greeting
from ui.tasks.duty_card import DutyCard
from ui.tasks.task_rows import NextTask, TaskRow

ROWS = 6


class TodayPage(Page):
    """What matters this morning."""

    wants = frozenset({"task", "visit", "outbox", "blob", "enterprise", "track"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._latest = Latest(session.bridge, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll()
        whole.addWidget(scroll)
        head = QVBoxLayout()
        head.setSpacing(0)
        self._hello = title("今日")
        self._day = secondary("")
        head.addWidget(self._hello)
        head.addWidget(self._day)
        scroll.column.addLayout(head)
        self._notice = Notice()
        scroll.column.addWidget(self._notice)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        self._tasks, self._side = QVBoxLayout(), QVBoxLayout()
        self._tasks.setSpacing(16)
        self._side.setSpacing(16)
        columns.addLayout(self._tasks, 7)
        side = QWidget()
        set_look(side, role="clear")
        side.setFixedWidth(340)
        side_column = QVBoxLayout(side)
        side_column.setContentsMargins(0, 0, 0, 0)
        self._duty = DutyCard(session)
        side_column.addWidget(self._duty)
        side_column.addSpacing(16)
        side_column.addLayout(self._side)
        side_column.addStretch(1)
        columns.addWidget(side)
        scroll.column.addLayout(columns)
        scroll.column.addStretch(1)
        self._content: Today | None = None
        self._shown: tuple[Today, date] | None = None
        self._head()

    def _head(self) -> None:
        now = local(self._session.clock.now().at)
        self._hello.setText(f"{greeting(now)}，{self._session.officer.name}")
        demo = "　演示数据" if self._session.officer.demo else ""
        self._day.setText(f"{day(now.date())}　{weekday(now.date())}{demo}")

    def refresh(self) -> None:
        """Gather anew."""
        self._duty.refresh()
        replica, squad = self._session.replica, self._session.officer.squad
        self._latest.ask(lambda _: gather(replica, squad), self._show, self._failed, doing="打开今日")

    def _failed(self, error: KnownError) -> None:
        self._notice.fail(error)

    def show_devices(self, _: tuple[DeviceStatus, ...]) -> None:
        """Say which device needs a hand."""
        self._duty.refresh()
        if self._content is not None:
            self._show_side(self._content)

    def _show(self, content: Today) -> None:
        self._notice.hide()
        self._head()
        shown = content, self._session.today()
        if shown == self._shown:
            return
        self._content, self._shown = content, shown
        clear_layout(self._tasks)
        today = self._session.today()
        if not content.lines:
            self._tasks.addWidget(self._no_tasks(content))
        else:
            first, *others = content.lines
            self._tasks.addWidget(NextTask(first, today, self._way(first), self._act, self._look))
            if others:
                card = Card(margin=8)
                card.setAccessibleName("其余任务")
                card.column.setSpacing(0)
                heading = section(f"其余 {len(others)} 项任务")
                heading.setContentsMargins(16, 8, 16, 8)
                card.column.addWidget(heading)
                for line in others[:ROWS]:
                    card.column.addWidget(rule())
                    card.column.addWidget(TaskRow(line, today, self._way(line), self._act, self._look, show_day=False))
                if len(others) > ROWS:
                    more = Button(f"全部 {len(content.lines)} 项任务", "quiet")
                    more.clicked.connect(lambda: self.go.emit(Place("tasks")))
                    card.column.addWidget(more)
                self._tasks.addWidget(card)
        self._tasks.addStretch(1)
        self._show_side(content)

    def _no_tasks(self, content: Today) -> QWidget:
        card = Card()
        if content.enterprises:
            card.column.addWidget(
                EmptyState(
                    "circle-check",
                    "没有待办任务",
                    "下派给本中队的任务同步后出现在这里。也可以从一源一档直接开始检查。",
                    "打开一源一档",
                    lambda: self.go.emit(Place("archives")),
                )
            )
        else:
            card.column.addWidget(
                EmptyState(
                    "refresh-cw",
                    "档案还没有同步到本机",
                    "第一次同步取回全县企业档案和任务，约需一两分钟；之后没有网络也能用。",
                    "去同步",
                    lambda: self.go.emit(Place("sync")),
                )
            )
        return card

    def _way(self, line: TaskLine) -> str:
        return distance_words(
            distance_m(self._session.devices.fix(), line.enterprise.point if line.enterprise else None)
        )

    def _show_side(self, content: Today) -> None:
        clear_layout(self._side)
        loose = content.loose_visits()
        if loose:
            card = Card("进行中的检查")
            for visit in loose[:3]:
                card.column.addLayout(self._open_visit(visit))
            self._side.addWidget(card)
        self._side.addWidget(self._waiting(content))
        hands = [status for status in self._session.devices.statuses if status.state == "attention"]
        off = [status for status in self._session.devices.statuses if status.state == "off"]
        card = Card("设备")
        if not hands and not off:
            card.column.addLayout(_line("circle-check", "ok", "全部就绪"))
        for status in hands:
            card.column.addLayout(_line("triangle-alert", "warn", f"{LABELS[status.kind]}：{status.words_zh}"))
        if off:
            card.column.addLayout(
                _line("circle", "ink-quiet", "未连接：" + "、".join(LABELS[status.kind] for status in off))
            )
        link = Button("查看设备", "link")
        link.clicked.connect(lambda: self.go.emit(Place("devices")))
        card.column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        self._side.addWidget(card)

    def _open_visit(self, visit: Visit) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(ElidedLabel(visit.enterprise_name))
        now = self._session.clock.now().at
        column.addWidget(label(f"{moment(visit.opened_at.at, now)} 开始", "secondary"))
        button = Button("继续检查", "secondary", "play", name=f"继续检查 {visit.enterprise_name}")
        button.clicked.connect(lambda: self.go.emit(Place("visit", visit.id)))
        column.addSpacing(4)
        column.addWidget(button)
        return column

    def _waiting(self, content: Today) -> Card:
        card = Card("同步")
        backlog = content.backlog
        if backlog.attention:
            words = f"{backlog.attention_words()}，不会自动上传：到“同步”看每一项怎么办"
            card.column.addLayout(_line("triangle-alert", "warn", words))
        if backlog.going:
            card.column.addLayout(_line("cloud-upload", "ink", f"{backlog.words()}，有网络时自动上传"))
        elif not backlog.attention:
            card.column.addLayout(_line("circle-check", "ok", "没有待传内容"))
        link = Button("查看同步", "link")
        link.clicked.connect(lambda: self.go.emit(Place("sync")))
        card.column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _act(self, line: TaskLine) -> None:
        if line.visit is not None:
            self.go.emit(Place("visit", line.visit.id))
        else:
            self.start_visit.emit(line.task.enterprise_id, line.task.id)

    def _look(self, line: TaskLine) -> None:
        self.go.emit(Place("archive", line.task.enterprise_id))


def _line(icon: str, tint: str, words: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(IconLabel(icon, tint))
    row.addWidget(body(words), 1)
    return row
