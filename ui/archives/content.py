"""Everything the archive page shows of one enterprise, read on a worker thread."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from fieldkit.errors import NotFound
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.task import Petition, Task
from fieldkit.model.visit import Visit
from ui.archives import reminders

if TYPE_CHECKING:
    from fieldkit.replica import Replica

OPEN_TASKS = {"创建", "下派", "签收", "在办"}


class Archive(msgspec.Struct, frozen=True):
    """One enterprise with its history, newest visit first, and what it warns of."""

    enterprise: Enterprise
    visits: tuple[Visit, ...]
    states: dict[str, str]
    tasks: tuple[Task, ...]
    petitions: tuple[Petition, ...]
    reminders: tuple[reminders.Reminder, ...]
    officers: dict[str, str]

    def open_visit(self) -> Visit | None:
        """Return the inspection already begun here, or None."""
        return next((visit for visit in self.visits if visit.state == "open"), None)

    def open_task(self) -> Task | None:
        """Return the task an inspection begun now would answer, or None."""
        return next((task for task in self.tasks if task.state in OPEN_TASKS), None)


def read(replica: Replica, enterprise_id: str, today: date) -> Archive:
    """Read one archive.

    Raises:
        NotFound: the kit does not hold it.
    """
    enterprise = replica.archives.get(enterprise_id)
    if enterprise is None:
        raise NotFound(what="企业档案")
    visits = sorted(replica.visits.of_enterprise(enterprise_id), key=lambda visit: visit.opened_at.at, reverse=True)
    tasks = tuple(replica.tasks.of_enterprise(enterprise_id))
    petitions = tuple(replica.petitions.of_enterprise(enterprise_id))
    final = [visit for visit in visits if visit.state == "final"]
    return Archive(
        enterprise=enterprise,
        visits=tuple(visits),
        states={visit.id: replica.visits.state(visit.id) for visit in visits},
        tasks=tasks,
        petitions=petitions,
        reminders=(
            *reminders.of_enterprise(enterprise, today),
            *reminders.of_history(final, tasks, petitions, today),
        ),
        officers={officer.number: officer.name for officer in replica.officers.roster()},
    )
