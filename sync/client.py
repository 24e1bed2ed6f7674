"""The calls of fieldkit-sync/1 as methods: typed messages in and out, over one `Transport`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import zstandard

from fieldkit.errors import AuthExpired, NotTheServer
from sync.refusal import Missing
from sync.transport import Answer, Transport
from sync.wire import (
    ChangesPage,
    EnrolReply,
    EnrolRequest,
    Hello,
    Me,
    OpsReply,
    OpsRequest,
    SessionReply,
    SessionRequest,
)

T = TypeVar("T")


class Credentials(msgspec.Struct, frozen=True):
    """What signs an officer in; never written anywhere and never shown."""

    officer: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.officer!r}, …)"


SignIn = Callable[[], Credentials | None]
"""Asks for credentials when a session is needed; None: nobody is there to give them."""


class SyncClient:
    """One server, as one kit and one officer see it. One thread at a time.

    Args:
        transport: to the server.
        sign_in: asked when there is no session, and once more when it has ended.
    """

    def __init__(self, transport: Transport, sign_in: SignIn = lambda: None) -> None:
        self.transport = transport
        self._sign_in = sign_in
        self._token = ""

    def hello(self) -> Hello:
        """Ask for time, protocol, epoch and limits; teaches the clock."""
        hello = self._decode(self.transport.call("GET", "/v1/hello", signed=False), Hello)
        self.transport.hear(hello.now)
        return hello

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        """Become a device by a secret.

        Raises:
            ServerRejected: code `enrolment-refused`.
        """
        body = msgspec.json.encode(request)
        return self._decode(self.transport.call("POST", "/v1/enrol", body=body, signed=False, again=False), EnrolReply)

    def session(self, credentials: Credentials) -> SessionReply:
        """Sign an officer in and keep the session in memory.

        Raises:
            WrongKey: the server does not know this number and password.
        """
        body = msgspec.json.encode(SessionRequest(credentials.officer, credentials.password))
        reply = self._decode(self.transport.call("POST", "/v1/session", body=body), SessionReply)
        self._token = reply.token
        return reply

    def me(self) -> Me:
        """Ask who the officer is, who else is there, and which scopes are granted."""
        return self._decode(self._as_officer("GET", "/v1/me"), Me)

    def operations(self, request: OpsRequest, *, session: bool = True) -> OpsReply:
        """Push operations; one result each, in order.

        Args:
            request: the batch.
            session: False for a revoked device: signed by it alone.

        Raises:
            NotTheServer: the results are not those of what was sent.
        """
        packed = zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(request))
        call = self._as_officer if session else self.transport.call
        answer = call("POST", "/v1/ops", body=packed, headers={"Content-Encoding": "zstd"})
        reply = self._decode(answer, OpsReply)
        if [result.op_id for result in reply.results] != [operation.op_id for operation in request.operations]:
            raise NotTheServer(why="结果与所发不符 (results of other operations)")
        return reply

    def changes(self, scope: str, cursor: str, limit: int) -> ChangesPage:
        """Fetch one page of what the backend holds of a scope, after `cursor` ("" from the start)."""
        asked = {"scope": scope, "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        query = urlencode(asked)
        return self._decode(self._as_officer("GET", f"/v1/changes?{query}"), ChangesPage)

    def has_blob(self, sha256: str) -> bool:
        """Ask whether the server holds this content, hash agreed."""
        try:
            self._as_officer("HEAD", f"/v1/blobs/{quote(sha256)}", expect="")
        except Missing:
            return False
        return True

    def blob(self, sha256: str) -> bytes:
        """Fetch a blob and prove that it is the one asked for.

        Raises:
            ServerRejected: the server does not hold it.
            NotTheServer: what came has another hash.
        """
        data = self._as_officer("GET", f"/v1/blobs/{quote(sha256)}", expect="").body  # any type: the hash is the proof
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NotTheServer(why="附件内容与哈希不符 (the blob has another hash)")
        return data

    def create_upload(self, size: int, metadata: str, upload_url: Callable[[str], str]) -> tuple[str, dict[str, str]]:
        """Open a tus upload and return its absolute Location and the answer's headers.

        Args:
            size: bytes of the whole.
            metadata: tus `Upload-Metadata`.
            upload_url: makes an absolute URL of what the server called it.
        """
        answer = self._as_officer(
            "POST",
            "/v1/uploads",
            expect="",
            headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata},
        )
        location = answer.headers.get("location", "")
        if answer.status != 201 or not location:
            raise NotTheServer(why="没有上传地址 (no Location)")
        return upload_url(location), answer.headers

    def _as_officer(self, method: str, path: str, **call: object) -> Answer:
        """Call with a session; sign in first if there is none, and once more if it has ended."""
        fresh = False
        if not self._token:
            self._renew()
            fresh = True
        try:
            return self.transport.call(method, path, token=self._token, **call)  # type: ignore[arg-type]  # passed on as given
        except AuthExpired:
            self._token = ""
            if fresh:
                raise
            self._renew()
            return self.transport.call(method, path, token=self._token, **call)  # type: ignore[arg-type]  # passed on as given

    def _renew(self) -> None:
        credentials = self._sign_in()
        if credentials is None:
            raise AuthExpired
        self.session(credentials)

    @staticmethod
    def _decode(answer: Answer, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except msgspec.MsgspecError as error:
            raise NotTheServer(why="应答读不懂 (not this protocol)") from error


def same_server(server_url: str, location: str) -> str:
    """Return an upload's absolute URL, always on the server we are pinned to.

    Raises:
        NotTheServer: the Location leads to another host.
    """
    if location.startswith("/"):
        return server_url.rstrip("/") + location
    here, there = urlsplit(server_url), urlsplit(location)
    if (there.scheme, there.hostname, there.port) != (here.scheme, here.hostname, here.port):
        raise NotTheServer(why="上传地址在别处 (upload elsewhere)")
    return location
