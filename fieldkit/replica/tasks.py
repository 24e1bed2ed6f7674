"""Tasks and petitions as the backend holds them, seen together with what this kit has done and not yet sent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fieldkit.model.task import Petition, Task
from fieldkit.replica.connections import Connections

SCHEMA_1 = (
    """
    CREATE TABLE task (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
        enterprise_id TEXT NOT NULL, state TEXT NOT NULL, squad TEXT NOT NULL, due_on TEXT, body BLOB NOT NULL
    )""",
    "CREATE INDEX task_state ON task (state, due_on, id)",
    "CREATE INDEX task_of_enterprise ON task (enterprise_id)",
    """
    CREATE TABLE petition (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
        number TEXT NOT NULL, enterprise_id TEXT, received_at TEXT NOT NULL, body BLOB NOT NULL
    )""",
    "CREATE INDEX petition_of_enterprise ON petition (enterprise_id, received_at)",
)
TASK_COLUMNS = ("enterprise_id", "state", "squad", "due_on")
PETITION_COLUMNS = ("number", "enterprise_id", "received_at")

PROJECTED = (
    # A visit that waits, or came before its task's own change, makes the task 现场办结 here; 已结 is the backend's
    # word. An open visit makes it 在办.
    """
    CREATE TEMP VIEW projected_task AS
    SELECT t.id, t.enterprise_id, t.due_on, t.body,
           CASE WHEN t.state NOT IN ('下派', '签收', '在办') THEN t.state
                WHEN coalesce(o.entity_id, v.id) IS NOT NULL THEN '现场办结'
                WHEN d.id IS NOT NULL THEN '在办'
                ELSE t.state END AS state,
           coalesce(o.entity_id, v.id, d.id) AS visit_id
    FROM main.task AS t
    LEFT JOIN (
        SELECT task_id, max(entity_id) AS entity_id FROM work.outbox
        WHERE kind = 'visit' AND task_id IS NOT NULL AND state <> 'rejected' GROUP BY task_id
    ) AS o ON o.task_id = t.id
    LEFT JOIN (SELECT task_id, max(id) AS id FROM main.visit WHERE task_id IS NOT NULL GROUP BY task_id) AS v
        ON v.task_id = t.id
    LEFT JOIN (SELECT task_id, max(id) AS id FROM work.draft WHERE task_id IS NOT NULL GROUP BY task_id) AS d
        ON d.task_id = t.id
    """,
)
OPEN = ("下派", "签收", "在办")

task_decoder = msgspec.json.Decoder(Task)
petition_decoder = msgspec.json.Decoder(Petition)


def task_columns(task: Task) -> Sequence[object]:
    """Return the indexed values in the order of TASK_COLUMNS."""
    return task.enterprise_id, task.state, task.squad, task.due_on.isoformat() if task.due_on else None


def petition_columns(petition: Petition) -> Sequence[object]:
    """Return the indexed values in the order of PETITION_COLUMNS."""
    return petition.number, petition.enterprise_id, petition.received_at.isoformat()


class Tasks:
    """Reads tasks with their state as this kit knows it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def open(self) -> list[Task]:
        """Return the tasks that still want a visit, the one due first in front."""
        return self._select("WHERE state IN ('下派', '签收', '在办') ORDER BY due_on IS NULL, due_on, id")

    def get(self, task_id: str) -> Task | None:
        """Return one task, or None."""
        return next(iter(self._select("WHERE id = ?", task_id)), None)

    def of_enterprise(self, enterprise_id: str) -> list[Task]:
        """Return an enterprise's tasks, open ones first, then the newest."""
        return self._select(
            "WHERE enterprise_id = ? ORDER BY state NOT IN ('下派', '签收', '在办'), due_on DESC, id DESC",
            enterprise_id,
        )

    def page(self, state: str = "", after: str = "", limit: int = 100) -> list[Task]:
        """Return up to `limit` tasks in order of id after the task `after`, all states or one."""
        return self._select("WHERE (? = '' OR state = ?) AND id > ? ORDER BY id LIMIT ?", state, state, after, limit)

    def _select(self, rest: str, *values: object) -> list[Task]:
        rows = self._connections.all(f"SELECT body, state, visit_id FROM projected_task {rest}", values)  # noqa: S608  # constant text, values bound
        tasks = []
        for body, state, visit_id in rows:
            task = self._connections.decode(task_decoder, body)
            if state != task.state or (visit_id and not task.visit_id):
                task = msgspec.structs.replace(task, state=state, visit_id=visit_id or task.visit_id)
            tasks.append(task)
        return tasks


class Petitions:
    """Reads petitions; who sent them never reaches a kit."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, petition_id: str) -> Petition | None:
        """Return one petition, or None."""
        row = self._connections.one("SELECT body FROM petition WHERE id = ?", (petition_id,))
        return self._connections.decode(petition_decoder, row[0]) if row else None

    def of_enterprise(self, enterprise_id: str) -> list[Petition]:
        """Return an enterprise's petitions, the newest first."""
        rows = self._connections.all(
            "SELECT body FROM petition WHERE enterprise_id = ? ORDER BY received_at DESC, id DESC", (enterprise_id,)
        )
        return [self._connections.decode(petition_decoder, row[0]) for row in rows]
