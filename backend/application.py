"""The composition of the backend's calls into one ASGI application."""

from __future__ import annotations

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp

from backend.api import answers, authentication, entry, sync
from backend.api.health import healthz
from backend.api.request_id import RequestId
from backend.problems import Refusal
from backend.services import Services
from fieldkit import __version__

BODY_MAX = 16 << 20


def build(services: Services) -> ASGIApp:
    """Return the application serving `services`."""
    v1 = Router(
        "/v1",
        route_handlers=[
            entry.hello,
            entry.ca,
            entry.enrol,
            entry.sign_in,
            entry.sign_out,
            entry.me,
            sync.ops,
            sync.feed,
        ],
        dependencies={
            "device": Provide(authentication.provide_device),
            "officer": Provide(authentication.provide_officer),
            "pusher": Provide(authentication.provide_pusher),
        },
    )
    app = Litestar(
        [v1, healthz],
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers={
            Refusal: answers.on_refusal,
            HTTPException: answers.on_http_exception,
            Exception: answers.on_accident,
        },
        openapi_config=OpenAPIConfig(title="fieldkit backend", version=__version__, path="/v1/openapi"),
        request_max_body_size=BODY_MAX,
        logging_config=None,
    )
    return RequestId(app)
