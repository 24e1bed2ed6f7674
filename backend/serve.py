"""`fieldkit-backend serve`: open the data directory, listen with TLS, say when ready, stop within a second."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import uvicorn

from backend import application, installation
from backend.codes import enrolment_code
from backend.seeding import seed_demo
from backend.services import Services
from backend.store import counties, devices
from fieldkit.errors import KnownError

KEEP_ALIVE_S = 75
"""uvicorn's 5 s closes a kit's connection between two steps of one sync."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks of a server."""

    data: Path
    host: str
    port: int
    demo: bool
    ready: Path | None
    until_eof: bool
    public_url: str | None
    county: str
    county_name: str


def serve(wish: Wish) -> None:
    """Serve until told to stop (SIGINT, SIGTERM).

    Raises:
        KnownError: the data directory is in use, or the port can't be had.
    """
    with installation.sole_server(wish.data), _listen(wish.host, wish.port) as listener:
        url = wish.public_url or _url(wish.host, listener.getsockname()[1])
        services = installation.prepare(wish.data, (wish.host, urlsplit(url).hostname or wish.host))
        try:
            code = _open_county(services, wish, url)
            server = _Server(_config(services), wish.ready, _ready(services, url, code), wish.data / "tls" / "ca.pem")
            if wish.until_eof:
                threading.Thread(target=_stop_at_eof, args=(server,), name="stdin", daemon=True).start()
            # uvicorn raises a caught SIGTERM again once it has stopped; that must not look like a crash.
            signal.signal(signal.SIGTERM, lambda *_: None)
            server.run(sockets=[listener])
        finally:
            services.database.close()


class _Server(uvicorn.Server):
    """uvicorn, writing the ready file once it listens."""

    def __init__(self, config: uvicorn.Config, ready: Path | None, facts: dict[str, object], authority: Path) -> None:
        super().__init__(config)
        self._ready = ready
        self._facts = facts
        self._authority = authority

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            text = json.dumps(self._facts, ensure_ascii=False)
            if self._ready is not None:
                partial = self._ready.with_name(f".{self._ready.name}.partial")
                partial.write_text(text, "utf-8")
                partial.replace(self._ready)
            print(text, flush=True)
            print(
                f"后台已启动。负责人平台：{self._facts['url']}/console，浏览器须先信任证书 {self._authority}；"
                f"按 Ctrl+C 停止。 (Listening; the console needs the browser to trust that certificate; Ctrl+C stops.)",
                file=sys.stderr,
                flush=True,
            )


def _stop_at_eof(server: uvicorn.Server) -> None:
    """Stop when stdin ends: whoever started this backend is gone, however it went."""
    while os.read(0, 1024):
        pass
    server.should_exit = True


def _config(services: Services) -> uvicorn.Config:
    return uvicorn.Config(
        application.build(services),
        ssl_certfile=str(services.authority.chain),
        ssl_keyfile=str(services.authority.key),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
        lifespan="on",
        ws="none",
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise KnownError("backend.port_taken", port=port, why=error.strerror or str(error)) from error


def _url(host: str, port: int) -> str:
    name = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)  # noqa: S104 - compared only
    return f"https://[{name}]:{port}" if ":" in name else f"https://{name}:{port}"


def _open_county(services: Services, wish: Wish, url: str) -> str | None:
    """Make the first county of a new installation; seed the demo and return its enrolment code if asked."""
    now = services.now()
    if wish.demo:
        seed_demo(services.database, now)
    with services.database.write() as connection:
        counties.note(connection, "url", url)
        if not counties.codes(connection):
            counties.ensure(connection, wish.county, wish.county_name)
        if not wish.demo:
            return None
        from fieldkit.demo import COUNTY

        return enrolment_code(url, devices.new_secret(connection, COUNTY, now), services.authority.ca_pin)


def _ready(services: Services, url: str, code: str | None) -> dict[str, object]:
    facts: dict[str, object] = {"url": url, "pid": os.getpid(), "ca_pin": services.authority.ca_pin}
    if code is not None:
        facts["enrol_code"] = code
    return facts
