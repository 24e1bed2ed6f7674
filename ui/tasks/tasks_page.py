"""任务管理: every open task of the squad, or of the whole county when asked, most urgent first."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.bridge import Latest
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.style.buttons import Button
from ui.style.surfaces import Card, EmptyState, Notice, Scroll, clear_layout, page_head
from ui.style.words import rule, secondary, set_look
from ui.tasks.content import TaskLine, Today, distance_m, distance_words, gather
from ui.tasks.task_rows import TaskRow

STEP = 4
FILTERS = ("全部", "已超期", "三天内", "进行中")


class TasksPage(Page):
    """The list, with filters as chips."""

    wants = frozenset({"task", "visit", "enterprise"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._latest = Latest(session.bridge, self)
        self._filter = FILTERS[0]
        self._content: Today | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll()
        whole.addWidget(scroll)
        scroll.column.setSpacing(16)
        scroll.column.addLayout(page_head("任务管理"))
        chips = QHBoxLayout()
        chips.setSpacing(8)
        self._chips: dict[str, Button] = {}
        for text in FILTERS:
            chip = Button(text, "filter", name=f"筛选 {text}")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _=False, text=text: self._choose(text))
            self._chips[text] = chip
            chips.addWidget(chip)
        chips.addSpacing(16)
        self._county = Button("全县", "filter", name="筛选 全县")
        self._county.setCheckable(True)
        self._county.setToolTip("也看其他中队的任务；平时只列本中队")
        self._county.setVisible(bool(session.officer.squad))
        self._county.clicked.connect(self.refresh)
        chips.addWidget(self._county)
        chips.addStretch(1)
        self._count = secondary("", wrap=False)
        chips.addWidget(self._count)
        scroll.column.addLayout(chips)
        self._notice = Notice()
        scroll.column.addWidget(self._notice)
        holder = QWidget()
        set_look(holder, role="clear")
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(0, 0, 0, 0)
        scroll.column.addWidget(holder)
        scroll.column.addStretch(1)
        self._choose(FILTERS[0])

    def refresh(self) -> None:
        """Gather anew."""
        replica, squad = self._session.replica, "" if self._county.isChecked() else self._session.officer.squad
        self._latest.ask(lambda _: gather(replica, squad), self._take, self._failed, doing="打开任务管理")

    def _failed(self, error: KnownError) -> None:
        self._notice.fail(error)

    def _take(self, content: Today) -> None:
        self._notice.hide()
        if content != self._content:
            self._content = content
            self._show()

    def _choose(self, text: str) -> None:
        self._filter = text
        for name, chip in self._chips.items():
            chip.setChecked(name == text)
        self._show()

    def _passes(self, line: TaskLine) -> bool:
        due = line.task.due_on
        left = (due - self._session.today()).days if due else None
        return {
            "全部": True,
            "已超期": left is not None and left < 0,
            "三天内": left is not None and 0 <= left <= 3,
            "进行中": line.visit is not None,
        }[self._filter]

    def _show(self) -> None:
        if self._content is None:
            return
        clear_layout(self._rows)
        lines = [line for line in self._content.lines if self._passes(line)]
        county = self._county.isChecked() or not self._session.officer.squad
        self._count.setText(f"{'全县' if county else self._session.officer.squad} {len(lines)} 项")
        card = Card(margin=8)
        card.setAccessibleName("任务列表")
        card.column.setSpacing(0)
        if not lines:
            every = self._filter == FILTERS[0]
            says = "没有待办任务" if every else f"没有{self._filter}的任务"
            card.column.addWidget(
                EmptyState("list-checks", says, f"下派给{'各' if county else '本'}中队的任务同步后出现在这里。")
            )
        self._rows.addWidget(card)
        self._fill(card, lines)

    def _fill(self, card: Card, lines: list[TaskLine]) -> None:
        """Make a few rows a turn of the event loop, so that a long list never holds the window."""
        for line in lines[:STEP]:
            if card.column.count():
                card.column.addWidget(rule())
            way = distance_words(
                distance_m(self._session.devices.fix(), line.enterprise.point if line.enterprise else None)
            )
            card.column.addWidget(TaskRow(line, self._session.today(), way, self._act, self._look))
        if len(lines) > STEP:
            QTimer.singleShot(0, card, lambda: self._fill(card, lines[STEP:]))

    def _act(self, line: TaskLine) -> None:
        if line.visit is not None:
            self.go.emit(Place("visit", line.visit.id))
        else:
            self.start_visit.emit(line.task.enterprise_id, line.task.id)

    def _look(self, line: TaskLine) -> None:
        self.go.emit(Place("archive", line.task.enterprise_id))
