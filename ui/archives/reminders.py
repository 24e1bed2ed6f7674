"""What an archive warns of: permits that run out, projects without acceptance, re-checks, petitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from fieldkit.model.enterprise import Enterprise
from fieldkit.model.task import Petition, Task
from fieldkit.model.visit import Visit

SOON_DAYS = 60
"""排污许可管理条例 art. 14: renewal is applied for 60 days before the end."""


class Reminder(msgspec.Struct, frozen=True):
    """One thing to know before one goes in."""

    tone: Literal["warn", "danger", "info"]
    text: str


def permit_days(enterprise: Enterprise, today: date) -> int | None:
    """Return the days until the last permit ends (negative: it has ended), None without a permit."""
    return max(((permit.valid_to - today).days for permit in enterprise.permits), default=None)


def of_enterprise(enterprise: Enterprise, today: date) -> tuple[Reminder, ...]:
    """Return the reminders an archive alone gives, the gravest first."""
    found: list[Reminder] = []
    days = permit_days(enterprise, today)
    if days is not None and days < 0:
        found.append(Reminder("danger", f"许可已过期 {-days} 天"))
    elif days is not None and days <= SOON_DAYS:
        found.append(Reminder("warn", "许可今天到期" if days == 0 else f"许可 {days} 天后到期"))
    open_projects = sum(
        project.eia_class != "登记表" and not project.acceptance_date and not project.acceptance_no
        for project in enterprise.projects
    )
    if open_projects:
        found.append(Reminder("warn", f"{open_projects} 个项目未见验收"))
    return tuple(sorted(found, key=lambda reminder: reminder.tone != "danger"))


def of_history(
    visits: Sequence[Visit], tasks: Sequence[Task], petitions: Sequence[Petition], today: date
) -> tuple[Reminder, ...]:
    """Return the reminders of an archive's history: open re-checks, petitions, findings of the last visit."""
    found: list[Reminder] = []
    for task in tasks:
        if task.kind == "整改复查" and task.state in {"创建", "下派", "签收", "在办"}:
            late = task.due_on is not None and task.due_on < today
            found.append(Reminder("danger" if late else "warn", "整改复查已超期" if late else "有整改待复查"))
    running = sum(petition.state not in {"结案", "答复"} for petition in petitions)
    if running:
        found.append(Reminder("warn", f"{running} 件信访在办"))
    if visits:
        faults = sum(answer.verdict == "不符合" for answer in visits[0].checklist)
        if faults:
            found.append(Reminder("info", f"上次检查发现 {faults} 项不符合"))
    return tuple(found)
