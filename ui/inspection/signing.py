"""Signature states: what ink was found in the boxes of each page, and what the officer still has to answer.

Ink is a fact of imaging; a signature state is the officer's word. Ink found proposes "signed"; an empty or unclear box
needs an answer: sign and scan again, refused with a reason, or absent with a note (DOMAIN, 4).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fieldkit.model.evidence import Evidence, InkState, Signature, SignatureState
from fieldkit.model.record import Revision
from fieldkit.model.visit import Visit

BOX_LABELS = {
    "party": "当事人",
    "inspector1": "执法人员一",
    "inspector2": "执法人员二",
    "recorder": "记录人",
    "witness": "见证人",
}
"""The boxes of every page's foot, in the order printed."""


class BoxStatus(msgspec.Struct, frozen=True):
    """One signature box of one page: the ink seen (None before a scan) and the officer's answer (None before one)."""

    name: str
    label: str
    ink: InkState | None
    answer: Signature | None

    @property
    def proposed(self) -> bool:
        """Ink was seen and nobody answered yet: signed, if the officer agrees."""
        return self.answer is None and self.ink == "signed"

    @property
    def asks(self) -> bool:
        """The officer must say why this box is not plainly signed."""
        return self.answer is None and self.ink in {"empty", "unsure"}


class PageStatus(msgspec.Struct, frozen=True):
    """One page of the revision to be signed: its newest scan and its boxes."""

    page: int
    scans: tuple[Evidence, ...]
    boxes: tuple[BoxStatus, ...]

    @property
    def scan(self) -> Evidence | None:
        """The newest scan; it speaks for the page."""
        return self.scans[-1] if self.scans else None

    @property
    def state(self) -> Literal["missing", "asks", "proposed", "signed", "refused", "absent"]:
        """Return the page's state for its thumbnail: the most pressing thing first."""
        if not self.scans:
            return "missing"
        if any(box.asks for box in self.boxes):
            return "asks"
        if any(box.answer is None for box in self.boxes):
            return "proposed"
        states = {box.answer.state for box in self.boxes if box.answer is not None}
        if "refused" in states:
            return "refused"
        party = next((box.answer for box in self.boxes if box.name == "party"), None)
        return "absent" if party is not None and party.state == "absent" else "signed"


def wanted_boxes(visit: Visit) -> tuple[str, ...]:
    """Return the boxes that need a state: the witness's only where others took part."""
    others = visit.records[0].values.get("others")
    present = isinstance(others, list) and any(isinstance(row, dict) and row.get("name") for row in others)
    return tuple(name for name in BOX_LABELS if name != "witness" or present)


def pages(visit: Visit, revision: Revision | None) -> tuple[PageStatus, ...]:
    """Return the state of every page of `revision`; none before one is frozen."""
    if revision is None:
        return ()
    document = visit.records[0].id
    wanted = wanted_boxes(visit)
    answers = {
        (item.page, item.box): item
        for item in visit.signatures
        if item.record_id == document and item.revision == revision.number
    }
    found = []
    for page in range(1, revision.pages + 1):
        scans = tuple(item for item in visit.evidence if _shows(item, document, revision.number, page))
        ink = {box.name: box.state for box in scans[-1].boxes} if scans else {}
        boxes = tuple(
            BoxStatus(name, BOX_LABELS[name], _ink(ink, name, bool(scans)), answers.get((page, name)))
            for name in wanted
        )
        found.append(PageStatus(page, scans, boxes))
    return tuple(found)


def without_stale_answers(before: Visit, after: Visit) -> Visit:
    """Return `after` without the answers whose page is now spoken for by another scan: they were given for the last.

    What was noted before a first scan came (a party that refuses every page) stays where that scan shows no ink.
    """
    revision = after.records[0].revisions[-1] if after.records[0].revisions else None
    old = {page.page: page.scan for page in pages(before, revision)}
    stale = set()
    for page in pages(after, revision):
        was = old[page.page]
        if (was.id if was else "") == (page.scan.id if page.scan else "") and was == page.scan:
            continue
        kept_blank = {box.name for box in page.boxes if was is None and box.ink != "signed"}
        stale |= {
            (page.page, box.name)
            for box in page.boxes
            if box.answer is not None and (box.answer.state == "signed" or box.name not in kept_blank)
        }
    if revision is None or not stale:
        return after
    document = after.records[0].id
    kept = tuple(
        item
        for item in after.signatures
        if (item.record_id, item.revision) != (document, revision.number) or (item.page, item.box) not in stale
    )
    return msgspec.structs.replace(after, signatures=kept)


def with_answers(
    visit: Visit, revision: Revision, wanted: tuple[tuple[int, str], ...], state: SignatureState, note: str
) -> tuple[Signature, ...]:
    """Return the visit's signatures with the (page, box) pairs of `wanted` answered."""
    document = visit.records[0].id
    kept = tuple(
        item
        for item in visit.signatures
        if item.record_id != document or item.revision != revision.number or (item.page, item.box) not in wanted
    )
    new = tuple(
        Signature(record_id=document, revision=revision.number, page=page, box=box, state=state, note=note.strip())
        for page, box in wanted
    )
    return kept + new


def _shows(item: Evidence, document: str, revision: int, page: int) -> bool:
    bound = item.bound
    return bound is not None and (bound.document, bound.revision, bound.page) == (document, revision, page)


def _ink(ink: dict[str, InkState], name: str, scanned: bool) -> InkState | None:
    if not scanned:
        return None
    return ink.get(name, "unsure")
