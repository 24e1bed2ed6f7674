"""Scans of other visits: a page of another open visit goes home by itself, and old pages are not taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fieldkit.model.evidence import Evidence, PageRef
from ui.inspection import signing

if TYPE_CHECKING:
    from ui.inspection.tools import VisitTools

EARLIER = 200
"""How many visits back a scan in the wand's folder is still known to belong elsewhere."""


def sent_home(tools: VisitTools, evidence: Evidence, page: PageRef) -> str:
    """Keep a sealed page with the open visit it was printed for, and return that enterprise's name.

    Returns an empty string where it can't be: the visit is final, or the page is of a revision no longer signed.
    A visit someone works on gets it through its session.
    """
    with tools.live.lock:
        return _sent_home(tools, evidence, page)


def _sent_home(tools: VisitTools, evidence: Evidence, page: PageRef) -> str:
    other = tools.replica.visits.of_document(page.document)
    if other is None or other.state != "open" or not other.records[0].revisions:
        return ""
    if other.records[0].id != page.document or other.records[0].revisions[-1].number != page.revision:
        return ""
    live = tools.live.of(other.id)
    if live is not None:
        live.post(lambda: live.scanning.receive(evidence))
    elif all(item.original.sha256 != evidence.original.sha256 for item in other.evidence):
        with_page = msgspec.structs.replace(other, evidence=(*other.evidence, evidence))
        tools.replica.visits.save(signing.without_stale_answers(other, with_page))
    return other.enterprise_name


def taken_elsewhere(tools: VisitTools, visit_id: str) -> frozenset[str]:
    """Return the hashes (hex) of scans other visits took in or left out: a wand's folder keeps last week's pages."""
    taken: set[str] = set()
    for row in tools.replica.visits.rows(limit=EARLIER):
        visit = tools.replica.visits.get(row.id) if row.id != visit_id else None
        if visit is not None:
            taken.update(item.original.sha256 for item in visit.evidence)
            taken.update(visit.set_aside)
    return frozenset(taken)
