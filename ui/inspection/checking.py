"""The record check asked for one visit: what the rules must know beside the record itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.instruments import checklists
from fieldkit.instruments.check import CheckContext, CheckReport, Stage, check
from fieldkit.instruments.facts import Finding

if TYPE_CHECKING:
    from fieldkit.model.enterprise import Enterprise
    from fieldkit.model.visit import Visit
    from ui.inspection.tools import VisitTools


def check_visit(tools: VisitTools, enterprise: Enterprise, visit: Visit, stage: Stage) -> CheckReport:
    """Check the visit's record at a stage: "print" before paper, "done" before the queue."""
    present = (tools.replica.officers.get(number) for number in visit.officers)
    context = CheckContext(
        now=tools.clock.now(),
        officers=tuple(officer for officer in present if officer is not None),
        documents=visit.records[1:],
        samples=visit.samples,
        signatures=visit.signatures,
        archive_names=(enterprise.name, *enterprise.former_names),
        findings=_findings(enterprise, visit),
    )
    return check(visit.records[0], context, stage)


def _findings(enterprise: Enterprise, visit: Visit) -> tuple[Finding, ...]:
    checklist = checklists.for_industry(enterprise.industry)
    answered = [(checklist.item(answer.item), answer) for answer in visit.checklist if answer.finding.strip()]
    return tuple(
        Finding(item.label if item else answer.item, answer.verdict, answer.finding) for item, answer in answered
    )
