"""Why the backend says no: one exception for every refusal, in the protocol's codes (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fieldkit.errors import KnownError
from fieldkit.model.operation import Problem

_STATUS = {
    "malformed": 400,
    "validation": 422,
    "op-id-reuse": 422,
    "auth-expired": 401,
    "auth-failed": 401,
    "signature-invalid": 401,
    "replayed-nonce": 401,
    "clock-skew": 401,
    "scope-denied": 403,
    "device-revoked": 403,
    "enrolment-refused": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "not-acceptable": 415,
    "precondition": 412,
    "version-conflict": 409,
    "offset-conflict": 409,
    "upload-busy": 423,
    "upload-gone": 410,
    "hash-mismatch": 460,
    "range": 416,
    "blocked": 409,
    "quarantined-unreadable": 422,
    "quarantined-kind": 422,
    "quarantined-officer": 403,
    "quarantined-device": 403,
    "cursor-expired": 410,
    "epoch-changed": 410,
    "batch-too-large": 413,
    "upgrade-required": 426,
    "overload": 429,
    "internal": 500,
}
_RETRYABLE = frozenset({"clock-skew", "upload-busy", "upload-gone", "hash-mismatch", "blocked", "overload", "internal"})


def problem(code: str, detail: str = "", *, status: int | None = None, now: datetime | None = None) -> Problem:
    """Return the problem of `code`; its title is the Chinese sentence of `resources/messages/backend.toml`."""
    return Problem(
        type=f"urn:fieldkit:problem:{code}",
        title=KnownError(f"problem.{code}").zh,
        status=status or _STATUS[code],
        code=code,
        retryable=code in _RETRYABLE,
        detail=detail,
        now=now,
    )


class Refusal(KnownError):
    """The backend won't do what was asked.

    Args:
        code: one of the protocol's codes.
        detail: what exactly is wrong, for the log and the curious.
        now: the server's time, where the answer teaches it.
        headers: more headers of the answer, as Retry-After.
    """

    def __init__(
        self, code: str, detail: str = "", *, now: datetime | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"problem.{code}")
        self.problem = problem(code, detail, now=now)
        self.headers = dict(headers or {})
