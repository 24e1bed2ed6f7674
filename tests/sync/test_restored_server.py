"""A server that comes back from an older copy: what it had acknowledged since then goes up once more, and once only."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit

Restore = Callable[[], None]


@pytest.fixture
def restore(own_backend: Backend, tmp_path: Path) -> Callable[[], Restore]:
    """Takes the nightly copy; what it returns puts that copy back under a new epoch."""

    def copy() -> Restore:
        own_backend.stop()
        shutil.copytree(own_backend.data, tmp_path / "night")
        own_backend.start()

        def back() -> None:
            own_backend.stop()
            shutil.rmtree(own_backend.data)
            shutil.copytree(tmp_path / "night", own_backend.data)
            own_backend.change("UPDATE installation SET value = 'another-epoch' WHERE name = 'epoch'")
            own_backend.start()

        return back

    return copy


def test_a_filed_visit_that_the_copy_lacks_is_filed_again(
    new_kit: MakeKit, own_backend: Backend, restore: Callable[[], Restore]
) -> None:
    kit = new_kit(own_backend)
    kit.engine.run()
    back = restore()
    visit = kit.visit(b"photo" * 99)
    kit.engine.run()
    assert kit.replica.visits.state(visit.id) == "filed"
    back()
    assert own_backend.visits(visit.id) == 0
    report = kit.engine.run()
    assert (report.waiting, report.problems) == (0, ())
    assert kit.replica.visits.state(visit.id) == "filed"
    assert own_backend.visits(visit.id) == 1
    last = kit.engine.run()
    assert (last.operations, last.blobs) == (0, 0)


def test_what_the_copy_holds_is_not_sent_again(
    new_kit: MakeKit, own_backend: Backend, restore: Callable[[], Restore]
) -> None:
    kit = new_kit(own_backend)
    visit = kit.visit(b"photo" * 99)
    kit.engine.run()
    restore()()
    report = kit.engine.run()
    assert (report.operations, report.blobs) == (0, 0)
    assert kit.replica.visits.state(visit.id) == "filed"


def test_an_attachment_that_the_copy_lacks_goes_up_again(
    new_kit: MakeKit, own_backend: Backend, restore: Callable[[], Restore]
) -> None:
    """The copy was taken after the visit came and before its attachments."""
    kit = new_kit(own_backend)
    kit.engine.run()
    visit = kit.visit(b"photo" * 99)
    blobs = own_backend.data / "uploads"
    blobs.rmdir()
    blobs.write_bytes(b"")  # no upload can begin
    with pytest.raises(Exception, match="服务器出错"):
        kit.engine.run()
    blobs.unlink()
    blobs.mkdir()
    back = restore()
    kit.engine.run()
    assert kit.replica.visits.state(visit.id) == "filed"
    back()
    kit.engine.run()
    assert kit.replica.visits.state(visit.id) == "filed"


def test_an_acknowledged_operation_is_kept_until_a_copy_so_old_is_unlikely(
    new_kit: MakeKit, own_backend: Backend
) -> None:
    kit = new_kit(own_backend)
    kit.visit()
    kit.engine.run()
    assert kit.replica.outbox.items(acknowledged=True) == []
    assert kit.replica.outbox.prune() == 0
    assert kit.replica.outbox.prune(timedelta(0)) == 1
