"""Operations go up, changes come down: the units of fieldkit-sync/1, shared by replica, engine and backend."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from fieldkit.model.stamp import Stamp

EntityKind = Literal["enterprise", "visit", "task", "petition", "officer", "track"]
ResultState = Literal["applied", "conflict", "rejected", "blocked", "quarantined", "retry"]
Body = msgspec.Raw | UnsetType
"""JSON as it came, or UNSET (which is false). Not `Raw | None`: msgspec 0.22 then decodes nothing but null."""
OutboxState = Literal["pending", "inflight", "acked", "conflict", "rejected", "quarantined", "parked"]


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an officer did: frozen when queued, the same bytes on every try. `body_sha256` (hex) is over `body`."""

    op_id: str
    kind: EntityKind
    entity_id: str
    schema: int
    base_version: int
    body: msgspec.Raw
    body_sha256: str
    captured_at: Stamp
    depends_on: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 problem with this protocol's `code`; `now` comes with clock-skew."""

    type: str
    title: str
    status: int
    code: str
    retryable: bool = False
    detail: str = ""
    now: datetime | None = None


class OpResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fate of one operation. `current` is the backend's body on a conflict; `missing` names blobs still wanted."""

    op_id: str
    state: ResultState
    replayed: bool = False
    version: int | None = None
    change: int | None = None
    receipt: str = ""
    missing: tuple[str, ...] = ()
    problem: Problem | None = None
    current: Body = UNSET

    @property
    def why(self) -> str:
        """Return what an officer reads of the problem: its title, and what exactly where it is final."""
        if self.problem is None:
            return ""
        title = self.problem.title or self.problem.code
        exact = self.problem.detail if self.state in ("rejected", "quarantined") else ""
        return f"{title}：{exact}" if exact else title


class Filing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the backend adds to a visit it holds; stands in the visit's change under `filing`.

    `filed_at` is set once every blob is stored with equal hashes (PROTOCOL rule 4).
    """

    receipt: str
    received_at: datetime
    missing: tuple[str, ...] = ()
    filed_at: datetime | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the backend now holds of one entity; a tombstone has `deleted` and no body.

    `kind` is an open set: unknown kinds are kept raw and ignored (PROTOCOL rule 9).
    """

    kind: str
    id: str
    version: int
    change: int
    deleted: bool = False
    body: Body = UNSET
    filing: Filing | None = None
