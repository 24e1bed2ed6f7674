"""A man in the middle between a kit and its server: what he adds to the genuine authority is never believed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from urllib.parse import quote

import msgspec
import pytest

from backend import certificates
from backend.certificates import Authority
from fieldkit.clock import Clock
from fieldkit.errors import NotTheServer
from sync.enrol import Enrolling
from sync.trust import fetch_authority, pin_of, pinned_context
from sync.wire import EnrolReply, Hello, Limits
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import CREDENTIALS

SECRET = "a-secret-good-once"
TOLD = Hello(
    now=datetime(2026, 6, 11, tzinfo=UTC),
    protocol="fieldkit-sync/1",
    schema_min=1,
    schema_max=1,
    epoch="e",
    limits=Limits(operations=1, bytes=1, chunk=1, blob=1),
)


@pytest.fixture
def genuine(tmp_path: Path) -> Authority:
    """The authority that the code names; its key is not the attacker's."""
    return certificates.prepare(tmp_path / "genuine")


@pytest.fixture
def evil(tmp_path: Path) -> Authority:
    """The attacker's own authority, whose key he has."""
    return certificates.prepare(tmp_path / "evil")


@contextmanager
def answering(server: Authority, ca_pem: str, enrol_pem: str = "") -> Iterator[tuple[int, list[bytes]]]:
    """Serve with `server`'s certificate; give the port and the bodies that were sent."""
    heard: list[bytes] = []
    reply = EnrolReply(
        device_id="dev-1",
        county="330424",
        county_name="海盐县",
        county_key="00" * 32,
        ca_pem=enrol_pem,
        spare_pin="0" * 64,
        epoch="e",
    )

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/v1/ca":
                self._answer(ca_pem.encode(), "application/x-pem-file")
            else:
                self._answer(msgspec.json.encode(TOLD))

        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(msgspec.json.encode(reply))

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

        def _answer(self, body: bytes, kind: str = "application/json") -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Request-ID", self.headers.get("X-Request-ID", ""))
            self.end_headers()
            self.wfile.write(body)

    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.chain, server.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield listening.server_address[1], heard
        finally:
            listening.shutdown()
            thread.join()


def code(port: int, authority: Authority) -> str:
    url = quote(f"https://127.0.0.1:{port}", safe="")
    return f"fieldkit://enrol?u={url}&s={SECRET}&k={authority.ca_pin[:32]}"


Bundle = Callable[[Authority, Authority], str]


@pytest.mark.parametrize(
    "bundle",
    [
        lambda genuine, evil: genuine.ca_pem + evil.ca_pem,
        lambda genuine, evil: evil.ca_pem + genuine.ca_pem,
        lambda genuine, evil: genuine.ca_pem + evil.ca_pem.replace("BEGIN CERT", "BEGIN TRUSTED CERT"),
        lambda genuine, evil: genuine.ca_pem + evil.ca_pem.replace(" CERTIFICATE", " X509 CERTIFICATE"),
    ],
    ids=["behind", "in front", "as trusted", "by its old name"],
)
def test_an_attackers_authority_beside_the_genuine_one_gets_no_secret(
    genuine: Authority, evil: Authority, bundle: Bundle
) -> None:
    with answering(evil, bundle(genuine, evil)) as (port, heard):
        with pytest.raises(NotTheServer):
            Enrolling(code(port, genuine), Clock()).finish(CREDENTIALS)
        assert heard == []


def test_a_kit_enrolled_with_two_authorities_trusts_neither(genuine: Authority, evil: Authority) -> None:
    with pytest.raises(NotTheServer):
        pinned_context(genuine.ca_pem + evil.ca_pem)
    with pytest.raises(NotTheServer):
        pin_of(genuine.ca_pem + evil.ca_pem)
    assert pinned_context(genuine.ca_pem).cert_store_stats()["x509"] == 1


def test_what_stands_around_the_certificate_is_not_kept(genuine: Authority) -> None:
    with answering(genuine, f"a comment\n{genuine.ca_pem}another\n") as (port, _heard):
        got = fetch_authority(f"https://127.0.0.1:{port}", genuine.ca_pin, 10.0)
    assert got == genuine.ca_pem


def test_the_reply_to_the_enrolment_brings_no_second_authority(genuine: Authority, evil: Authority) -> None:
    with (
        answering(genuine, genuine.ca_pem, genuine.ca_pem + evil.ca_pem) as (port, heard),
        pytest.raises(NotTheServer),
    ):
        Enrolling(code(port, genuine), Clock()).finish(CREDENTIALS)
    assert len(heard) == 1


def test_the_way_to_the_spare_takes_no_second_authority(
    new_kit: MakeKit, own_backend: Backend, genuine: Authority, evil: Authority
) -> None:
    kit = new_kit(own_backend)
    visit = kit.visit()
    before = kit.replica.enrolment.get()
    assert before is not None
    kit.replica.enrolment.set(msgspec.structs.replace(before, spare_pin=genuine.ca_pin))
    with answering(evil, genuine.ca_pem + evil.ca_pem) as (port, heard):
        kit.reach(port)
        with pytest.raises(NotTheServer):
            kit.engine.run()
    after = kit.replica.enrolment.get()
    assert after is not None
    assert (after.ca_pem, heard) == (before.ca_pem, [])
    assert kit.replica.visits.state(visit.id) == "waiting"
