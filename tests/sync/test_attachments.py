"""Attachments that can't go: one that is damaged here or refused there stops no other, and each is told by its name."""

from __future__ import annotations

import hashlib
import signal
import threading
from pathlib import Path

import pytest

from fieldkit.errors import NetworkUnavailable
from fieldkit.model.visit import Visit
from sync.upload import _create
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import OFFICER, Kit


def chunk_file(kit: Kit, data: bytes) -> Path:
    return kit.replica.blobs.path(hashlib.sha256(data).hexdigest())


def begin(kit: Kit, data: bytes) -> Visit:
    """Finish a visit with this photo and leave its upload just begun."""
    visit = kit.draft(data)
    kit.replica.visits.finalise(visit, OFFICER)
    enrolment, client, _ = kit.engine._connect(threading.Event())
    sha256 = hashlib.sha256(data).hexdigest()
    row = next(row for row in kit.replica.blobs.waiting() if row.sha256 == sha256)
    _create(client, enrolment.server_url, row, kit.replica.blobs)
    return visit


@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_a_damaged_attachment_stops_no_larger_one_and_is_told(kit: Kit, how: str) -> None:
    small, large = b"a" * 3000, b"b" * 9000
    hurt, other = kit.visit(small), kit.visit(large)
    file = chunk_file(kit, small)
    if how == "missing":
        file.unlink()
    else:
        content = bytearray(file.read_bytes())
        content[100] ^= 1
        file.write_bytes(content)
    report = kit.engine.run()
    assert kit.replica.visits.state(other.id) == "filed"
    assert kit.replica.visits.state(hurt.id) == "sent"
    (problem,) = report.problems
    assert (problem.what, problem.code) == (hashlib.sha256(small).hexdigest(), "blob-damaged")
    assert "现场0.jpg" in problem.why
    assert report.waiting == 1


def test_an_attachment_that_the_server_stumbles_over_stops_no_other(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    small, large = b"a" * 3000, b"b" * 9000
    visit = begin(kit, small)
    other = kit.visit(large)
    (upload,) = (own_backend.data / "uploads").iterdir()
    upload.unlink()
    upload.mkdir()  # nothing the server knows how to go on from
    report = kit.engine.run()
    assert kit.replica.visits.state(other.id) == "filed"
    assert [problem.what for problem in report.problems] == [hashlib.sha256(small).hexdigest()]
    assert kit.replica.visits.state(visit.id) == "sent"


def test_a_server_that_takes_no_attachment_at_all_ends_the_run(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    visit = kit.visit(b"a" * 3000)
    for name in ("uploads",):
        (own_backend.data / name).rmdir()
        (own_backend.data / name).write_bytes(b"")
    with pytest.raises(NetworkUnavailable):
        kit.engine.run()
    assert kit.replica.visits.state(visit.id) == "sent"


def test_an_upload_begun_under_another_address_is_begun_anew(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    visit = begin(kit, b"p" * 5000)
    own_backend.stop(signal.SIGKILL)
    own_backend.port = 0
    own_backend.start()
    kit.reach(own_backend.port)
    report = kit.engine.run()
    assert report.problems == ()
    assert kit.replica.visits.state(visit.id) == "filed"


def test_an_upload_whose_bytes_the_server_lost_is_begun_anew(new_kit: MakeKit, own_backend: Backend) -> None:
    kit = new_kit(own_backend)
    visit = begin(kit, b"p" * 5000)
    for file in (own_backend.data / "uploads").iterdir():
        file.unlink()
    report = kit.engine.run()
    assert report.problems == ()
    assert kit.replica.visits.state(visit.id) == "filed"
