"""What a server may do that a kit has to follow: another authority, other limits, a restored database, no session."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fieldkit.crypto.canonical import canonical_json
from fieldkit.errors import AuthExpired, NotTheServer, ServerRejected, WrongKey
from fieldkit.model.operation import Operation, Problem
from fieldkit.model.stamp import Stamp
from sync.client import Credentials, SyncClient, same_server
from sync.engine import SyncEngine
from sync.push import batches
from sync.refusal import Refused
from sync.trust import fetch_authority
from sync.wire import Limits, OpsReply, OpsRequest
from tests.faults.proxy import Fault, Proxy
from tests.faults.stranger import stranger_context
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import CREDENTIALS, SHORT, Kit


def test_the_spare_authority_is_followed_and_then_pinned(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    before = kit.replica.enrolment.get()
    visit = kit.visit()
    own_backend.stop()
    tls = own_backend.data / "tls"
    (tls / "spare-ca.key").replace(tls / "ca.key")
    for name in ("ca.pem", "server.pem"):
        (tls / name).unlink()
    own_backend.start()
    assert kit.engine.run().acknowledged == 1
    after = kit.replica.enrolment.get()
    assert before is not None
    assert after is not None
    assert after.ca_pem == (tls / "ca.pem").read_text() != before.ca_pem
    assert after.spare_pin == ""  # good for one move
    assert kit.replica.visits.state(visit.id) == "filed"


def test_an_authority_that_is_neither_pinned_nor_spare_is_refused(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    own_backend.stop()
    tls = own_backend.data / "tls"
    for name in ("ca.key", "ca.pem", "server.pem", "spare-ca.key"):
        (tls / name).unlink()
    own_backend.start()
    with pytest.raises(NotTheServer) as told:
        kit.engine.run()
    assert "证书" in told.value.zh


def test_the_environment_cannot_change_whom_we_believe(
    kit: Kit, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = stranger_context(tmp_path)
    bundle = str(tmp_path / "stranger" / "ca.pem")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, bundle)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    kit.engine.run()
    kit.reach(proxy.port)
    proxy.fault = Fault("answer", tls=stranger)  # a server with a certificate that the bundle would accept
    with pytest.raises(NotTheServer):
        kit.engine.run()


def test_a_batch_over_the_servers_limits_is_halved_until_it_passes(kit: Kit, backend: Backend) -> None:
    kit.engine.run()
    wide = Limits(operations=1000, bytes=64 << 20, chunk=4 << 20, blob=1 << 30)
    hello = type(kit.engine)._connect

    def with_wide_limits(engine: SyncEngine, cancel: object) -> object:
        enrolment, client, answer = hello(engine, cancel)  # type: ignore[arg-type]  # passed on
        return enrolment, client, msgspec.structs.replace(answer, limits=wide)

    body = canonical_json(msgspec.structs.replace(kit.draft(), state="final", records=()))
    for _ in range(203):
        one = msgspec.json.decode(body) | {"id": str(uuid.uuid4())}
        kit.replica.outbox.add("visit", one["id"], canonical_json(one), 0)
    kit.engine._connect = with_wide_limits.__get__(kit.engine)  # type: ignore[method-assign]  # a server with other limits
    report = kit.engine.run()
    assert (report.operations, report.acknowledged, report.problems) == (203, 203, ())


def test_a_batch_refused_for_who_sends_it_is_parked_at_once_with_the_reason(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is to blame in it: halving would ask 2n - 1 times (I10)."""
    kit.engine.run()
    asked: list[int] = []

    def refuse(_client: SyncClient, request: OpsRequest, **_more: object) -> OpsReply:
        asked.append(len(request.operations))
        raise Refused(Problem(type="about:blank", title="没有权限", status=403, code="scope-denied"))

    operations = [kit.replica.outbox.add("track", str(uuid.uuid4()), b"{}", 0) for _ in range(9)]
    with monkeypatch.context() as patched:
        patched.setattr(SyncClient, "operations", refuse)
        report = kit.engine.run()
    assert asked == [9]
    assert (report.operations, report.acknowledged) == (9, 0)
    assert {problem.what for problem in report.problems} == {op.op_id for op in operations}
    items = kit.replica.outbox.items()
    assert {item.state for item in items} == {"parked"}
    assert all("没有权限" in item.why for item in items)


def test_a_revoked_kit_still_hands_in_what_was_done_on_it(kit: Kit, backend: Backend) -> None:
    """PROTOCOL rule 6: it is kept in quarantine for a leader, never lost."""
    kit.engine.run()
    before, after = kit.visit(), kit.visit()
    enrolment = kit.replica.enrolment.get()
    assert enrolment is not None
    backend.change("UPDATE device SET revoked_at = '2026-11-23 08:00:00' WHERE id = ?", enrolment.device_id)
    for engine in (kit.engine, SyncEngine(kit.replica, kit.clock, lambda: CREDENTIALS, SHORT)):
        with pytest.raises(ServerRejected) as told:
            engine.run()
        assert told.value.details["code"] == "device-revoked"
        engine.close()
    for visit in (before, after):
        assert backend.rows("SELECT state FROM ledger WHERE entity_id = ?", visit.id) == [("quarantined",)]
        assert backend.visits(visit.id) == 0
    items = kit.replica.outbox.items()
    assert [(item.state, item.attempts) for item in items] == [("quarantined", 1)] * 2
    assert "设备已停用" in items[0].why


def test_a_kit_revoked_before_anybody_signed_in_hands_its_work_in_too(new_kit: MakeKit, backend: Backend) -> None:
    kit = new_kit(backend)
    visit = kit.visit()
    enrolment = kit.replica.enrolment.get()
    assert enrolment is not None
    backend.change("UPDATE device SET revoked_at = '2026-11-23 08:00:00' WHERE id = ?", enrolment.device_id)
    with pytest.raises(ServerRejected):
        kit.engine.run(patient=True)
    assert backend.rows("SELECT state FROM ledger WHERE entity_id = ?", visit.id) == [("quarantined",)]


def test_batches_keep_the_order_and_the_limits() -> None:
    limits = Limits(operations=4, bytes=10_000, chunk=1, blob=1)
    sizes = [10, 20_000, 10, 10, 10, 10, 10, 5000, 5000]
    operations = [_operation(size) for size in sizes]
    made = list(batches(operations, limits))
    assert [op for batch in made for op in batch] == operations
    assert all(len(batch) <= 4 for batch in made)
    assert all(len(batch) == 1 or sum(len(bytes(op.body)) for op in batch) <= 10_000 for batch in made)


def test_an_ended_session_is_renewed_without_asking_twice(kit: Kit, backend: Backend) -> None:
    asked: list[int] = []
    credentials = Credentials("330424002", "Demo-case-2026")

    def sign_in() -> Credentials:
        asked.append(1)
        return credentials

    engine = SyncEngine(kit.replica, kit.clock, sign_in, SHORT)
    try:
        engine.run()
        engine.run()
        assert len(asked) == 1
        client = engine._connected[1]  # type: ignore[index]  # connected just now
        client._token = "no longer good"
        engine.run()
        assert len(asked) == 2
    finally:
        engine.close()


def test_without_anybody_signed_in_nothing_is_marked_as_sent(kit: Kit) -> None:
    kit.visit()
    engine = SyncEngine(kit.replica, kit.clock, lambda: None, SHORT)
    with pytest.raises(AuthExpired):
        engine.run()
    engine.close()
    (item,) = kit.replica.outbox.items()
    assert (item.state, item.attempts) == ("pending", 0)


def test_a_password_the_server_does_not_take_is_told_and_work_is_kept(kit: Kit) -> None:
    kit.visit()
    engine = SyncEngine(kit.replica, kit.clock, lambda: Credentials("330424002", "something else"), SHORT)
    with pytest.raises(WrongKey):
        engine.run()
    engine.close()
    assert kit.replica.outbox.items()[0].attempts == 0


def test_a_server_restored_from_a_copy_is_fetched_anew_and_unsent_work_stays(
    new_kit: MakeKit, own_backend: Backend
) -> None:
    kit = new_kit(own_backend)
    sent = kit.visit()
    kit.engine.run()
    unsent = kit.draft()
    own_backend.stop()
    own_backend.change("UPDATE installation SET value = 'another-epoch' WHERE name = 'epoch'")
    own_backend.start()
    report = kit.engine.run()
    assert report.problems == ()
    assert kit.replica.changes.state("county:330424").epoch == "another-epoch"
    assert kit.replica.visits.state(sent.id) == "filed"
    assert kit.replica.visits.get(unsent.id) == unsent


def test_the_authority_is_asked_over_tls_only_and_by_its_hash(backend: Backend) -> None:
    with pytest.raises(NotTheServer):
        fetch_authority(backend.url.replace("https", "http"), "0" * 32, 5)
    with pytest.raises(NotTheServer):
        fetch_authority(backend.url, "0" * 32, 5)


def test_an_upload_may_not_lead_elsewhere() -> None:
    assert same_server("https://a:1", "/v1/uploads/x") == "https://a:1/v1/uploads/x"
    assert same_server("https://a:1", "https://a:1/v1/uploads/x") == "https://a:1/v1/uploads/x"
    with pytest.raises(NotTheServer):
        same_server("https://a:1", "https://b:1/v1/uploads/x")


def _operation(size: int) -> Operation:
    body = b'"' + b"x" * size + b'"'
    return Operation(
        op_id=str(uuid.uuid4()),
        kind="visit",
        entity_id=str(uuid.uuid4()),
        schema=1,
        base_version=0,
        body=msgspec.Raw(body),
        body_sha256=hashlib.sha256(body).hexdigest(),
        captured_at=Stamp(datetime.now(UTC), "laptop"),
    )
