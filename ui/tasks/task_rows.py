"""How a task looks: large when it is the next one, a row otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.shell.when import day, days_left
from ui.style.buttons import Button
from ui.style.surfaces import Card
from ui.style.words import ElidedLabel, Tag, body, label, secondary, set_look
from ui.tasks.content import STARTABLE, TaskLine

Act = Callable[[TaskLine], None]


def due_tag(line: TaskLine, today: date) -> Tag:
    """Return how long there is until the due day; overdue is red, today and tomorrow amber."""
    due = line.task.due_on
    if due is None:
        return Tag("没有期限")
    left = (due - today).days
    tone = "danger" if left < 0 else "warn" if left <= 1 else ""
    return Tag(days_left(due, today), tone, "" if tone else "calendar-clock")


def action_of(line: TaskLine) -> str:
    """Return the verb of the task's main action."""
    return "继续检查" if line.visit is not None else "开始检查"


class NextTask(Card):
    """The task to do next, large."""

    def __init__(self, line: TaskLine, today: date, distance: str, act: Act, look: Act) -> None:
        super().__init__(tone="accent", margin=24)
        self.setAccessibleName(f"下一项任务 {line.task.title}")
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(label("进行中" if line.visit is not None else "下一项", "secondary"))
        top.addWidget(Tag(line.task.kind, "accent"))
        top.addWidget(due_tag(line, today))
        top.addStretch(1)
        self.column.addLayout(top)
        name = label(line.enterprise.name if line.enterprise else line.task.title, "title", wrap=True)
        self.column.addWidget(name)
        if name.text() not in line.task.title:
            self.column.addWidget(body(line.task.title))
        where = "　".join(filter(None, (line.place(), distance)))
        self.column.addWidget(secondary(where))
        if line.task.note:
            self.column.addWidget(secondary(line.task.note))
        row = QHBoxLayout()
        row.setSpacing(8)
        start = Button(
            action_of(line), "primary", "clipboard-check", main=True, name=f"{action_of(line)} {name.text()}"
        )
        start.clicked.connect(lambda: act(line))
        archive = Button("查看档案", "secondary", "archive", main=True, name=f"查看档案 {name.text()}")
        archive.clicked.connect(lambda: look(line))
        row.addWidget(start)
        row.addWidget(archive)
        row.addStretch(1)
        self.column.addSpacing(4)
        self.column.addLayout(row)


class TaskRow(QFrame):
    """One task in a list: what and where on the left, until when and the action on the right."""

    def __init__(
        self, line: TaskLine, today: date, distance: str, act: Act, look: Act, *, show_day: bool = True
    ) -> None:
        super().__init__()
        set_look(self, role="listrow")
        name = line.enterprise.name if line.enterprise else line.task.title
        self.setAccessibleName(f"任务 {name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(name))
        detail = " · ".join(
            filter(None, (line.task.kind, line.task.state, line.enterprise.town if line.enterprise else ""))
        )
        words.addWidget(ElidedLabel("　".join(filter(None, (detail, distance, line.task.note))), "secondary"))
        row.addLayout(words, 1)
        row.addWidget(_fixed(due_tag(line, today), 132))
        if show_day:
            due = label(day(line.task.due_on, today) if line.task.due_on else "", "secondary")
            due.setFixedWidth(84)
            row.addWidget(due)
        archive = Button("档案", "quiet", name=f"查看档案 {name}")
        archive.clicked.connect(lambda: look(line))
        row.addWidget(archive)
        verb = action_of(line)
        start = Button(verb, name=f"{verb} {name}")
        start.setEnabled(line.task.state in STARTABLE)
        start.clicked.connect(lambda: act(line))
        row.addWidget(start)


def _fixed(tag: Tag, width: int) -> QWidget:
    holder = QWidget()
    set_look(holder, role="clear")
    holder.setFixedWidth(width)
    holder.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(tag, 0, Qt.AlignmentFlag.AlignVCenter)
    return holder
