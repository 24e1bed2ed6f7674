"""One signed, pinned HTTP exchange: what goes out is signed afresh on every try, what comes back is doubted first."""

from __future__ import annotations

import io
import secrets
import ssl
import threading
import uuid
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

import msgspec
import requests
import urllib3
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fieldkit.clock import Clock, awake_or_asleep
from fieldkit.crypto import http_signature
from fieldkit.errors import Cancelled, NetworkUnavailable, NotTheServer
from fieldkit.model.operation import Problem
from sync.refusal import Overloaded, refusal
from sync.trust import PinnedAdapter, pinned_context
from sync.wire import JSON, PROBLEM

_ANSWER_LIMIT_BYTES = 64 * 2**20
_STEP_BYTES = 64 * 1024


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds: to connect (and for each 16 KiB sent), and without a byte while an answer is awaited."""

    connect_s: float = 10.0
    stall_s: float = 30.0


class Device(msgspec.Struct, frozen=True):
    """The kit as the backend knows it: its id and the key that signs."""

    id: str
    key: Ed25519PrivateKey


class Stop(Protocol):
    """Whether the officer has had enough: a `threading.Event`."""

    def is_set(self) -> bool:
        """Tell whether to stop."""
        ...


class Answer(msgspec.Struct, frozen=True):
    """A believed answer: status, headers in lower case, decoded body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Transport:
    """Exchanges with one server under one pinned authority; one thread at a time.

    Args:
        server_url: `https://host:port`, no path.
        ca_pem: the authority; nothing else is believed.
        clock: asked for the time of a signature until the server has told its own, and told the server's.
        device: signs what needs signing; None before enrolment.
        cancel: looked at before each try and between steps of an answer; may be replaced between calls.
    """

    def __init__(
        self,
        server_url: str,
        ca_pem: str,
        clock: Clock,
        device: Device | None = None,
        timeouts: Timeouts | None = None,
        cancel: Stop | None = None,
    ) -> None:
        self._url = server_url.rstrip("/")
        self._clock = clock
        self._device = device
        self._timeouts = timeouts or Timeouts()
        self.cancel: Stop = cancel or threading.Event()
        self._server_time: tuple[datetime, float] | None = None
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("https://", PinnedAdapter(pinned_context(ca_pem)))
        self._session.mount("http://", _NeverPlain())

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def hear(self, server_now: datetime) -> None:
        """Take the server's time: it dates signatures from now on."""
        self._server_time = (server_now, awake_or_asleep())
        self._clock.hear_server(server_now)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        content_type: str = JSON,
        token: str = "",
        signed: bool = True,
        again: bool = True,
        headers: Mapping[str, str] | None = None,
        expect: str = JSON,
    ) -> Answer:
        """Send one request and return the answer if it is a success of this server.

        A clock that is off is corrected and the call repeated once; so is a call whose kept-alive connection had died,
        unless `again` is false.

        Args:
            method: HTTP method.
            path: path with query, or an absolute URL of this server (an upload's Location).
            body: bytes to send.
            content_type: of `body`.
            token: the officer's session.
            signed: with the device's key.
            again: the call may be made twice without harm.
            headers: more headers.
            expect: the content type demanded of an answer with a body; "" where none has one.

        Raises:
            NotTheServer: another certificate, a redirect, another content type, no echo of the request's id.
            NetworkUnavailable: nothing came, or it broke off, or the server is troubled.
            AuthExpired, ServerRejected: as the problem says (`sync.refusal`).
            Cancelled: the officer stopped it.
        """
        skewed = broken = False
        while True:
            if self.cancel.is_set():
                raise Cancelled
            try:
                answer = self._once(method, path, body, content_type, token, signed, headers or {}, expect)
            except _Broken as error:
                if broken or not again:
                    raise NetworkUnavailable(why="连接中断 (the connection broke)") from error
                broken = True
                continue
            if answer.status < 400:
                return answer
            problem = _problem(answer)
            told = problem.now if problem.code == "clock-skew" else _date(answer)
            if told is not None and not skewed:
                skewed = True
                self.hear(told)
                continue
            raise refusal(problem, _retry_after(answer.headers))

    def _once(
        self,
        method: str,
        path: str,
        body: bytes,
        content_type: str,
        token: str,
        signed: bool,
        more: Mapping[str, str],
        expect: str,
    ) -> Answer:
        url = path if path.startswith("https://") else self._url + path
        request_id = str(uuid.uuid4())
        headers = {"X-Request-ID": request_id, "Accept-Encoding": "zstd, gzip", "User-Agent": "fieldkit", **more}
        if expect:
            headers["Accept"] = f"{expect}, {PROBLEM}"
        if body or method in ("POST", "PATCH", "PUT"):
            headers["Content-Type"] = content_type
            headers["Content-Length"] = str(len(body))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if signed and self._device is not None:
            headers.update(
                http_signature.sign(
                    method,
                    url,
                    headers,
                    body,
                    self._device.key,
                    self._device.id,
                    self._now(),
                    secrets.token_urlsafe(18),
                )
            )
        try:
            with self._session.request(
                method,
                url,
                # A file is sent in blocks of 16 KiB, each with its own time-out: a slow line is no stall.
                data=io.BytesIO(body) if body else None,
                headers=headers,
                timeout=(self._timeouts.connect_s, self._timeouts.stall_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                got = {name.lower(): value for name, value in response.headers.items()}
                _doubt(response.status_code, got, request_id, expect)
                return Answer(response.status_code, got, self._read(response, got))
        except requests.exceptions.SSLError as error:
            raise _tls(error) from error
        except requests.exceptions.ConnectTimeout as error:
            raise NetworkUnavailable(why="连接超时 (time-out)") from error
        except requests.exceptions.ReadTimeout as error:
            raise NetworkUnavailable(why="服务器没有应答 (stalled)") from error
        except requests.exceptions.ConnectionError as error:
            if _died(error):
                raise _Broken from error
            raise NetworkUnavailable(why=_reason(error)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _Broken from error

    def _read(self, response: requests.Response, headers: Mapping[str, str]) -> bytes:
        """Read, stop at the officer's word, and decode; a body cut short is a broken connection, never an answer."""
        raw = io.BytesIO()
        for step in response.raw.stream(_STEP_BYTES, decode_content=False):
            if self.cancel.is_set():
                raise Cancelled
            raw.write(step)
            if raw.tell() > _ANSWER_LIMIT_BYTES:
                raise NotTheServer(why="应答过大 (answer too large)")
        return _decoded(raw.getvalue(), headers.get("content-encoding", ""))

    def _now(self) -> datetime:
        if self._server_time is None:
            return self._clock.now().at
        at, then = self._server_time
        return at + timedelta(seconds=awake_or_asleep() - then)


class _Broken(Exception):
    """The connection died before an answer was whole."""


class _NeverPlain(PinnedAdapter):
    """Refuses `http://`: nothing leaves without TLS."""

    def __init__(self) -> None:
        super().__init__(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def send(self, *_args: object, **_kwargs: object) -> requests.Response:
        """Refuse."""
        raise NotTheServer(why="不是 https (not https)")


def _doubt(status: int, headers: Mapping[str, str], request_id: str, expect: str) -> None:
    """Believe an answer only with the echoed request id and the right content type (PROTOCOL rule 8)."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if status >= 500 and kind != PROBLEM:
        raise Overloaded(f"HTTP {status}", _retry_after(headers))
    if 300 <= status < 400:
        raise NotTheServer(why=f"被转向别处 (redirected, HTTP {status})")
    if headers.get("x-request-id") != request_id:
        raise NotTheServer(why="应答不认识本次请求 (request id not echoed)")
    if status >= 400:
        if kind not in (PROBLEM, "") or (kind == "" and headers.get("content-length", "0") != "0"):
            raise NotTheServer(why=f"应答类型不对 (content type {kind or '-'})")
    elif expect and status != 204 and kind != expect:
        raise NotTheServer(why=f"应答类型不对 (content type {kind or '-'})")


def _problem(answer: Answer) -> Problem:
    if not answer.body:  # the answer to a HEAD has no body
        return Problem(type="about:blank", title=f"HTTP {answer.status}", status=answer.status, code="")
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except msgspec.MsgspecError as error:
        raise NotTheServer(why="应答读不懂 (not a problem document)") from error


def _date(answer: Answer) -> datetime | None:
    """Return the server's time of a 401 without a body: the answer to a HEAD can't say that it is for the clock."""
    if answer.status != 401 or answer.body or "date" not in answer.headers:
        return None
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except ValueError:
        return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After, given as seconds or as a date against the answer's own Date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _decoded(raw: bytes, encoding: str) -> bytes:
    """Undo zstd or gzip with a limit; urllib3 ≥ 2.6 no longer uses the `zstandard` package itself."""
    try:
        if encoding == "zstd":
            with zstandard.ZstdDecompressor().stream_reader(raw) as reader:
                whole = reader.read(_ANSWER_LIMIT_BYTES + 1)
        elif encoding == "gzip":
            whole = zlib.decompressobj(31).decompress(raw, _ANSWER_LIMIT_BYTES + 1)
        elif encoding in ("", "identity"):
            return raw
        else:
            raise NotTheServer(why=f"不认识的压缩 (encoding {encoding})")
    except (zstandard.ZstdError, zlib.error) as error:
        raise NotTheServer(why="应答解不开 (damaged compression)") from error
    if len(whole) > _ANSWER_LIMIT_BYTES:
        raise NotTheServer(why="应答过大 (answer too large)")
    return whole


def _tls(error: Exception) -> NetworkUnavailable:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return NotTheServer(why="证书不是本单位的 (another certificate)")
    if "WRONG_VERSION_NUMBER" in text or "HTTP_REQUEST" in text or "RECORD_LAYER" in text:
        return NotTheServer(why="对方不讲 TLS (no TLS)")
    return NetworkUnavailable(why="TLS 连接中断 (TLS broke off)")


def _died(error: Exception) -> bool:
    """Tell a connection that was there and died from one that never came."""
    text = str(error)
    return any(word in text for word in ("Connection aborted", "RemoteDisconnected", "reset by peer", "Broken pipe"))


def _reason(error: Exception) -> str:
    text = str(error)
    if "Connection refused" in text or "actively refused" in text:
        return "连接被拒绝 (connection refused)"
    if "Name or service not known" in text or "getaddrinfo" in text or "NameResolution" in text:
        return "找不到服务器地址 (name not resolved)"
    if "unreachable" in text:
        return "网络不通 (network unreachable)"
    if "Read timed out" in text:
        return "服务器没有应答 (stalled)"
    return "连接失败 (connection failed)"
