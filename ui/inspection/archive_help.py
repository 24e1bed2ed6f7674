"""What the archive has to say at the gate: the task, papers that run out, and what the last visits found."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fieldkit.model.stamp import BEIJING
from fieldkit.model.visit import Visit
from ui.inspection.session import VisitSession
from ui.inspection.side_list import SideList
from ui.shell.when import day, days_left
from ui.style.surfaces import clear_layout
from ui.style.words import Tag, body, label, secondary, section, set_look

SOON = timedelta(days=60)
"""A permit that ends within this is said."""
SHOWN = 3
"""How many past visits fit beside the work."""


class ArchiveHelp(QWidget):
    """The right third of 准备 and 检查: last time's findings first, because they are what to look for today."""

    def __init__(self, session: VisitSession, *, history_first: bool = False) -> None:
        super().__init__()
        self._session, self._history_first = session, history_first
        set_look(self, role="clear")
        self.setAccessibleName("档案提示")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = SideList()
        self._column = scroll.column
        outer.addWidget(scroll)
        self._filled = False

    def refresh(self) -> None:
        """Read the archive, once: what is past doesn't change during a visit."""
        if self._filled:
            return
        self._filled = True
        clear_layout(self._column)
        parts = (self._history, self._task, self._permits)
        for part in parts if self._history_first else (*parts[1:], parts[0]):
            part()
        self._column.addStretch(1)

    def _task(self) -> None:
        task = self._session.task
        if task is None:
            return
        self._column.addWidget(section("本次任务"))
        self._column.addWidget(body(task.title))
        today = self._session.now().at.astimezone(BEIJING).date()
        if task.due_on is not None:
            late = task.due_on < today
            self._column.addWidget(Tag(days_left(task.due_on, today), "warn" if late else "", "calendar-clock"))
        if task.note:
            self._column.addWidget(secondary(task.note))

    def _permits(self) -> None:
        enterprise, today = self._session.enterprise, self._session.now().at.astimezone(BEIJING).date()
        self._column.addWidget(section("证照"))
        if not enterprise.permits:
            self._column.addWidget(Tag("档案里没有排污许可证", "warn"))
        for permit in enterprise.permits:
            self._column.addWidget(secondary(f"{permit.permit_class} {permit.number}"))
            if permit.valid_to < today:
                self._column.addWidget(Tag(f"许可证已于 {day(permit.valid_to)} 到期", "danger"))
            elif permit.valid_to - today <= SOON:
                self._column.addWidget(Tag(f"许可证 {(permit.valid_to - today).days} 天后到期", "warn"))
            else:
                self._column.addWidget(Tag(f"有效至 {day(permit.valid_to)}", "ok"))
        unaccepted = [project.name for project in enterprise.projects if not project.acceptance_date]
        if unaccepted:
            self._column.addWidget(Tag(f"{len(unaccepted)} 个项目档案里没有验收", "warn"))
            for name in unaccepted[:2]:
                self._column.addWidget(secondary(name))

    def _history(self) -> None:
        self._column.addWidget(section("上次检查发现"))
        visits = self._session.tools.replica.visits.of_enterprise(self._session.enterprise.id)
        past = [visit for visit in visits if visit.id != self._session.visit.id and visit.state == "final"]
        past.sort(key=lambda visit: visit.opened_at.at, reverse=True)
        if not past:
            self._column.addWidget(secondary("还没有检查记录；这次检查提交后会出现在这里"))
        for visit in past[:SHOWN]:
            self._one(visit)

    def _one(self, visit: Visit) -> None:
        today = self._session.now().at.astimezone(BEIJING).date()
        self._column.addWidget(label(day(visit.opened_at.at.astimezone(BEIJING).date(), today), "secondary"))
        findings = [answer.finding for answer in visit.checklist if answer.verdict == "不符合" and answer.finding]
        for finding in findings:
            self._column.addWidget(body(f"· {finding}", "warn"))
        if findings:
            return
        told = str(visit.records[0].values.get("situation") or "").split("\n") if visit.records else [""]
        self._column.addWidget(body(told[-1] or "没有写明情况"))
