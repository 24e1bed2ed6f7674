"""Leaders' way into the console: a session cookie for this host alone, a token in every form."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.params import Body
from litestar.response import Redirect

from backend.console.rendering import HEADERS, html
from backend.problems import Refusal
from backend.services import Services
from backend.store import accounts
from backend.store.accounts import Session

COOKIE = "__Host-fieldkit"
FORM_COOKIE = "__Host-fieldkit-form"
HttpAnswer = Callable[[Request[Any, Any, Any], HTTPException], Response[Any]]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class NotSignedIn(HTTPException):
    """The page needs a leader's session; the answer is the log-in form."""

    status_code = 303


def to_log_in(request: Request[Any, Any, Any], error: NotSignedIn) -> Redirect:
    """Send the browser to the log-in form."""
    return Redirect("/console/login", status_code=303, headers=HEADERS)


def or_page(answer: HttpAnswer) -> HttpAnswer:
    """Return `answer`, but for a console's address that there is not: a person reads that, and gets a page."""

    def answer_or_page(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        lost = error.status_code in (400, 404) and request.method == "GET"
        if lost and (request.url.path == "/console" or request.url.path.startswith("/console/")):
            return html("nowhere.html", {}, 404)
        return answer(request, error)

    return answer_or_page


def provide_leader(request: Request[Any, Any, Any], services: Services) -> Session:
    """Return the session of a signed-in leader.

    Raises:
        NotSignedIn: none, over, or not a leader's any more.
    """
    token = request.cookies.get(COOKIE, "")
    if token:
        with services.database.read() as connection:
            session = accounts.find_session(connection, token, services.now())
        if session is not None and session.device is None and session.role in accounts.LEADERS:
            return session
    raise NotSignedIn


@get("/login", sync_to_thread=False)
def log_in_form(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the log-in form."""
    return _form("")


@post("/login", status_code=200, sync_to_thread=True)
def log_in(request: Request[Any, Any, Any], services: Services, data: Form) -> Response[Any]:
    """Open a session for a leader, or say in place why not."""
    given, known = data.get("form", ""), request.cookies.get(FORM_COOKIE, "")
    if not known or not hmac.compare_digest(given.encode(), known.encode()):
        return _form("页面已过期，请再试一次。", 403)
    source = request.client.host if request.client else ""
    number = data.get("number", "").strip()
    try:
        account = accounts.sign_in(
            services.database, number, data.get("password", ""), f"console {source}", services.now()
        )
    except Refusal as error:
        wait = error.headers.get("Retry-After")
        words = f"尝试次数过多，请等待 {wait} 秒后再试。" if wait else "执法证号或密码不正确，请重新输入。"
        return _form(words, error.problem.status, number)
    if account.role not in accounts.LEADERS:
        return _form("此账号没有负责人平台的权限。", 403, number)
    with services.database.write() as connection:
        token, _, _ = accounts.open_session(connection, account.number, None, services.now(), accounts.CONSOLE_LIFE)
    return Redirect("/console", status_code=303, headers=HEADERS, cookies=[_cookie(COOKIE, token), _gone(FORM_COOKIE)])


@post("/logout", status_code=200, sync_to_thread=True)
def log_out(request: Request[Any, Any, Any], services: Services, leader: Session, data: Form) -> Redirect:
    """End the session."""
    if not hmac.compare_digest(data.get("csrf", "").encode(), leader.csrf.encode()):
        raise Refusal("scope-denied", "csrf")
    with services.database.write() as connection:
        accounts.close_session(connection, request.cookies[COOKIE])
    return Redirect("/console/login", status_code=303, headers=HEADERS, cookies=[_gone(COOKIE)])


def _form(words: str, status: int = 200, number: str = "") -> Response[str]:
    token = secrets.token_urlsafe(24)
    answer = html("login.html", {"words": words, "form": token, "number": number}, status)
    answer.cookies.append(_cookie(FORM_COOKIE, token))
    return answer


def _cookie(name: str, value: str) -> Cookie:
    return Cookie(key=name, value=value, path="/", secure=True, httponly=True, samesite="strict")


def _gone(name: str) -> Cookie:
    return Cookie(key=name, value="", path="/", secure=True, httponly=True, samesite="strict", max_age=0)
