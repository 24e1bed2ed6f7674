"""What a bad line, a dead server or a stranger in its place does to a sync: nothing lost, nothing doubled."""

from __future__ import annotations

import contextlib
import os
import ssl
import threading
from pathlib import Path

import pytest

from fieldkit.errors import Cancelled, KnownError, NetworkUnavailable, NotTheServer
from sync.refusal import Overloaded
from sync.transport import Timeouts
from tests.faults.proxy import Fault, Proxy
from tests.faults.stranger import stranger_context
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import Kit

HTML = b"<html><body>Please log in to Free WiFi</body></html>"


def page(status: str = "200 OK", body: bytes = HTML, kind: str = "text/html", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}Connection: close"
    return head.encode() + b"\r\n\r\n" + body


def filed_once(kit: Kit, backend: Backend, visit_id: str) -> None:
    assert kit.replica.visits.state(visit_id) == "filed"
    assert backend.visits(visit_id) == 1
    assert len(backend.rows("SELECT 1 FROM ledger WHERE entity_id = ?", visit_id)) == 1


class AtOps:
    """Sets a fault when the kit has sent its operations: the push has arrived, the answer gets lost."""

    def __init__(self, kit: Kit, proxy: Proxy, fault: Fault) -> None:
        self._proxy, self._fault = proxy, fault
        self._end = kit.replica.subscribe(lambda _kinds: self._look(kit))

    def _look(self, kit: Kit) -> None:
        if any(item.state == "inflight" for item in kit.replica.outbox.items()):
            self._end()
            self._proxy.fault = self._fault


@pytest.mark.parametrize("kind", ["cut_down", "reset_down"])
def test_i2_a_lost_reply_makes_no_second_record(kit: Kit, backend: Backend, proxy: Proxy, kind: str) -> None:
    kit.engine.run()
    kit.reach(proxy.port)
    visit = kit.visit(b"photo" * 200)
    AtOps(kit, proxy, Fault(kind, times=1))  # type: ignore[arg-type]  # a Kind
    report = kit.engine.run()
    assert proxy.fault.hurt == 1
    assert report.acknowledged == 1
    filed_once(kit, backend, visit.id)


def test_i2_replies_lost_again_and_again_make_no_second_record(kit: Kit, backend: Backend, proxy: Proxy) -> None:
    kit.engine.run()
    kit.reach(proxy.port)
    visit = kit.visit()
    AtOps(kit, proxy, Fault("cut_down"))
    with pytest.raises(NetworkUnavailable):
        kit.engine.run()
    assert proxy.fault.hurt >= 2
    assert backend.visits(visit.id) == 1
    assert kit.replica.visits.state(visit.id) == "waiting"
    item = kit.replica.outbox.items()[0]
    assert (item.state, item.attempts) == ("pending", 1)
    assert item.next_attempt_at is not None
    assert "连接" in item.why
    again = kit.reopen()
    try:
        again.reach(backend.port)
        report = again.engine.run()
        assert (report.operations, report.acknowledged) == (1, 1)
        filed_once(again, backend, visit.id)
    finally:
        again.close()


def test_a_server_that_is_down_is_told_and_work_is_kept(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    visit = kit.visit(b"photo" * 100)
    own_backend.stop()
    with pytest.raises(NetworkUnavailable) as told:
        kit.engine.run()
    assert not isinstance(told.value, NotTheServer)
    assert "连不上服务器" in told.value.zh
    assert kit.replica.visits.state(visit.id) == "waiting"
    assert kit.replica.outbox.items()[0].attempts == 0
    own_backend.start()
    assert kit.engine.run().acknowledged == 1
    filed_once(kit, own_backend, visit.id)


def test_a_wrong_pin_is_refused_and_nothing_is_sent(kit: Kit, proxy: Proxy, tmp_path: Path) -> None:
    kit.reach(proxy.port)
    visit = kit.visit()
    heard: list[bytes] = []
    proxy.heard = heard.append
    proxy.fault = Fault("answer", text=page(), tls=stranger_context(tmp_path))
    with pytest.raises(NotTheServer) as told:
        kit.engine.run()
    assert "证书" in told.value.zh
    assert kit.replica.visits.state(visit.id) == "waiting"
    assert kit.replica.outbox.items()[0].attempts == 0


def test_a_captive_portal_without_tls_is_not_the_server(kit: Kit, proxy: Proxy) -> None:
    kit.reach(proxy.port)
    proxy.fault = Fault("answer", text=page())
    with pytest.raises(NotTheServer) as told:
        kit.engine.run()
    assert "网络登录页" in told.value.zh


NONSENSE: dict[str, tuple[bytes, type[KnownError]]] = {
    "html": (page(), NotTheServer),
    "html as json": (page(kind="application/json"), NotTheServer),
    "redirect": (page("302 Found", more="Location: https://portal.invalid/\r\n"), NotTheServer),
    "403": (page("403 Forbidden"), NotTheServer),
    "404 with no echo": (page("404 Not Found", b"{}", "application/problem+json"), NotTheServer),
    "502": (page("502 Bad Gateway"), Overloaded),
    "503": (page("503 Service Unavailable", more="Retry-After: 120\r\n"), Overloaded),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", NetworkUnavailable),
    "nothing": (b"", NetworkUnavailable),
    "half a head": (page()[:40], NetworkUnavailable),
}


def test_what_answers_under_our_own_certificate_is_doubted_too(kit: Kit, backend: Backend, proxy: Proxy) -> None:
    """A reverse proxy with the server's real key may still answer nonsense."""
    kit.reach(proxy.port)
    visit = kit.visit()
    for name, (answer, error) in NONSENSE.items():
        proxy.fault = Fault("answer", text=answer, tls=_own_certificate(backend))
        with pytest.raises(error) as told:
            kit.engine.run()
        if isinstance(told.value, Overloaded):
            assert told.value.retry_after_s == (120 if name == "503" else None)
        assert kit.replica.visits.state(visit.id) == "waiting", name
    proxy.fault = Fault()
    kit.engine.run()
    filed_once(kit, backend, visit.id)


def test_a_whole_answer_that_does_not_echo_the_request_is_not_the_servers(
    kit: Kit, backend: Backend, proxy: Proxy
) -> None:
    """Nothing but the echo tells this answer, perhaps out of a cache, from the server's own."""
    told = b'{"now":"2026-06-11T01:42:08Z","protocol":"fieldkit-sync/1","schema_min":1,"schema_max":1,"epoch":"e",'
    told += b'"limits":{"operations":200,"bytes":8388608,"chunk":4194304,"blob":2147483648}}'
    kit.reach(proxy.port)
    for more in ("", "X-Request-ID: of-another-request\r\n"):
        proxy.fault = Fault(
            "answer", text=page(body=told, kind="application/json", more=more), tls=_own_certificate(backend)
        )
        with pytest.raises(NotTheServer) as error:
            kit.engine.run()
        assert "not echoed" in error.value.zh


def _own_certificate(backend: Backend) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(backend.data / "tls" / "server.pem", backend.data / "tls" / "server.key")
    return context


def test_a_stall_ends_the_try_and_keeps_the_work(new_kit: MakeKit, backend: Backend, proxy: Proxy) -> None:
    kit = new_kit(backend, timeouts=Timeouts(connect_s=5.0, stall_s=3.0))
    kit.engine.run()
    kit.reach(proxy.port)
    visit = kit.visit()
    AtOps(kit, proxy, Fault("stall_down"))
    with pytest.raises(NetworkUnavailable) as told:
        kit.engine.run()
    assert "没有应答" in told.value.zh
    assert kit.replica.visits.state(visit.id) == "waiting"
    proxy.hurt(Fault())
    kit.engine.run()
    filed_once(kit, backend, visit.id)


def test_a_byte_at_a_time_is_slow_but_no_stall(kit: Kit, backend: Backend, proxy: Proxy) -> None:
    kit.reach(proxy.port)
    visit = kit.visit(b"photo" * 100)
    proxy.fault = Fault("trickle_down")
    assert kit.engine.run().acknowledged == 1
    filed_once(kit, backend, visit.id)


@pytest.mark.parametrize("after", [0, 300, 3000, 20_000, 200_000])
def test_a_line_cut_on_the_way_up_loses_and_doubles_nothing(
    kit: Kit, backend: Backend, proxy: Proxy, after: int
) -> None:
    kit.reach(proxy.port)
    visit = kit.visit(os.urandom(300_000))
    proxy.fault = Fault("cut_up", after=after)
    with contextlib.suppress(NetworkUnavailable):  # a call on a dead connection is made once more, and may get through
        kit.engine.run()
    assert proxy.fault.hurt >= 1
    proxy.hurt(Fault())
    kit.engine.run()
    filed_once(kit, backend, visit.id)


def test_i5_a_page_cut_short_leaves_cursor_and_page_as_they_were(demo_kit: Kit, demo_backend: Backend) -> None:
    kit, scope = demo_kit, "county:330424"
    with Proxy(("127.0.0.1", demo_backend.port)) as proxy:
        _cut_pages(kit, scope, proxy)


def _cut_pages(kit: Kit, scope: str, proxy: Proxy) -> None:
    kit.reach(proxy.port)
    proxy.fault = Fault("cut_down", after=30_000)
    with pytest.raises(NetworkUnavailable):
        kit.engine.run()
    assert (kit.replica.changes.cursor(scope) == "") == (kit.replica.archives.count() == 0)
    before = kit.replica.archives.count()
    proxy.hurt(Fault())
    kit.engine.run()
    assert kit.replica.archives.count() == 443 > before
    cursor = kit.replica.changes.cursor(scope)
    kit.engine.run()
    assert kit.replica.changes.cursor(scope) == cursor


def test_i10_a_storm_of_502_meets_few_requests(kit: Kit, backend: Backend, proxy: Proxy) -> None:
    kit.reach(proxy.port)
    for _ in range(5):
        kit.visit()
    proxy.fault = Fault("answer", text=page("502 Bad Gateway"), tls=_own_certificate(backend))
    with pytest.raises(Overloaded):
        kit.engine.run()
    assert proxy.connections <= 2


def test_stopping_a_sync_keeps_what_waits(kit: Kit, backend: Backend) -> None:
    kit.engine.run()
    visit = kit.visit(b"photo" * 100)
    cancel = threading.Event()

    def stop_at_blobs(lane: str, _done: int, _total: int, _sent: int) -> None:
        if lane == "changes":
            cancel.set()

    with pytest.raises(Cancelled):
        kit.engine.run(cancel, stop_at_blobs)
    assert kit.replica.visits.state(visit.id) != "filed"
    kit.engine.run()
    filed_once(kit, backend, visit.id)
