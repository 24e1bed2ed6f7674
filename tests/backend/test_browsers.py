"""What a browser that comes to the backend may load and run: nothing that is not ours."""

from __future__ import annotations

import pytest

from tests.backend.conftest import Running
from tests.backend.kit import Kit


@pytest.mark.parametrize("path", ["/v1/openapi", "/v1/hello", "/v1/nothing", "/healthz", "/console/log-in"])
def test_no_answer_lets_a_browser_load_what_is_not_ours(backend: Running, kit: Kit, path: str) -> None:
    reply = kit.http.get(backend.url + path)
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in reply.text
    if path == "/v1/openapi":
        assert reply.headers["Content-Type"].startswith("application/vnd.oai.openapi+json")
