"""Whether the backend works: asked by supervisors and start scripts."""

from __future__ import annotations

import sqlalchemy as sa
from litestar import Response, get

from backend.api.answers import answer
from backend.services import Services


@get("/healthz", sync_to_thread=True)
def healthz(services: Services) -> Response[bytes]:
    """Answer 200 when the database answers."""
    with services.database.read() as connection:
        connection.execute(sa.select(1))
    return answer({"ok": True})
