"""What 今日 and 任务管理 show, gathered from the replica on a worker thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

import msgspec

from fieldkit.model.enterprise import Enterprise
from fieldkit.model.place import Point
from fieldkit.model.stamp import local
from fieldkit.model.task import Task
from fieldkit.model.visit import Visit
from ui.settings.sync_content import Backlog, count

if TYPE_CHECKING:
    from fieldkit.model.evidence import Fix
    from fieldkit.replica import Replica

EARTH_M = 6_371_000.0
STARTABLE = {"下派", "签收", "在办", "创建"}


class TaskLine(msgspec.Struct, frozen=True):
    """An open task with its enterprise and the visit already begun for it."""

    task: Task
    enterprise: Enterprise | None
    visit: Visit | None

    def urgency(self) -> tuple[bool, bool, date, str]:
        """Sort key: what was begun, then what can be started, then by due day."""
        return self.visit is None, self.task.state not in STARTABLE, self.task.due_on or date.max, self.task.id

    def place(self) -> str:
        """Return enterprise, town and address in one line."""
        if self.enterprise is None:
            return "企业档案还没有同步到本机"
        town, address = self.enterprise.town, self.enterprise.address
        return address if town in address else f"{town} {address}"


class Today(msgspec.Struct, frozen=True):
    """The morning's view: open tasks by urgency, open visits newest first, what has not reached the backend."""

    lines: tuple[TaskLine, ...]
    visits: tuple[Visit, ...]
    backlog: Backlog
    enterprises: int

    def loose_visits(self) -> tuple[Visit, ...]:
        """Return the open visits that no listed task leads to."""
        led = {line.visit.id for line in self.lines if line.visit is not None}
        return tuple(visit for visit in self.visits if visit.id not in led)


def of_squad(tasks: Iterable[Task], squad: str) -> list[Task]:
    """Return the tasks dispatched to a squad; all of them where the officer's squad is not known ("")."""
    return [task for task in tasks if not squad or task.squad == squad]


def gather(replica: Replica, squad: str = "") -> Today:
    """Read it all, the tasks of one squad or, with "", of the whole county; at most some hundred rows."""
    visits = sorted(replica.visits.open(), key=lambda visit: visit.opened_at.at, reverse=True)
    begun = {visit.task_id: visit for visit in visits if visit.task_id}
    lines = [
        TaskLine(task, replica.archives.get(task.enterprise_id), begun.get(task.id))
        for task in of_squad(replica.tasks.open(), squad)
    ]
    return Today(
        lines=tuple(sorted(lines, key=TaskLine.urgency)),
        visits=tuple(visits),
        backlog=count(replica),
        enterprises=replica.archives.count(),
    )


def distance_m(fix: Fix | None, point: Point | None) -> float | None:
    """Return the way as the crow flies in metres, None when one end is unknown or in another reference system."""
    if fix is None or point is None or point.crs == "GCJ02":
        return None
    north, east = radians(point.lat - fix.lat), radians(point.lon - fix.lon)
    half = sin(north / 2) ** 2 + cos(radians(fix.lat)) * cos(radians(point.lat)) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(half))


def distance_words(metres: float | None) -> str:
    """Return 约 850 米 or 约 3.2 公里, empty when unknown."""
    if metres is None:
        return ""
    return f"约 {round(metres, -1):.0f} 米" if metres < 1000 else f"约 {metres / 1000:.1f} 公里"


def greeting(now: datetime) -> str:
    """Return 上午好, 中午好, 下午好 or 晚上好 for Beijing time."""
    hour = local(now).hour
    return "上午好" if hour < 11 else "中午好" if hour < 13 else "下午好" if hour < 18 else "晚上好"
