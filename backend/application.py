"""The composition of the backend's calls into one ASGI application."""

from __future__ import annotations

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp

from backend.api import answers, authentication, blobs, compression, entry, sync, uploads
from backend.api.health import healthz
from backend.api.locked_down import LockedDown
from backend.api.request_id import RequestId
from backend.api.upload_stream import Receiving
from backend.console import entry as console_entry
from backend.console import pages
from backend.console.entry import NotSignedIn
from backend.console.pictures import PagePictures
from backend.problems import Refusal
from backend.services import Services
from fieldkit import __version__

BODY_MAX = 16 << 20


def build(services: Services) -> ASGIApp:
    """Return the application serving `services`."""
    callers = {
        "device": Provide(authentication.provide_device),
        "officer": Provide(authentication.provide_officer),
        "pusher": Provide(authentication.provide_pusher),
    }
    console_callers = {"leader": Provide(console_entry.provide_leader, sync_to_thread=True)}
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
        dependencies=callers,
    )
    files = Router(
        "/v1",
        route_handlers=[
            blobs.known,
            blobs.download,
            uploads.capabilities,
            uploads.create,
            uploads.state,
            uploads.append,
            uploads.overridden,
            uploads.terminate,
        ],
        dependencies=callers,
        opt={compression.UNCOMPRESSED: True},
    )
    console = Router(
        "/console",
        route_handlers=[
            console_entry.log_in_form,
            console_entry.log_in,
            console_entry.log_out,
            pages.done_tasks,
            pages.held_work,
            pages.visit,
            pages.style,
            pages.tab_icon,
        ],
        dependencies=console_callers,
        exception_handlers={NotSignedIn: console_entry.to_log_in},
        include_in_schema=False,
    )
    pictures = PagePictures()
    console_files = Router(
        "/console",
        route_handlers=[pages.file, pages.page_picture, pages.font],
        dependencies={**console_callers, "pictures": Provide(lambda: pictures, sync_to_thread=False)},
        exception_handlers={NotSignedIn: console_entry.to_log_in},
        include_in_schema=False,
        opt={compression.UNCOMPRESSED: True},
    )
    receiving = Receiving()
    app = Litestar(
        [v1, files, console, console_files, pages.front, healthz],
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False),
            "receiving": Provide(lambda: receiving, sync_to_thread=False),
        },
        compression_config=compression.config(),
        exception_handlers={
            Refusal: answers.on_refusal,
            HTTPException: console_entry.or_page(answers.on_http_exception),
            Exception: answers.on_accident,
        },
        # As JSON alone: the pages that could draw it load their scripts from strangers.
        openapi_config=OpenAPIConfig(
            title="fieldkit backend",
            version=__version__,
            path="/v1/openapi",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        ),
        request_max_body_size=BODY_MAX,
        logging_config=None,
    )
    return RequestId(LockedDown(app))
