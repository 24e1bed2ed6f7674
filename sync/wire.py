"""fieldkit-sync/1: the messages both ends exchange, as structs. No behaviour and no network.

Unknown fields are ignored (PROTOCOL rule 9). All times are aware UTC. `body` travels as raw JSON, so that its bytes and
their SHA-256 never change on the way.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from fieldkit.model.officer import Officer
from fieldkit.model.operation import Change, Operation, OpResult

PROTOCOL = "fieldkit-sync/1"
JSON = "application/json"
PROBLEM = "application/problem+json"


class Limits(msgspec.Struct, frozen=True):
    """What one request may carry."""

    operations: int
    bytes: int
    chunk: int
    blob: int


class Hello(msgspec.Struct, frozen=True):
    """`GET /v1/hello`."""

    now: datetime
    protocol: str
    schema_min: int
    schema_max: int
    epoch: str
    limits: Limits


class EnrolRequest(msgspec.Struct, frozen=True):
    """`POST /v1/enrol`: one-time secret and the device's Ed25519 public key (hex)."""

    secret: str
    device_key: str
    device_name: str


class EnrolReply(msgspec.Struct, frozen=True):
    """What makes a machine a kit of this county. Keys are hex; `ca_pem` is pinned by its key, `spare_pin` too."""

    device_id: str
    county: str
    county_name: str
    county_key: str
    ca_pem: str
    spare_pin: str
    epoch: str


class SessionRequest(msgspec.Struct, frozen=True):
    """`POST /v1/session`, signed by the device."""

    officer: str
    password: str


class SessionReply(msgspec.Struct, frozen=True):
    """A short-lived opaque token for `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    officer: Officer


class Me(msgspec.Struct, frozen=True):
    """`GET /v1/me`: the officer, the county's roster and the scopes granted."""

    officer: Officer
    roster: tuple[Officer, ...]
    scopes: tuple[str, ...]
    orders: tuple[str, ...] = ()


class OpsRequest(msgspec.Struct, frozen=True):
    """`POST /v1/ops`. `audit_head` is the hex head of the device's audit chain."""

    device_id: str
    operations: tuple[Operation, ...]
    audit_head: str = ""


class OpsReply(msgspec.Struct, frozen=True):
    """One result an operation, in the order sent."""

    results: tuple[OpResult, ...]


class ChangesPage(msgspec.Struct, frozen=True):
    """`GET /v1/changes?scope&cursor&limit`."""

    changes: tuple[Change, ...]
    next_cursor: str
    has_more: bool
    watermark: int
