"""Enrolment, the first sync, and the way of one visit from the outbox to its receipt."""

from __future__ import annotations

import msgspec
import pytest

from fieldkit.clock import Clock
from fieldkit.demo import county
from fieldkit.errors import InvalidInput, NotTheServer, ServerRejected, WrongKey
from sync.client import Credentials
from sync.enrol import Enrolling, parse_code
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import CREDENTIALS, SHORT, Kit


def test_the_first_sync_brings_the_demo_county(demo_kit: Kit) -> None:
    kit = demo_kit
    report = kit.engine.run()
    demo = county()
    assert kit.replica.archives.count() == len(demo.enterprises)
    assert report.changes >= len(demo.enterprises) + len(demo.visits) + len(demo.tasks) + len(demo.petitions)
    assert (report.operations, report.blob_bytes, report.problems) == (0, 0, ())
    gate = kit.replica.archives.by_uscc(demo.enterprises[0].uscc)
    assert gate is not None
    assert (gate.name, gate.demo, gate.initials != "") == (demo.enterprises[0].name, True, True)
    assert any(hit.id == gate.id for hit in kit.replica.search("hysl"))
    assert {officer.number for officer in kit.replica.officers.roster()} == {o.number for o in demo.officers}


def test_a_visit_goes_up_with_its_attachments_and_comes_back_filed(kit: Kit, backend: Backend) -> None:
    kit.engine.run()
    visit = kit.visit(b"photo one" * 5000, b"photo two" * 9000)
    assert kit.replica.visits.state(visit.id) == "waiting"
    report = kit.engine.run()
    blobs = kit.replica.visits.get(visit.id).blobs()
    assert (report.operations, report.acknowledged, report.blobs) == (1, 1, 3)
    assert report.blob_bytes == sum(blob.size for blob in blobs)
    assert (report.waiting, report.problems) == (0, ())
    assert kit.replica.visits.state(visit.id) == "filed"
    filing = kit.replica.visits.filing(visit.id)
    assert filing is not None
    assert filing.receipt
    assert filing.filed_at is not None
    assert all(backend.holds(blob.sha256) for blob in blobs)


def test_a_second_sync_sends_no_operation_and_no_blob_byte(kit: Kit) -> None:
    kit.visit(b"photo" * 1000)
    kit.engine.run()
    again = kit.engine.run()
    assert (again.operations, again.acknowledged, again.blobs, again.blob_bytes, again.changes) == (0, 0, 0, 0, 0)
    assert again.waiting == 0


def test_the_task_of_a_visit_is_done_after_it_went_up(demo_kit: Kit) -> None:
    kit = demo_kit
    kit.engine.run()
    task = kit.replica.tasks.open()[0]
    visit = kit.visit(task_id=task.id, enterprise_id=task.enterprise_id)
    kit.engine.run()
    done = kit.replica.tasks.get(task.id)
    assert done is not None
    assert (done.state, done.visit_id) == ("已结", visit.id)


def test_another_kit_sees_the_visit_at_its_next_sync(new_kit: MakeKit, backend: Backend) -> None:
    one, other = new_kit(backend), new_kit(backend)
    other.engine.run()
    visit = one.visit(b"photo" * 100)
    one.engine.run()
    other.engine.run()
    assert other.replica.visits.get(visit.id) == one.replica.visits.get(visit.id)
    assert other.replica.visits.state(visit.id) == "filed"


def test_a_draft_and_its_scans_stay_here(kit: Kit, backend: Backend) -> None:
    draft = kit.draft(b"scan of an open visit" * 50)
    report = kit.engine.run()
    assert (report.operations, report.blob_bytes) == (0, 0)
    assert backend.visits(draft.id) == 0
    assert not any(backend.holds(blob.sha256) for blob in draft.blobs())
    assert kit.replica.visits.state(draft.id) == "open"


def test_content_the_server_has_already_costs_no_byte(new_kit: MakeKit, backend: Backend) -> None:
    one, other = new_kit(backend), new_kit(backend)
    photo = b"the same photo" * 3000
    one.visit(photo)
    one.engine.run()
    visit = other.visit(photo)
    report = other.engine.run()
    assert report.blob_bytes < len(photo)
    assert other.replica.visits.state(visit.id) == "filed"


def test_a_code_is_good_once(new_kit: MakeKit, backend: Backend) -> None:
    code = backend.code()
    Enrolling(code, Clock(), timeouts=SHORT).finish(CREDENTIALS)
    with pytest.raises(ServerRejected) as refused:
        Enrolling(code, Clock(), timeouts=SHORT).finish(CREDENTIALS)
    assert refused.value.details["code"] == "enrolment-refused"


def test_a_mistyped_password_can_be_tried_again_without_another_code(backend: Backend) -> None:
    enrolling = Enrolling(backend.code(), Clock(), timeouts=SHORT)
    with pytest.raises(WrongKey):
        enrolling.finish(Credentials(CREDENTIALS.officer, "not the password"))
    assert enrolling.finish(CREDENTIALS).officer.number == CREDENTIALS.officer


def test_a_code_of_another_authority_spends_nothing(backend: Backend) -> None:
    code = parse_code(backend.code())
    forged = f"fieldkit://enrol?u={code.url}&s={code.secret}&k={'0' * 32}"
    with pytest.raises(NotTheServer):
        Enrolling(forged, Clock(), timeouts=SHORT).finish(CREDENTIALS)
    real = f"fieldkit://enrol?u={code.url}&s={code.secret}&k={code.pin}"
    assert Enrolling(real, Clock(), timeouts=SHORT).finish(CREDENTIALS).enrolment.county == "330424"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://example.org/enrol?u=https%3A%2F%2Fa&s=b&k=" + "0" * 32,
        "fieldkit://enrol?u=https%3A%2F%2Fhost%3A1&s=b",
        "fieldkit://enrol?u=http%3A%2F%2Fhost%3A1&s=b&k=" + "0" * 32,
        "fieldkit://enrol?u=https%3A%2F%2Fhost%3A1&s=b&k=0123",
        "fieldkit://other?u=https%3A%2F%2Fhost%3A1&s=b&k=" + "0" * 32,
        "fieldkit://enrol?u=https%3A%2F%2Fhost%3Ax&s=b&k=" + "0" * 32,
    ],
)
def test_what_is_no_code_is_told_before_any_call(text: str) -> None:
    with pytest.raises(InvalidInput) as told:
        parse_code(text)
    assert "登记码" in told.value.zh


def test_secrets_do_not_show_in_what_is_printed(kit: Kit, backend: Backend) -> None:
    code = parse_code(backend.code())
    enrolment = kit.replica.enrolment.get()
    assert code.secret not in repr(code)
    assert CREDENTIALS.password not in repr(CREDENTIALS)
    assert enrolment is not None
    assert enrolment.device_key not in repr(enrolment)
    assert msgspec.json.encode(enrolment)
