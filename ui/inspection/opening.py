"""How a visit begins: the archive's knowledge goes into the record, and only that."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldkit.errors import NotFound
from fieldkit.instruments import forms, prefill
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.record import Record, Values
from fieldkit.model.stamp import BEIJING
from fieldkit.model.visit import Visit

if TYPE_CHECKING:
    from datetime import datetime

    from fieldkit.instruments.forms import Form
    from ui.inspection.tools import VisitTools

FORM = "inspection"
RECENT = 200
"""Visits among which a number is looked for before it is given again."""


def new_visit(tools: VisitTools, enterprise_id: str, task_id: str | None = None) -> Visit:
    """Make an open visit of an enterprise, prefilled, and keep it on disk before anyone types.

    Raises:
        NotFound: no such enterprise in this kit's archives.
    """
    enterprise = tools.replica.archives.get(enterprise_id)
    if enterprise is None:
        raise NotFound(what=enterprise_id)
    form = forms.load(FORM)
    values, _fields = _prefilled(tools, form, enterprise)
    now = tools.clock.now()
    number = _number(tools, now.at)
    record = Record(id=str(uuid4()), form=form.ref, number=number, values=values, demo=enterprise.demo)
    visit = Visit(
        id=str(uuid4()),
        enterprise_id=enterprise.id,
        enterprise_name=enterprise.name,
        county=tools.county,
        squad=tools.officer.squad,
        number=number,
        officers=(tools.officer.number,),
        opened_at=now,
        task_id=task_id or None,
        records=(record,),
        demo=enterprise.demo,
    )
    tools.replica.visits.save(visit)
    tools.replica.audit.write(tools.officer.number, "visit.opened", visit.id)
    return visit


def _number(tools: VisitTools, at: datetime) -> str:
    """Return a visit's number: county, second, the kit's own digits; one more where a clock set back repeats itself."""
    number = f"{tools.county}-{at.astimezone(BEIJING):%Y%m%d-%H%M%S}-{tools.device_id[-4:].upper()}"
    taken = {row.number for row in tools.replica.visits.rows(RECENT)}
    return next(name for name in chain((number,), (f"{number}-{n}" for n in count(2))) if name not in taken)


def prefilled_fields(tools: VisitTools, form: Form, enterprise: Enterprise) -> tuple[str, ...]:
    """Return the ids of the fields the archive fills, for the light mark until someone confirms them.

    Officers are no such fields: they confirm themselves at 准备.
    """
    filled = _prefilled(tools, form, enterprise)[1]
    return tuple(name for name in filled if form.field(name).prefill.startswith("enterprise."))


def _prefilled(tools: VisitTools, form: Form, enterprise: Enterprise) -> tuple[Values, tuple[str, ...]]:
    return prefill.prefill(form, enterprise, (tools.officer,), tools.issuing_body)
