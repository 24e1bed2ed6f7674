"""Visits for the screens' tests, made the short way."""

from __future__ import annotations

from uuid import uuid4

from fieldkit.model.record import FormRef, Record
from fieldkit.model.visit import Visit
from ui.shell.session import Session


def open_visit(session: Session) -> Visit:
    """Return an open visit of the first open task's enterprise, saved."""
    task = session.replica.tasks.open()[0]
    enterprise = session.replica.archives.get(task.enterprise_id)
    assert enterprise is not None
    record = Record(
        id=str(uuid4()),
        form=FormRef(guide="huanban-2024-9", form="inspection", version="2024.1"),
        number="T-1",
        values={"situation": "现场正在生产。"},
        demo=True,
    )
    visit = Visit(
        id=str(uuid4()),
        enterprise_id=enterprise.id,
        enterprise_name=enterprise.name,
        county=session.county,
        squad=session.officer.squad,
        number="T-1",
        officers=(session.officer.number,),
        opened_at=session.clock.now(),
        task_id=task.id,
        records=(record,),
        demo=True,
    )
    session.replica.visits.save(visit)
    return visit
