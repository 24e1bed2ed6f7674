"""The invariants of PROTOCOL that a kit and a real backend can show together; each test bears its number."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fieldkit.clock import Clock
from fieldkit.crypto.canonical import canonical_json
from fieldkit.errors import NetworkUnavailable, NotTheServer
from fieldkit.model.stamp import Stamp
from sync.transport import Transport
from tests.faults.proxy import Fault, Proxy
from tests.faults.stranger import stranger_context
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import OFFICER, SECOND, SHORT, Kit

CHUNK = 4 << 20


def test_i3_acknowledged_here_means_applied_there(kit: Kit, backend: Backend) -> None:
    visits = [kit.visit() for _ in range(5)]
    report = kit.engine.run()
    assert report.acknowledged == 5
    for visit in visits:
        (state,) = backend.rows("SELECT state FROM ledger WHERE entity_id = ?", visit.id)[0]
        assert state == "applied"
        body = backend.rows("SELECT body FROM entity WHERE id = ?", visit.id)[0][0]
        assert msgspec.json.decode(str(body))["number"] == visit.number


def test_i7_a_bad_operation_stops_no_other(kit: Kit, backend: Backend) -> None:
    first = kit.visit()
    bad = kit.replica.outbox.add("visit", str(uuid.uuid4()), b'{"this":"is no visit"}', 0)
    last = kit.visit(b"photo" * 100)
    report = kit.engine.run()
    assert (report.operations, report.acknowledged) == (3, 2)
    assert [problem.what for problem in report.problems] == [bad.op_id]
    assert kit.replica.visits.state(first.id) == kit.replica.visits.state(last.id) == "filed"
    (item,) = kit.replica.outbox.items()
    assert (item.op_id, item.state) in ((bad.op_id, "quarantined"), (bad.op_id, "rejected"))
    assert "：Object missing required field" in item.why  # what exactly, after the sentence
    assert report.problems[0].why == item.why
    again = kit.engine.run()
    assert (again.operations, again.blob_bytes) == (0, 0)


def test_i7_an_operation_blocks_only_what_depends_on_it(kit: Kit) -> None:
    bad = kit.replica.outbox.add("visit", str(uuid.uuid4()), b'{"this":"is no visit"}', 0)
    body = canonical_json(msgspec.structs.replace(kit.draft(), state="final"))
    entity = msgspec.json.decode(body)["id"]
    held = kit.replica.outbox.add("visit", entity, body, 0, depends_on=(bad.op_id,))
    free = kit.visit()
    kit.engine.run()
    assert kit.replica.visits.state(free.id) == "filed"
    assert {item.op_id: item.state for item in kit.replica.outbox.items()}[held.op_id] == "pending"


def test_i8_the_bytes_of_an_operation_are_those_of_the_first_send(kit: Kit, backend: Backend, proxy: Proxy) -> None:
    kit.engine.run()
    kit.reach(proxy.port)
    visit = kit.visit()
    operation = kit.replica.outbox.due(datetime.now(UTC), 1)[0]
    proxy.fault = Fault("cut_down", after=2500)
    with pytest.raises(NetworkUnavailable):
        kit.engine.run()
    proxy.hurt(Fault())
    again = kit.replica.outbox.get(operation.op_id)
    assert again == operation
    kit.engine.run()
    (sha256,) = backend.rows("SELECT body_sha256 FROM ledger WHERE entity_id = ?", visit.id)[0]
    assert sha256 == operation.body_sha256 == hashlib.sha256(bytes(operation.body)).hexdigest()


def test_i9_an_interrupted_upload_sends_at_most_one_chunk_twice(kit: Kit, backend: Backend, proxy: Proxy) -> None:
    kit.engine.run()
    kit.reach(proxy.port)
    film = os.urandom(2 * CHUNK + 500_000)
    visit = kit.visit(film)
    proxy.fault = Fault("cut_up", after=CHUNK + 1_500_000)
    with pytest.raises(NetworkUnavailable):
        kit.engine.run()
    assert proxy.fault.hurt >= 1
    assert kit.replica.visits.state(visit.id) == "sent"
    proxy.hurt(Fault())
    report = kit.engine.run()
    assert report.blob_bytes < len(film) - CHUNK + 1
    assert proxy.bytes_up < len(film) + CHUNK + 200_000
    assert kit.replica.visits.state(visit.id) == "filed"
    sha256 = hashlib.sha256(film).hexdigest()
    stored = [path for path in backend.data.rglob(sha256) if path.is_file()]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in stored] == [sha256]


def test_i9_stored_here_means_equal_bytes_there(kit: Kit, backend: Backend) -> None:
    visit = kit.visit(b"", b"x", os.urandom(70_000))
    kit.engine.run()
    assert kit.replica.visits.state(visit.id) == "filed"
    for blob in kit.replica.visits.get(visit.id).blobs():
        (path,) = (path for path in backend.data.rglob(blob.sha256) if path.is_file())
        assert path.read_bytes() == kit.replica.blobs.read(blob.sha256, 0, blob.size)


def test_i11_a_tombstone_takes_the_archive_row_and_no_unsent_work(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    kit.engine.run()
    visit = kit.visit()
    draft = kit.draft()
    _delete_officer(own_backend, SECOND)
    own = kit.replica.officers.get(SECOND)
    assert own is not None
    before = kit.replica.outbox.items()
    client_side = kit.engine.run()
    assert kit.replica.officers.get(SECOND) is None
    assert kit.replica.visits.get(draft.id) == draft
    assert before[0].entity_id == visit.id
    assert client_side.operations == 1
    assert kit.replica.visits.get(visit.id) is not None


@pytest.mark.parametrize("years", [-10, 10])
def test_i13_a_clock_ten_years_off_changes_no_order_and_stops_no_sync(
    new_kit: MakeKit, backend: Backend, years: int
) -> None:
    clock = Clock(lambda: datetime.now(UTC) + timedelta(days=365 * years))
    kit = new_kit(backend, clock)
    visits = [kit.visit(opened_at=Stamp(clock.now().at, "laptop")) for _ in range(3)]
    report = kit.engine.run()
    assert (report.acknowledged, report.problems) == (3, ())
    filings = [kit.replica.visits.filing(visit.id) for visit in visits]
    receipts = [filing.receipt for filing in filings if filing]
    assert receipts == sorted(receipts)
    assert len(set(receipts)) == 3
    assert clock.now().source == "server"
    assert abs(clock.now().at - datetime.now(UTC)) < timedelta(minutes=5)


def test_i13_a_restart_under_a_wrong_clock_is_mended_by_the_server(new_kit: MakeKit, backend: Backend) -> None:
    kit = new_kit(backend)
    kit.visit()
    kit.clock = Clock(lambda: datetime.now(UTC) - timedelta(days=4000))
    again = kit.reopen()
    try:
        assert again.engine.run().acknowledged == 1
        assert again.clock.now().source == "server"
    finally:
        again.close()


def test_i13_a_certificate_is_not_judged_by_the_laptops_clock(proxy: Proxy, tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3650)
    context = stranger_context(tmp_path, long_ago)
    ca_pem = (tmp_path / "stranger" / "ca.pem").read_text()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    proxy.fault = Fault("answer", text=answer, tls=context)
    transport = Transport(f"https://127.0.0.1:{proxy.port}", ca_pem, Clock(), timeouts=SHORT)
    with pytest.raises(NotTheServer) as told:
        transport.call("GET", "/v1/hello", signed=False)
    transport.close()
    assert "request id" in told.value.en  # so TLS stood, and the answer was read


def _delete_officer(backend: Backend, number: str) -> None:
    """Delete an entity as the backend would: a tombstone under a new change number."""
    assert number != OFFICER
    with closing(sqlite3.connect(backend.database(), timeout=30)) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE counter SET change = change + 1")
        connection.execute(
            "UPDATE entity SET deleted = 1, body = NULL, version = version + 1,"
            " change = (SELECT change FROM counter) WHERE kind = 'officer' AND id = ?",
            (number,),
        )
