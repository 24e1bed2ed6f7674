"""Nothing in $FIELDKIT_HOME is plain text, while the kit is open and after."""

from __future__ import annotations

import gzip
import io
import zipfile

import zstandard

from fieldkit.access import keys
from fieldkit.model.evidence import Fix, Track
from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import NAME, NOON, change, clock, enterprise, petition, pull, visit
from tests.plaintext import find_plain

CODES = ("hysljgjyxgs", "91130200699229617X", "XF-2026-017", "drainage.jpg")
WORDS = (NAME, "示例甲", "武原街道", "高强度螺栓", "漏排", *CODES)
CHEAP = keys.Cost(passes=1, memory_kib=8 * 1024)


def test_every_file_of_a_kit_is_ciphertext(home):
    secret = keys.create(home, "33042400101", "Demo-case-2026", CHEAP)
    with Replica.create(home, secret, clock()) as replica:
        pull(replica, change("enterprise", enterprise(), 1), change("petition", petition(), 2))
        photos = [replica.blobs.put(data, "application/octet-stream", "drainage.jpg") for data in known_formats()]
        replica.visits.save(visit(situation="夜间漏排" * 500))
        replica.visits.finalise(visit(situation="漏排", blobs=tuple(photos)), "33042400101")
        replica.tracks.save(Track(id="k1", officer="33042400101", fixes=(Fix(NOON, 120.9, 30.5),), visit_id="漏排"))
        replica.backup_work()
        replica.search("海盐")
        replica.archives.page()
        assert (home / "work.db-wal").stat().st_size > 0
        assert find_plain(home, WORDS) == []  # with both WALs and their indexes on the disk
        assert replica.verify().ok
    assert find_plain(home, WORDS) == []
    assert {path.name for path in home.iterdir()} <= {
        "keys.json",
        "kit.lock",
        "replica.db",
        "work.db",
        "work.bak",
        "work.bak.lock",
        "keys.lock",
        "blobs",
    }


def test_the_scanner_finds_what_it_looks_for(tmp_path):
    for n, data in enumerate(known_formats()):
        (tmp_path / f"{n}").write_bytes(data)
    (tmp_path / "n").write_bytes(b"\0" * 9 + NAME.encode("gb18030"))
    (tmp_path / "hysljgjyxgs").write_bytes(b"\1")
    found = find_plain(tmp_path, WORDS)
    assert {"JPEG", "PNG", "PDF", "zip", "gzip", "zstd", "SQLite", NAME, "hysljgjyxgs"} == {
        plain.what for plain in found
    }


def known_formats() -> list[bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    return [
        b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"%PDF-1.7\n" + bytes(70_000),
        packed.getvalue(),
        gzip.compress(b"drain"),
        zstandard.compress(b"drain"),
        b"SQLite format 3\0" + bytes(100),
    ]
