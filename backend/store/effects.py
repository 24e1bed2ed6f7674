"""What each kind of operation does: a checked body becomes the entity to store and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from backend.store.pinyin import with_pinyin
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.evidence import Track
from fieldkit.model.task import Task
from fieldkit.model.visit import Visit


class Refused(Exception):
    """The body was read and can't be taken: `code` and `detail` of the problem."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """The entity's new body as JSON text, and for a visit: whose IDs must be valid, its task and its blobs."""

    body: str
    officers: tuple[str, ...] = ()
    task_id: str | None = None
    enterprise_id: str = ""
    blobs: tuple[str, ...] = ()
    filed: bool = False
    """True for what gets a receipt and is filed once its blobs are stored."""


_visit = msgspec.json.Decoder(Visit)
_track = msgspec.json.Decoder(Track)
_task = msgspec.json.Decoder(Task)
_enterprise = msgspec.json.Decoder(Enterprise)

_OFFICER_TASK_STATES = frozenset({"签收", "退回", "在办", "现场办结"})


def _of_visit(body: bytes, entity_id: str, county: str) -> Effect:
    visit = _visit.decode(body)
    _same("id", visit.id, entity_id)
    if visit.county != county:
        raise Refused("scope-denied", f"county {visit.county}")
    if visit.state != "final":
        raise Refused("validation", "state: only a final visit is filed")
    if len(set(visit.officers)) < 2:
        raise Refused("validation", "officers: fewer than two")
    for ref in visit.blobs():
        if not is_sha256(ref.sha256):
            raise Refused("validation", f"blob {ref.sha256!r} is not a SHA-256")
    return Effect(
        body=body.decode(),
        officers=tuple(dict.fromkeys(visit.officers)),
        task_id=visit.task_id,
        enterprise_id=visit.enterprise_id,
        blobs=tuple(ref.sha256 for ref in visit.blobs()),
        filed=True,
    )


def _of_track(body: bytes, entity_id: str, county: str) -> Effect:
    track = _track.decode(body)
    _same("id", track.id, entity_id)
    return Effect(body=body.decode())


def _of_task(body: bytes, entity_id: str, county: str) -> Effect:
    task = _task.decode(body)
    _same("id", task.id, entity_id)
    if task.state not in _OFFICER_TASK_STATES:
        raise Refused("validation", f"state: {task.state} is not set by an operation of kind task")
    return Effect(body=body.decode())


def _of_enterprise(body: bytes, entity_id: str, county: str) -> Effect:
    enterprise = _enterprise.decode(body)
    _same("id", enterprise.id, entity_id)
    return Effect(body=msgspec.json.encode(with_pinyin(enterprise)).decode())


def _not_from_kits(body: bytes, entity_id: str, county: str) -> Effect:
    raise Refused("scope-denied", "this kind is written on the backend only")


EFFECTS: dict[str, Callable[[bytes, str, str], Effect]] = {
    "visit": _of_visit,
    "track": _of_track,
    "task": _of_task,
    "enterprise": _of_enterprise,
    "petition": _not_from_kits,
    "officer": _not_from_kits,
}
"""Kind → (body, entity id, county of the sender) → effect; raises `Refused` or msgspec's errors."""


def is_sha256(text: str) -> bool:
    """Tell whether `text` is 64 lower-case hex digits."""
    return len(text) == 64 and all(char in "0123456789abcdef" for char in text)


def _same(field: str, inside: str, outside: str) -> None:
    if inside != outside:
        raise Refused("validation", f"{field}: {inside!r} in the body, {outside!r} on the operation")
