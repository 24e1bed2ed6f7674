"""Damage at the start: `replica.db` is fetched again, `work.db` comes back from its copy, what was lost is told."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from fieldkit.errors import NotEnrolled, ReplicaDamaged, ReplicaTooNew, StorageFull
from fieldkit.replica import Enrolment, KitInUse, Replica, driver, recovery
from fieldkit.replica.blobs import Blobs
from fieldkit.replica.copies import WorkCopier
from fieldkit.replica.home import HomeLock
from tests.fieldkit.replica.factories import KEYS, NAME, NOON, SCOPE, change, clock, enterprise, pull, visit

ENROLMENT = Enrolment(
    server_url="https://localhost:1",
    ca_pem="-----BEGIN CERTIFICATE-----",
    spare_pin="00",
    device_id="dev-1",
    device_key="11" * 32,
    county="330424",
    county_name="海盐县",
    county_key="22" * 32,
    epoch="epoch-1",
)


def a_kit_with_work(home: Path) -> str:
    """Make a kit with an archive, an enrolment, an open visit and a waiting operation; return the open visit's id."""
    with Replica.create(home, KEYS, clock()) as replica:
        pull(replica, change("enterprise", enterprise(), 1))
        replica.enrolment.set(ENROLMENT)
        replica.visits.finalise(visit(), "33042400101")
        open_visit = visit()
        replica.visits.save(open_visit)
    return open_visit.id


def flip(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 0x01
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["deleted", "header", "emptied", "cut"])
def test_i1_damage_to_replica_db_loses_nothing(home, how):
    """I1: the kit starts, keeps all unsent work, and its cursors begin anew."""
    open_visit = a_kit_with_work(home)
    path = home / "replica.db"
    match how:
        case "deleted":
            path.unlink()
        case "header":
            flip(path, 5)
        case "emptied":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(path.read_bytes()[:6000])
    with Replica.open(home, KEYS, clock()) as replica:
        (notice,) = replica.recovered
        assert "重新下载" in notice.zh
        assert replica.changes.cursor(SCOPE) == ""
        assert replica.archives.count() == 0
        assert replica.enrolment.get() == ENROLMENT
        assert [v.id for v in replica.visits.open()] == [open_visit]
        assert len(replica.outbox.items()) == 1
        pull(replica, change("enterprise", enterprise(), 1))
        assert replica.archives.count() == 1
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.recovered == ()


def test_damage_met_while_reading_is_mended_at_the_next_start(home):
    a_kit_with_work(home)
    pages = (home / "replica.db").stat().st_size // driver.PAGE
    with Replica.open(home, KEYS, clock()) as replica:
        for page in range(1, pages):
            flip(home / "replica.db", page * driver.PAGE + 100)
        with pytest.raises(ReplicaDamaged):
            replica.archives.page()
    with Replica.open(home, KEYS, clock()) as replica:
        assert len(replica.recovered) == 1
        assert len(replica.outbox.items()) == 1


@pytest.mark.parametrize("how", ["header", "cut", "emptied", "deleted"])
def test_i1_damage_to_work_db_loses_at_most_what_came_after_the_copy_and_says_what(home, how):
    """I1, second half: nothing of the damaged file reads, so the copy is all there is."""
    open_visit = a_kit_with_work(home)
    copy = (home / "work.bak").read_bytes()
    with Replica.open(home, KEYS, clock()) as replica:
        replica.visits.save(visit(enterprise_name="示例后来电镀厂", number="2026-0611-02"))
    (home / "work.bak").write_bytes(copy)  # as if the power failed before the next copy
    path = home / "work.db"
    match how:
        case "header":
            flip(path, 5)
        case "cut":
            path.write_bytes(path.read_bytes()[:2000])
        case "emptied":
            path.write_bytes(b"")
        case "deleted":
            path.unlink()
    with Replica.open(home, KEYS, clock()) as replica:
        (notice,) = replica.recovered
        assert "2026-06-11 12:00:00（北京时间）" in notice.zh
        assert "2026-06-11 12:00:00 Beijing time" in notice.en
        assert NAME in notice.zh
        assert replica.enrolment.get() == ENROLMENT
        assert len(replica.outbox.items()) == 1
        assert [v.id for v in replica.visits.open()] == [open_visit]
        assert replica.verify().ok
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.recovered == ()


def test_rows_that_still_read_are_taken_over(home):
    """Page by page, one at a time: what is not on the damaged page is all there, also what came after the copy."""
    a_kit_with_work(home)
    copy = (home / "work.bak").read_bytes()
    with Replica.open(home, KEYS, clock()) as replica:
        finished = visit(number="2026-0611-03")
        replica.visits.save(finished)
        for n in range(20):
            replica.visits.save(visit(f"v{n}", situation="长" * 3000, number=f"N{n}"))
        replica.visits.finalise(finished, "33042400101")
    work = (home / "work.db").read_bytes()
    whole, saved = 0, []
    for page in range(1, len(work) // driver.PAGE):
        (home / "work.bak").write_bytes(copy)
        (home / "work.db").write_bytes(work)
        flip(home / "work.db", page * driver.PAGE + 50)
        with Replica.open(home, KEYS, clock()) as replica:
            (notice,) = replica.recovered
            numbers = {v.number for v in replica.visits.open()}
            drafts = len([n for n in range(20) if f"N{n}" in numbers])
            saved.append(drafts)
            assert len(replica.outbox.items()) >= 1
            assert replica.enrolment.get() == ENROLMENT
            assert not {"2026-0611-03"} & numbers or len(replica.outbox.items()) == 1
            if notice.message_key == "replica.work_recovered_whole":
                whole += 1
                assert (drafts, len(replica.outbox.items())) == (20, 2)
            assert replica.verify().ok
    assert whole > 0
    assert sorted(saved)[len(saved) // 2] >= 19  # most pages take one draft with them, or none


def test_attachments_kept_after_the_copy_are_adopted_again(home):
    a_kit_with_work(home)
    copy = (home / "work.bak").read_bytes()
    with Replica.open(home, KEYS, clock()) as replica:
        photo = replica.blobs.put(b"\xff\xd8\xff" + bytes(range(256)) * 500, "image/jpeg", "车间.jpg")
    (home / "work.bak").write_bytes(copy)
    (home / "work.db").write_bytes(b"")
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.blobs.has(photo.sha256)
        assert replica.blobs.ref(photo.sha256).media_type == "image/jpeg"
        assert replica.verify().ok


def test_both_work_files_damaged_is_told_and_nothing_is_changed(home):
    a_kit_with_work(home)
    flip(home / "work.db", 3)
    flip(home / "work.bak", 3)
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    with pytest.raises(ReplicaDamaged) as caught:
        Replica.open(home, KEYS, clock())
    assert "work.bak" in caught.value.zh
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()} == before


def test_a_work_file_of_a_newer_program_is_left_alone(home):
    a_kit_with_work(home)
    connection = driver.connect(home / "work.db", KEYS.work_db, known=99)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ReplicaTooNew):
        Replica.open(home, KEYS, clock())


def test_an_empty_folder_is_no_kit(tmp_path):
    with pytest.raises(NotEnrolled):
        Replica.open(tmp_path, KEYS, clock())


def test_two_programs_share_a_kit_but_only_one_alone_repairs(home):
    a_kit_with_work(home)
    with Replica.open(home, KEYS, clock()) as first:
        operation = first.outbox.due(NOON, 1)[0]
        first.outbox.sent([operation.op_id])
        with Replica.open(home, KEYS, clock()) as second:
            assert second.outbox.items()[0].state == "inflight"  # the first one's business
            second.visits.save(visit(number="2026-0611-09"))
        assert "2026-0611-09" in {v.number for v in first.visits.open()}
        (home / "replica.damaged").touch()
        with pytest.raises(KitInUse):
            Replica.open(home, KEYS, clock())


def test_work_is_copied_within_a_minute_of_a_save(replica, home):
    """The copier's own clock is shortened; what it waits for is the copy itself."""
    copied = threading.Event()

    class Telling(WorkCopier):
        def now(self) -> None:
            super().now()
            copied.set()

    (home / "work.bak").unlink()
    copier = Telling(replica._connections, home / "work.bak", KEYS.work_db, 1, failed=lambda error: None, within_s=0.05)
    copier.start()
    replica.visits.save(visit())
    assert copied.wait(10)
    assert (home / "work.bak").exists()
    copied.clear()
    copier.stop()
    copier.join()


def lose_work(home: Path, copy: bytes) -> None:
    """Leave of `work.db` nothing that reads, and of its copy an older one."""
    (home / "work.bak").write_bytes(copy)
    (home / "work.db").write_bytes(bytes((home / "work.db").stat().st_size))


def test_attachments_are_adopted_also_if_the_recovery_itself_was_killed(home):
    """Killed after the copy took the place of `work.db` and before the attachments were looked at."""
    a_kit_with_work(home)
    copy = (home / "work.bak").read_bytes()
    with Replica.open(home, KEYS, clock()) as replica:
        photo = replica.blobs.put(b"\xff\xd8\xff" + bytes(range(256)) * 500, "image/jpeg", "车间.jpg")
    lose_work(home, copy)
    with HomeLock(home):
        assert recovery.repair(home, KEYS)
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.blobs.has(photo.sha256)
        assert replica.verify().ok


def test_a_whole_attachment_without_a_row_is_adopted_and_never_removed(home):
    """Also at a start that repaired nothing: evidence is worth more than a tidy folder."""
    a_kit_with_work(home)
    with Replica.open(home, KEYS, clock()) as replica:
        photo = replica.blobs.put(b"evidence" * 9000, "image/jpeg", "车间.jpg")
        with replica._connections.work.transaction() as work:
            work.execute("DELETE FROM blob")
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.blobs.read(photo.sha256) == b"evidence" * 9000
        assert replica.verify().ok


@pytest.mark.parametrize("salvaged", [True, False], ids=["row taken over", "row lost"])
def test_attachments_of_a_visit_finished_after_the_copy_still_go_up(home, salvaged):
    """The copy knows the scans as a draft's, which do not go up; the operation that wants them was salvaged."""
    with Replica.create(home, KEYS, clock()) as replica:
        photo = replica.blobs.put(b"evidence" * 1000, "image/jpeg")
        draft = visit(blobs=(photo,))
        replica.visits.save(draft)
        replica.backup_work()
        copy = (home / "work.bak").read_bytes()
        replica.visits.finalise(draft, "33042400101")
        for _ in range(400):
            replica.audit.write("33042400101", "print", "d" * 60)
    if not salvaged:
        copy = copy_without_blobs(home, copy)
    (home / "work.bak").write_bytes(copy)
    flip(home / "work.db", (home / "work.db").stat().st_size - 50)
    with Replica.open(home, KEYS, clock()) as replica:
        assert len(replica.recovered) == len(replica.outbox.items()) == 1
        assert [row.sha256 for row in replica.blobs.waiting()] == [photo.sha256]
        assert replica.visits.state(draft.id) == "waiting"


def copy_without_blobs(home: Path, copy: bytes) -> bytes:
    """Return the copy as it was before the attachment was kept."""
    path = home / "older.db"
    path.write_bytes(copy)
    for file in (path, home / "work.db"):
        connection = driver.connect(file, KEYS.work_db, 1)
        connection.execute("DELETE FROM blob")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
    content = path.read_bytes()
    path.unlink()
    return content


def no_room(_handle: int) -> None:
    raise OSError(errno.ENOSPC, "no space left on device")


def test_a_full_disk_is_told_at_the_start_and_keeps_nobody_out(home, monkeypatch):
    """The copy at the start finds no room: the officer gets in, reads why, and what is there is all there."""
    open_visit = a_kit_with_work(home)
    (home / "work.bak").unlink()
    monkeypatch.setattr(os, "fsync", no_room)
    with Replica.open(home, KEYS, clock()) as replica:
        (notice,) = replica.recovered
        assert "磁盘已满" in notice.zh
        assert "work.bak" in notice.zh
        assert [v.id for v in replica.visits.open()] == [open_visit]
        monkeypatch.undo()
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.recovered == ()
        assert (home / "work.bak").exists()


def test_a_work_file_that_may_not_grow_keeps_nobody_out(home):
    """Attachments without a row need a row each, and the file has no room for one: the next start does it."""
    open_visit = a_kit_with_work(home)
    with Replica.open(home, KEYS, clock()) as replica:
        photo = replica.blobs.put(b"evidence" * 9000, "image/jpeg")
        with replica._connections.work.transaction() as work:
            work.execute("DELETE FROM blob")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Blobs, "_adopt", full)
        with Replica.open(home, KEYS, clock()) as replica:
            assert ["磁盘已满" in notice.zh for notice in replica.recovered] == [True]
            assert [v.id for v in replica.visits.open()] == [open_visit]
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.blobs.has(photo.sha256)


def full(*_: object) -> None:
    raise StorageFull
