"""What goes out: JSON as msgspec writes it, and problem+json for every refusal and every accident."""

from __future__ import annotations

import logging
import re
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from backend.problems import Refusal, problem
from fieldkit.model.operation import Problem
from sync.wire import JSON, PROBLEM

log = logging.getLogger(__name__)

CUT = "client disconnected prematurely"
"""Litestar's words for a caller that went away in the middle: nobody's error, and nobody reads the answer."""

_CAPABILITY = re.compile(r"(/uploads/).+")

_CODES = {
    400: "malformed",
    401: "auth-expired",
    403: "scope-denied",
    404: "not-found",
    405: "method-not-allowed",
    413: "batch-too-large",
    415: "not-acceptable",
    422: "validation",
    429: "overload",
}


def answer(value: object, status: int = 200) -> Response[bytes]:
    """Return a struct, or JSON bytes made already, as the answer."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return Response(body, status_code=status, media_type=JSON, headers={"Cache-Control": "no-store"})


def refuse(what: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Return a problem as problem+json."""
    return Response(
        msgspec.json.encode(what),
        status_code=what.status,
        media_type=PROBLEM,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def on_refusal(request: Request[Any, Any, Any], error: Refusal) -> Response[bytes]:
    """Answer a refusal of ours."""
    return refuse(error.problem, error.headers)


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what Litestar itself refuses: no such path, wrong method, malformed query."""
    code = _CODES.get(error.status_code, "internal" if error.status_code >= 500 else "malformed")
    if error.status_code >= 500 and error.detail != CUT:
        log.error("internal error on %s %s", request.method, _shown(request), exc_info=error)
    detail = "" if code in ("internal", "not-found") else f"{error.detail} {error.extra or ''}".strip()
    what = problem(code, detail[:500], status=error.status_code)
    return refuse(what, {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"})


def on_accident(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer what should not happen; the log has the rest."""
    log.error("internal error on %s %s", request.method, _shown(request), exc_info=error)
    return refuse(problem("internal"))


def _shown(request: Request[Any, Any, Any]) -> str:
    """Return the path for the log, without the capability that an upload's address is."""
    return _CAPABILITY.sub(r"\1…", request.url.path)
