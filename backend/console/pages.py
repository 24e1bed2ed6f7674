"""The console's pages for leaders: done tasks, one visit with its record, pages, photos and track."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import Parameter
from litestar.response import Redirect, Stream

from backend.api.blobs import ranged
from backend.console import records
from backend.console.look import style_sheet
from backend.console.pictures import PagePictures
from backend.console.rendering import html
from backend.problems import Refusal
from backend.services import Services
from backend.store import accounts, counties
from backend.store.accounts import Session
from fieldkit.model.officer import Officer
from fieldkit.model.record import BlobRef
from fieldkit.resource import resource

_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})


@get("/", sync_to_thread=False, include_in_schema=False)
def front() -> Redirect:
    """Send a browser that came to the bare address to the console."""
    return Redirect("/console", status_code=303)


@get("/", sync_to_thread=True)
def done_tasks(
    services: Services,
    leader: Session,
    before: Annotated[int | None, Parameter(ge=1)] = None,
) -> Response[str]:
    """List done tasks, newest first."""
    lines, after = records.done(services.database, leader.county, before)
    return html("done.html", {"lines": lines, "after": after, "first": before is None, **_frame(services, leader)})


@get("/held", sync_to_thread=True)
def held_work(services: Services, leader: Session) -> Response[str]:
    """List what was set aside, so that a leader knows of it and calls the officer or the administrator."""
    return html(
        "held.html",
        {"lines": records.held(services.database, leader.county), **_frame(services, leader), "here": "held"},
    )


@get("/visits/{visit_id:str}", sync_to_thread=True)
def visit(services: Services, leader: Session, visit_id: str) -> Response[str]:
    """Show one visit."""
    view = records.one(services.database, leader.county, visit_id)
    if view is None:
        return html("missing.html", _frame(services, leader), 404)
    return html("visit.html", {"view": view, **_frame(services, leader)})


@get("/visits/{visit_id:str}/files/{sha256:str}", sync_to_thread=True)
def file(
    request: Request[Any, Any, Any],
    services: Services,
    leader: Session,
    visit_id: str,
    sha256: str,
    show: bool = False,
) -> Stream:
    """Return a file of the visit, to keep or (`show`) to look at in the browser."""
    ref = _ref(services, leader, visit_id, sha256)
    answer = ranged(services.content, ref.sha256, ref.size, ref.media_type, request.headers.get("range"))
    if show and ref.media_type in _SHOWN:
        answer.headers["Content-Disposition"] = "inline"
    return answer


@get("/visits/{visit_id:str}/pages/{sha256:str}/{page:int}/{size:str}", sync_to_thread=True)
def page_picture(
    services: Services,
    leader: Session,
    pictures: PagePictures,
    visit_id: str,
    sha256: str,
    page: int,
    size: str,
) -> Response[bytes]:
    """Return a page of a printed PDF as PNG."""
    ref = _ref(services, leader, visit_id, sha256)
    png = pictures.draw(services.content.read(ref.sha256), page, size)
    return Response(png, media_type="image/png", headers=_FOREVER)


@get("/style.css", sync_to_thread=False)
def style() -> Response[str]:
    """Return the style sheet."""
    return Response(style_sheet(), media_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"})


@get("/icon.svg", sync_to_thread=False)
def tab_icon() -> Response[str]:
    """Return the picture of the browser's tab."""
    svg = resource("icons", "shield-check.svg").read_text("utf-8").replace("currentColor", "#0A5C52")
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


@get("/font.ttf", sync_to_thread=True)
def font() -> Response[bytes]:
    """Return Noto Sans SC, as shipped for the desktop."""
    data = resource("fonts", "NotoSansSC-Regular.ttf").read_bytes()
    return Response(data, media_type="font/ttf", headers=_FOREVER)


def _ref(services: Services, leader: Session, visit_id: str, sha256: str) -> BlobRef:
    ref = records.blob_of(services.database, leader.county, visit_id, sha256)
    if ref is None:
        raise Refusal("not-found")
    return ref


def _frame(services: Services, leader: Session) -> dict[str, object]:
    """Return what every page's frame shows."""
    with services.database.read() as connection:
        county = counties.get(connection, leader.county)
        who: Officer | None = accounts.officer(connection, leader.number)
    return {
        "county": county.name if county else leader.county,
        "leader": who,
        "role": leader.role,
        "csrf": leader.csrf,
        "here": "done",
    }
