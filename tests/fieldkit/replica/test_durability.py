"""What is told as kept is on the disk, in the right order; a copy of pages that don't verify replaces nothing."""

from __future__ import annotations

import pytest

from fieldkit.crypto import durable
from fieldkit.errors import ReplicaDamaged
from fieldkit.replica import Replica, driver
from tests.fieldkit.replica.factories import KEYS, clock, visit


@pytest.fixture
def steps(monkeypatch) -> list[str]:
    """What `durable` did, in order: the real steps, counted."""
    done: list[str] = []
    for name in ("sync_file", "replace", "sync_directory"):
        real = getattr(durable, name)

        def counting(*args, name=name, real=real):
            done.append(name)
            return real(*args)

        monkeypatch.setattr(durable, name, counting)
    return done


IN_ORDER = ["sync_file", "replace", "sync_directory"]


def test_an_attachment_is_on_the_disk_before_its_name_and_its_name_before_its_row(replica, steps):
    """A rename before the content is on the disk would leave an empty file under a good name after a power cut."""
    photo = replica.blobs.put(b"page" * 50_000, "image/jpeg")
    assert steps == IN_ORDER
    replica.blobs.path(photo.sha256).unlink()
    replica.blobs.put(b"page" * 50_000, "image/jpeg")
    assert steps == IN_ORDER * 2


def test_the_row_comes_after_the_file_and_not_at_all_if_the_file_fails(replica, monkeypatch):
    def failing(*_: object) -> None:
        raise OSError("the disk went away")

    monkeypatch.setattr(durable, "sync_directory", failing)
    with pytest.raises(OSError, match="went away"):
        replica.blobs.put(b"page", "image/jpeg")
    assert replica.blobs.count() == 0


def test_the_copy_of_work_is_on_the_disk_before_it_takes_the_old_ones_place(replica, steps):
    replica.backup_work()
    assert steps == IN_ORDER


def test_a_copy_of_pages_that_do_not_verify_never_replaces_a_good_one(home):
    """The backup of a bad page succeeds, with zeros for it: only SQLCipher's status tells."""
    with Replica.create(home, KEYS, clock()) as replica:
        replica.visits.save(visit(situation="长" * 9000))
    good = (home / "work.bak").read_bytes()
    with Replica.open(home, KEYS, clock()) as replica:
        content = bytearray((home / "work.db").read_bytes())
        content[-driver.PAGE + 100] ^= 1  # the end of the long row: an overflow page
        (home / "work.db").write_bytes(content)
        with pytest.raises(ReplicaDamaged):
            replica.backup_work()
        assert (home / "work.bak").read_bytes() == good
    assert (home / "work.bak").read_bytes() == good
    assert not list(home.glob("work.bak.*.part"))
