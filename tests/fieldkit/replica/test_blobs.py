"""Blobs: kept once, read by range, on the disk before they are told as kept, ghosts removed."""

from __future__ import annotations

import io
import random
import resource
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from fieldkit.crypto.digest import sha256_hex
from fieldkit.errors import NotFound, ReplicaDamaged, StorageFull
from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import KEYS, NOON, clock, visit

CHUNK = 1 << 16


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 200_003])
def test_content_comes_back_as_it_was(replica, size):
    content = random.Random(size).randbytes(size)
    blob = replica.blobs.put(content, "image/jpeg", "车间.jpg")
    assert (blob.sha256, blob.size, blob.filename) == (sha256_hex(content), size, "车间.jpg")
    assert replica.blobs.read(blob.sha256) == content
    with replica.blobs.open(blob.sha256) as stream:
        assert stream.read() == content
    assert replica.blobs.ref(blob.sha256) == blob


def test_a_range_reads_just_that(replica):
    content = random.Random(1).randbytes(300_000)
    sha256 = replica.blobs.put(content, "video/mp4").sha256
    for start, length in ((0, 10), (CHUNK - 3, 6), (CHUNK, CHUNK), (299_990, 100), (300_000, 5), (100, 0)):
        assert replica.blobs.read(sha256, start, length) == content[start : start + length]
    with replica.blobs.open(sha256) as stream:
        stream.seek(-5, io.SEEK_END)
        assert stream.read() == content[-5:]
        stream.seek(CHUNK - 1)
        assert stream.read(2) == content[CHUNK - 1 : CHUNK + 1]


def test_a_stream_is_kept_like_bytes(replica):
    content = random.Random(2).randbytes(2_500_000)
    blob = replica.blobs.put(io.BytesIO(content), "video/mp4")
    assert blob.sha256 == sha256_hex(content)
    assert replica.blobs.read(blob.sha256, 2_000_000, 16) == content[2_000_000:2_000_016]


def test_the_same_content_is_kept_once(replica, home):
    first = replica.blobs.put(b"page", "image/png", "a.png")
    again = replica.blobs.put(io.BytesIO(b"page"), "image/png", "b.png")
    assert again.sha256 == first.sha256
    assert len(list((home / "blobs").iterdir())) == 1


def test_two_threads_keeping_the_same_content_agree(replica, home):
    content = random.Random(3).randbytes(400_000)
    start = threading.Barrier(4)

    def keep() -> None:
        start.wait()
        replica.blobs.put(io.BytesIO(content), "image/jpeg")

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replica.blobs.read(sha256_hex(content)) == content
    assert len(list((home / "blobs").iterdir())) == 1


def test_file_names_tell_nothing_of_the_content(replica, home):
    sha256 = replica.blobs.put(b"licence", "image/png").sha256
    (path,) = (home / "blobs").iterdir()
    assert sha256 not in path.name


def test_an_upload_is_remembered_across_a_start(replica, home):
    photo = replica.blobs.put(b"x" * 100, "image/jpeg")
    assert replica.blobs.waiting() == []  # no operation names it yet
    replica.visits.finalise(visit(blobs=(photo,)), "33042400101")
    ends = NOON + timedelta(hours=1)
    replica.blobs.uploading(photo.sha256, "https://server/uploads/1", 60, ends)
    replica.close()
    with Replica.open(home, KEYS, clock()) as again:
        (row,) = again.blobs.waiting()
        assert (row.state, row.upload_url, row.offset, row.expires_at) == (
            "uploading",
            "https://server/uploads/1",
            60,
            ends,
        )
        again.blobs.stored(photo.sha256)
        assert again.blobs.waiting() == []
        again.blobs.uploading(photo.sha256, "late", 1)
        assert again.blobs.states([photo.sha256]) == {photo.sha256: "stored"}


def test_small_ones_go_up_first(replica):
    sizes = [5000, 10, 300]
    blobs = tuple(replica.blobs.put(random.Random(n).randbytes(n), "image/jpeg") for n in sizes)
    replica.visits.finalise(visit(blobs=blobs), "33042400101")
    assert [row.size for row in replica.blobs.waiting()] == sorted(sizes)


def test_a_crash_between_file_and_row_leaves_no_ghost(replica, home):
    kept = replica.blobs.put(b"kept", "text/plain")
    replica.close()
    (home / "blobs" / ("ab" * 32)).write_bytes(b"no row names this")
    (home / "blobs" / "0123.part").write_bytes(b"half a file")
    with Replica.open(home, KEYS, clock()) as again:
        assert [path.name for path in (home / "blobs").iterdir()] == [again.blobs.path(kept.sha256).name]


def test_unknown_content_is_not_found(replica):
    with pytest.raises(NotFound):
        replica.blobs.read("00" * 32)


def test_a_lost_file_is_damage_not_a_crash(replica, home):
    sha256 = replica.blobs.put(b"photo", "image/jpeg").sha256
    next((home / "blobs").iterdir()).unlink()
    with pytest.raises(ReplicaDamaged):
        replica.blobs.read(sha256)


def test_a_full_disk_keeps_nothing_half(home):
    """A real limit of the system, in a child of its own: files may not grow over 1 MB."""
    Replica.create(home, KEYS, clock()).close()
    script = (
        "import signal, sys; from pathlib import Path\n"
        "from fieldkit.errors import StorageFull\n"
        "from fieldkit.replica import Replica\n"
        "from tests.fieldkit.replica.factories import KEYS, clock, visit\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "with Replica.open(Path(sys.argv[1]), KEYS, clock()) as replica:\n"
        "    try: replica.blobs.put(bytes(3_000_000), 'video/mp4')\n"
        "    except StorageFull as error: print(error.zh)\n"
        "    draft = visit(); replica.visits.save(draft); print(replica.visits.state(draft.id))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", script, home],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )
    assert "磁盘已满" in child.stdout
    assert child.stdout.split()[-1] == "open"  # text still saves
    assert list((home / "blobs").iterdir()) == []


def test_a_full_database_refuses_the_save_and_keeps_the_last(replica):
    draft = visit(situation="已保存")
    replica.visits.save(draft)
    with replica._connections.work.alone() as work:
        pages = work.execute("PRAGMA page_count").fetchone()[0]
        work.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFull) as caught:
        replica.visits.save(visit(draft.id, situation="太长" * 50_000))
    assert caught.value.retryable
    assert replica.visits.get(draft.id) == draft
    with replica._connections.work.alone() as work:
        work.execute("PRAGMA max_page_count = 1000000")
    replica.visits.save(visit(draft.id, situation="太长" * 50_000))
    assert replica.visits.get(draft.id).records[0].values["situation"].startswith("太长")


def test_work_is_written_through_and_the_replica_is_not(replica):
    """FULL is 2: a commit of the officer's file waits for the disk; the backend's can be fetched again."""
    with replica._connections.work.alone() as work:
        assert work.execute("PRAGMA synchronous").fetchone() == (2,)
        assert work.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert work.execute("PRAGMA temp_store").fetchone() == (2,)
    with replica._connections.replica.alone() as held:
        assert held.execute("PRAGMA synchronous").fetchone() == (1,)


@pytest.mark.parametrize("stream", [False, True], ids=["bytes", "stream"])
@pytest.mark.parametrize("how", ["missing", "altered", "cut", "foreign"])
def test_keeping_content_again_heals_a_file_that_went_bad(replica, home, how, stream):
    """The officer scans the page again, or the wand still has the file: then the copy kept here is whole again."""
    content = random.Random(5).randbytes(200_000)
    photo = replica.blobs.put(content, "image/jpeg", "车间.jpg")
    path = replica.blobs.path(photo.sha256)
    replica.visits.finalise(visit(blobs=(photo,)), "33042400101")
    match how:
        case "missing":
            path.unlink()
        case "altered":
            damaged = bytearray(path.read_bytes())
            damaged[150_000] ^= 1
            path.write_bytes(damaged)
        case "cut":
            path.write_bytes(path.read_bytes()[:70_000])
        case "foreign":
            other = replica.blobs.put(b"other", "image/jpeg")
            path.write_bytes(replica.blobs.path(other.sha256).read_bytes())
    again = replica.blobs.put(io.BytesIO(content) if stream else content, "image/jpeg")
    assert again.sha256 == photo.sha256
    assert replica.blobs.read(photo.sha256) == content
    assert replica.blobs.ref(photo.sha256).filename == "车间.jpg"
    assert [row.sha256 for row in replica.blobs.waiting()] == [photo.sha256]
    assert replica.verify().ok
