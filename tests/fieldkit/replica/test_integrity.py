"""`verify` finds one flipped byte anywhere: in any page of either database, used or not, and in any blob."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fieldkit.errors import ReplicaDamaged
from fieldkit.replica import Replica, driver, verify_kit
from tests.fieldkit.replica.factories import KEYS, change, clock, enterprise, pull, tombstone, visit


@pytest.fixture
def kit(home: Path) -> Path:
    """A kit whose files also have unused pages: much was written and taken out again."""
    with Replica.create(home, KEYS, clock()) as replica:
        many = [change("enterprise", enterprise(f"e{n}", f"示例{n}号厂"), n + 1) for n in range(120)]
        pull(replica, *many)
        pull(replica, *[tombstone("enterprise", f"e{n}", 200 + n) for n in range(100)])
        photo = replica.blobs.put(random.Random(1).randbytes(200_000), "image/jpeg", "a.jpg")
        replica.blobs.put(b"", "text/plain", "空.txt")
        for n in range(30):
            replica.visits.save(visit(situation=f"{n}" * 3000))
        replica.visits.finalise(visit(blobs=(photo,)), "33042400101")
    return home


def problems(kit: Path) -> set[str]:
    return {problem.where.split(" ")[0] for problem in verify_kit(kit, KEYS, clock()).problems}


def flipped(path: Path, offset: int) -> bytes:
    """Flip one bit of one byte on the disk and return what the file was."""
    before = path.read_bytes()
    path.write_bytes(before[:offset] + bytes([before[offset] ^ 0x10]) + before[offset + 1 :])
    return before


def test_a_sound_kit_is_sound(kit):
    report = verify_kit(kit, KEYS, clock())
    assert report.ok, report.problems
    assert report.checked["enterprise"] == 20
    assert report.checked["blobs"] == 2
    assert report.checked["operations"] == 1
    assert report.checked["drafts"] == 30


@pytest.mark.parametrize("name", ["replica.db", "work.db", "work.bak"])
def test_a_flipped_byte_in_a_database_is_found(kit, name):
    """In each page once, at a place of its own: content, IV, MAC; and each byte of the file's salt."""
    path = kit / name
    pages = path.stat().st_size // driver.PAGE
    chance = random.Random(7)
    offsets = [page * driver.PAGE + chance.randrange(driver.PAGE) for page in range(pages)]
    offsets += [*range(16), driver.PAGE - 1, driver.PAGE - 64, driver.PAGE - 80, path.stat().st_size - 1]
    missed = []
    for offset in offsets:
        before = flipped(path, offset)
        if name not in problems(kit):
            missed.append(offset)
        path.write_bytes(before)
    assert missed == []
    assert pages > 10


def test_unused_pages_are_looked_at_too(kit):
    connection = driver.connect(kit / "replica.db", KEYS.replica_db, known=2)
    unused = connection.execute("PRAGMA freelist_count").fetchone()[0]
    connection.close()
    assert unused > 0  # so the test above met some


def test_a_database_cut_at_a_page_is_found(kit):
    path = kit / "replica.db"
    path.write_bytes(path.read_bytes()[: -driver.PAGE])
    assert "replica.db" in problems(kit)


def test_a_database_with_something_appended_is_found(kit):
    path = kit / "work.db"
    path.write_bytes(path.read_bytes() + b"x")
    assert "work.db" in problems(kit)


def test_swapped_pages_are_found(kit):
    path = kit / "replica.db"
    content = path.read_bytes()
    a, b = (content[n * driver.PAGE : (n + 1) * driver.PAGE] for n in (2, 3))
    path.write_bytes(content[: 2 * driver.PAGE] + b + a + content[4 * driver.PAGE :])
    assert "replica.db" in problems(kit)


def test_a_flipped_byte_in_a_blob_is_found(kit):
    for path in (kit / "blobs").iterdir():
        size = path.stat().st_size
        for offset in {0, 1, 2, 20, 31, 32, size // 2, size - 1}:
            before = flipped(path, offset)
            assert f"blobs/{path.name}" in problems(kit), offset
            path.write_bytes(before)
    assert problems(kit) == set()


def test_a_missing_a_swapped_and_a_foreign_blob_file_are_found(kit):
    first, second = sorted((kit / "blobs").iterdir())
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)
    assert problems(kit) == {f"blobs/{first.name}", f"blobs/{second.name}"}
    first.write_bytes(a)
    second.unlink()
    assert problems(kit) == {f"blobs/{second.name}"}


def test_an_open_kit_can_be_verified_while_it_is_used(kit):
    with Replica.open(kit, KEYS, clock()) as replica:
        replica.visits.save(visit())
        told: list[tuple[str, int]] = []
        report = replica.verify(lambda what, done: told.append((what, done)))
        assert report.ok, report.problems
        assert told[-1] == ("blobs", 200_000)
        replica.visits.save(visit())


def test_a_changed_audit_entry_is_found(kit):
    with Replica.open(kit, KEYS, clock()) as replica:
        replica.audit.write("33042400101", "login", "")
        replica.audit.write("33042400101", "print", "d1")
        assert replica.verify().ok
        with replica._connections.work.transaction() as work:
            work.execute("UPDATE audit SET subject = 'd2' WHERE n = 2")
        (problem,) = replica.verify().problems
        assert problem.where == "work.db audit 2"


@pytest.mark.parametrize("name", ["replica.db", "work.db"])
def test_damage_met_while_reading_names_its_file(kit, name):
    """A page hurt after the start, wherever it is met, is told by the file that an administrator sees."""
    queries = {
        "replica.db": "SELECT sum(length(body)) FROM main.enterprise",
        "work.db": "SELECT sum(length(body)) FROM work.draft",
    }
    with Replica.open(kit, KEYS, clock()) as replica:
        path = kit / name
        content = bytearray(path.read_bytes())
        for page in range(1, len(content) // driver.PAGE):
            content[page * driver.PAGE + 50] ^= 1
        path.write_bytes(content)
        with pytest.raises(ReplicaDamaged) as told:
            replica._connections.one(queries[name])
        assert told.value.details["where"] == name


def test_problems_are_told_in_chinese_first_and_do_not_ask_for_what_is_running(kit):
    blob = next((kit / "blobs").iterdir())
    for path in (kit / "replica.db", kit / "work.db", kit / "work.bak", blob):
        before = path.read_bytes()
        damages = (bytes([before[3] ^ 1]).join((before[:3], before[4:])), before[:-100], before + b"x", b"", None)
        for damage in (*damages, flip_in_the_middle(before)):
            path.unlink()
            if damage is not None:
                path.write_bytes(damage)
            for problem in verify_kit(kit, KEYS, clock()).problems:
                assert "\u4e00" <= problem.what[0] <= "\u9fff", problem
                assert problem.what.endswith(")"), problem
                assert "verify" not in problem.what
            path.write_bytes(before)


def flip_in_the_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
