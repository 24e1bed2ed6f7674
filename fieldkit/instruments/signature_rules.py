"""The record check's questions about paper: is it printed as it stands, and did everybody sign, or say why not."""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.crypto.canonical import canonical_json
from fieldkit.instruments.facts import Facts, Outcome, boxes_missing


def printed(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The record has been frozen and printed."""
    return Outcome(facts.revision() is not None)


def printed_as_is(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The latest printing holds the present values."""
    revision = facts.revision()
    if revision is None:
        return None
    return Outcome(canonical_json(revision.values) == canonical_json(facts.record.values))


def signatures_stated(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Every needed box of every page has a state."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    pages = range(1, revision.pages + 1)
    return boxes_missing((page, box) for page in pages for box in facts.boxes() if (page, box.name) not in states)


def refusals_noted(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """A refusal or absence carries the officers' note."""
    if facts.revision() is None:
        return None
    labels = {box.name: box for box in facts.form.signatures}
    bare = [key for key, item in facts.states().items() if item.state != "signed" and not item.note.strip()]
    return boxes_missing((page, labels[box]) for page, box in sorted(bare) if box in labels)


def party_on_every_page(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """The party signed every page, or the page says why not."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    bare = [
        page
        for page in range(1, revision.pages + 1)
        if (item := states.get((page, "party"))) is None or (item.state != "signed" and not item.note.strip())
    ]
    return Outcome(not bare, {"pages": "、".join(map(str, bare))})


def officers_on_last_page(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Inspectors and recorder signed the last page."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    own = [box for box in facts.form.signatures if box.name in ("inspector1", "inspector2", "recorder")]
    last = revision.pages
    return boxes_missing(
        (last, box) for box in own if (item := states.get((last, box.name))) is None or item.state != "signed"
    )


def inspectors_signed(facts: Facts, fields: Sequence[str]) -> Outcome | None:
    """Two inspectors signed every page: their own refusal or absence leaves the record undone, note or not."""
    revision, states = facts.revision(), facts.states()
    if revision is None:
        return None
    own = [box for box in facts.form.signatures if box.name in ("inspector1", "inspector2")]
    return boxes_missing(
        (page, box)
        for page in range(1, revision.pages + 1)
        for box in own
        if (item := states.get((page, box.name))) is not None and item.state != "signed"
    )
