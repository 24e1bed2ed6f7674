"""An operation as it came in: decoded, hashed and checked before any lock is taken (PROTOCOL rule 1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

import msgspec

from backend.problems import problem
from backend.store.effects import EFFECTS, Effect, Refused
from fieldkit.model.operation import OpResult, Problem, ResultState
from fieldkit.model.stamp import Stamp

SCHEMA_MIN = 1
SCHEMA_MAX = 1

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


class _Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Like `fieldkit.model.operation.Operation`, with the kind left open: what is unknown is kept, not refused."""

    op_id: str
    kind: str
    entity_id: str
    schema: int
    base_version: int
    body: msgspec.Raw
    body_sha256: str
    captured_at: Stamp
    depends_on: tuple[str, ...] = ()


class _Named(msgspec.Struct, frozen=True):
    """What can be saved of an operation that doesn't decode: its id, to answer under."""

    op_id: str


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a push. `verdict` is set where it is decided already; else `effect` says what it would do."""

    op_id: str
    kind: str
    entity_id: str
    raw: bytes
    body_sha256: str
    base_version: int = 0
    depends_on: tuple[str, ...] = ()
    effect: Effect | None = None
    verdict: OpResult | None = None


_operation = msgspec.json.Decoder(_Operation)
_named = msgspec.json.Decoder(_Named)


def receive(raws: Sequence[msgspec.Raw], county: str) -> list[Incoming]:
    """Decode, hash and validate the operations of one request from a kit of `county`."""
    return [_receive(bytes(raw), county) for raw in raws]


def _receive(raw: bytes, county: str) -> Incoming:
    try:
        op = _operation.decode(raw)
        if not (_ID.fullmatch(op.op_id) and _ID.fullmatch(op.entity_id) and _KIND.fullmatch(op.kind)):
            raise msgspec.ValidationError("op_id, entity_id or kind is not an identifier")
    except (msgspec.DecodeError, RecursionError) as error:
        return _unreadable(raw, str(error))
    body = bytes(op.body)
    known = EFFECTS.get(op.kind)
    effect: Effect | None = None
    refused: tuple[ResultState, Problem] | None = None
    if hashlib.sha256(body).hexdigest() != op.body_sha256:
        refused = ("rejected", problem("validation", "body_sha256 is not the hash of body"))
    elif op.base_version < 0:
        refused = ("rejected", problem("validation", "base_version is negative"))
    elif known is None:
        refused = ("quarantined", problem("quarantined-kind", op.kind))
    elif not SCHEMA_MIN <= op.schema <= SCHEMA_MAX:
        refused = ("retry", problem("upgrade-required", f"schema {op.schema}, served {SCHEMA_MIN}…{SCHEMA_MAX}"))
    else:
        effect, refused = _effect(known, body, op.entity_id, county)
    return Incoming(
        op_id=op.op_id,
        kind=op.kind,
        entity_id=op.entity_id,
        raw=raw,
        body_sha256=op.body_sha256,
        base_version=op.base_version,
        depends_on=op.depends_on,
        effect=effect,
        verdict=_verdict(op.op_id, refused),
    )


def _effect(
    make: Callable[[bytes, str, str], Effect], body: bytes, entity_id: str, county: str
) -> tuple[Effect | None, tuple[ResultState, Problem] | None]:
    try:
        return make(body, entity_id, county), None
    except Refused as error:
        return None, ("rejected", problem(error.code, error.detail))
    except (msgspec.DecodeError, RecursionError) as error:
        return None, ("quarantined", problem("quarantined-unreadable", str(error)))


def _verdict(op_id: str, refused: tuple[ResultState, Problem] | None) -> OpResult | None:
    if refused is None:
        return None
    state, why = refused
    return OpResult(op_id=op_id, state=state, problem=why)


def _unreadable(raw: bytes, why: str) -> Incoming:
    """Keep what can't be decoded under its own id, or under its hash when even that is missing."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        op_id = _named.decode(raw).op_id
    except (msgspec.DecodeError, RecursionError):
        op_id = ""
    if not _ID.fullmatch(op_id):
        op_id = f"raw:{digest}"
    return Incoming(
        op_id=op_id,
        kind="unreadable",
        entity_id=op_id,
        raw=raw,
        body_sha256=digest,
        verdict=OpResult(op_id=op_id, state="quarantined", problem=problem("quarantined-unreadable", why)),
    )
