"""X-Request-ID on every answer, echoed when the caller sent one: a kit believes only what carries its own."""

from __future__ import annotations

import re
import uuid

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_USABLE = re.compile(rb"[!-~]{1,128}")


class RequestId:
    """Wraps the whole application, so that 404 and 500 carry the header too.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        identity = given if _USABLE.fullmatch(given) else uuid.uuid4().hex.encode()

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", identity)]
            await send(message)

        await self._app(scope, receive, tagged)
