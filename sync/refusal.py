"""What the server's problems (RFC 9457) mean to a kit, as errors it can act on."""

from __future__ import annotations

from fieldkit.errors import AuthExpired, KnownError, NetworkUnavailable, ServerRejected, WrongKey
from fieldkit.model.operation import Problem


class Overloaded(NetworkUnavailable):
    """The server is troubled or wants a pause; `retry_after_s` is what it asked for, or None."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why=why)
        self.retry_after_s = retry_after_s


class Refused(ServerRejected):
    """The server said no; `problem` is its own word."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(code=problem.code or str(problem.status), detail=problem.title or problem.detail)
        self.problem = problem


class BatchTooLarge(Refused):
    """413: send less at once."""


class CursorGone(Refused):
    """410: the cursor or the epoch is over; fetch from the start."""


class UpgradeRequired(Refused):
    """426: this program is too old for what it sends."""


class Missing(Refused):
    """404, or 410 of an upload: nothing is there, or no more."""


class OffsetConflict(Refused):
    """409 or 423 of an upload: look at its offset again."""


class HashMismatch(Refused):
    """460: what arrived is not what was announced."""


_BY_CODE: dict[str, type[Refused]] = {
    "batch-too-large": BatchTooLarge,
    "cursor-expired": CursorGone,
    "epoch-changed": CursorGone,
    "upgrade-required": UpgradeRequired,
    "not-found": Missing,
    "upload-gone": Missing,
    "offset-conflict": OffsetConflict,
    "upload-busy": OffsetConflict,
    "hash-mismatch": HashMismatch,
}
_BY_STATUS: dict[int, type[Refused]] = {
    404: Missing,
    409: OffsetConflict,
    410: Missing,  # of an upload: only it answers so to HEAD, where no code says more
    413: BatchTooLarge,
    423: OffsetConflict,
    460: HashMismatch,
}


def refusal(problem: Problem, retry_after_s: float | None = None) -> KnownError:
    """Return the error of a problem; those that time heals are NetworkUnavailable."""
    if problem.code == "auth-failed":
        return WrongKey()
    if problem.code == "auth-expired":
        return AuthExpired()
    if problem.status == 429 or problem.status >= 500:
        return Overloaded(problem.title or f"HTTP {problem.status}", retry_after_s)
    kind = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status) or Refused
    return kind(problem)
