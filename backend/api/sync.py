"""Intent up, state down: `POST /ops` and `GET /changes`."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter

from backend.api.answers import answer
from backend.api.bodies import decode
from backend.problems import Refusal
from backend.services import Services
from backend.store import changes, incoming, operations
from backend.store.caller import Caller
from sync.wire import OpsReply


class _Ops(msgspec.Struct, frozen=True):
    """`sync.wire.OpsRequest`, with each operation kept raw: one that doesn't decode must not spoil the others."""

    device_id: str
    operations: tuple[msgspec.Raw, ...]
    audit_head: str = ""


_ops = msgspec.json.Decoder(_Ops)
_HEAD = re.compile(r"[0-9a-f]{0,128}")


@post("/ops", status_code=200, sync_to_thread=True)
def ops(request: Request[Any, Any, Any], services: Services, pusher: Caller, body: bytes) -> Response[bytes]:
    """Apply a batch in order and answer after its commit with one result each."""
    asked = decode(_ops, request, body, services.limits.bytes)
    if asked.device_id != pusher.device:
        raise Refusal("validation", "device_id is not the signer")
    if len(asked.operations) > services.limits.operations:
        raise Refusal("batch-too-large", f"over {services.limits.operations} operations")
    if not _HEAD.fullmatch(asked.audit_head):
        raise Refusal("validation", "audit_head")
    received = incoming.receive(asked.operations, pusher.county)
    results = operations.push(services.database, pusher, received, asked.audit_head, services.now())
    return answer(OpsReply(results=results))


@get("/changes", sync_to_thread=True)
def feed(
    services: Services,
    officer: Caller,
    asked: Annotated[str, Parameter(query="scope", max_length=64)],
    cursor: Annotated[str, Parameter(max_length=64)] = "",
    limit: Annotated[int, Parameter(ge=1, le=changes.PAGE_ROWS)] = changes.PAGE_ROWS,
) -> Response[bytes]:
    """Return a page of what the scope holds after `cursor`."""
    if asked != f"county:{officer.county}":
        raise Refusal("scope-denied", asked)
    return answer(changes.page(services.database, officer.county, officer.device, cursor, limit))
