"""The unattended visit from the command line: its report, its artefacts, and a kit that gives nothing away."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from devices.imaging.scan import read_page
from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD
from fieldkit.replica import Replica, verify_kit
from tests.plaintext import find_plain

FIELDKIT = Path(sys.executable).parent / "fieldkit"


def fieldkit(*arguments: object, home: Path | None = None, timeout_s: float = 110) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    environment["FIELDKIT_PASSWORD"] = PASSWORD
    if home is not None:
        environment["FIELDKIT_HOME"] = str(home)
    return subprocess.run(
        [FIELDKIT, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("demo") / "out"
    done = fieldkit("demo", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report == json.loads((out / "report.json").read_text("utf-8"))
    return out, report


def test_every_check_but_time_holds(demo: tuple[Path, dict[str, Any]]) -> None:
    failed = [check for check in demo[1]["checks"] if not check["ok"] and check["unit"] != "s"]
    assert not failed


def test_the_printer_got_the_bytes_that_were_rendered(demo: tuple[Path, dict[str, Any]]) -> None:
    out, report = demo
    for document in report["documents"]:
        rendered, received = (out / document["rendered"]).read_bytes(), (out / document["received"]).read_bytes()
        assert rendered == received
        assert hashlib.sha256(rendered).hexdigest() == document["sha256"]
        assert len(PdfReader(out / document["rendered"]).pages) == document["pages"]


def test_pages_found_their_record_and_strangers_found_none(demo: tuple[Path, dict[str, Any]]) -> None:
    out, report = demo
    document = report["documents"][0]
    pages = {scan["bound"]["page"] for scan in report["scans"] if scan["bound"]}
    assert pages == set(range(1, document["pages"] + 1))
    for scan in report["scans"]:
        assert scan["bound"] == scan["expected"], scan["image"]
        assert (out / scan["image"]).exists()
        if scan["expected"] is None:
            assert scan["told"]
    strangers = [scan for scan in report["scans"] if scan["expected"] is None]
    assert len(strangers) == 3


def test_boxes_were_seen_as_they_were_drawn_and_the_empty_one_was_told(demo: tuple[Path, dict[str, Any]]) -> None:
    _, report = demo
    boxes = [(box["expected"], box["state"]) for scan in report["scans"] for box in scan["boxes"]]
    assert boxes
    assert all(expected == state for expected, state in boxes)
    assert any("当事人" in line and "未签" in line for line in report["told"])


def test_the_second_sync_sends_nothing(demo: tuple[Path, dict[str, Any]]) -> None:
    first, last = demo[1]["sync"][0], demo[1]["sync"][-1]
    assert first["operations"] == first["acknowledged"] > 0
    assert first["blob_bytes"] > 0
    assert (last["operations"], last["blob_bytes"]) == (0, 0)


def test_the_home_is_ciphertext(demo: tuple[Path, dict[str, Any]]) -> None:
    out, report = demo
    words = ["海盐示例", "示安", "武原", "酸洗", "营业执照", "王演清", report["visit"]["number"], "13800000000"]
    assert find_plain(out / "kit", words) == []


def test_plain_text_would_be_found(demo: tuple[Path, dict[str, Any]]) -> None:
    out, report = demo
    assert find_plain(out / "kit-backend", ["海盐示例", report["visit"]["number"]])


def test_a_page_of_the_demo_means_nothing_to_another_county(demo: tuple[Path, dict[str, Any]]) -> None:
    out, report = demo
    page = next(scan for scan in report["scans"] if scan["expected"])
    scan = read_page((out / page["image"]).read_bytes(), [b"another county's key".ljust(32)])
    assert scan.seal is None
    assert scan.seal_problem


def test_verify_finds_a_flipped_byte_in_a_blob_and_in_either_database(
    demo: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    home = tmp_path / "kit"
    shutil.copytree(demo[0] / "kit", home)
    officer = keys.officers(home)[0]
    kit_keys = keys.unlock(home, officer, PASSWORD)
    assert verify_kit(home, kit_keys, Clock()).ok
    victims = [home / "replica.db", home / "work.db", max((home / "blobs").rglob("*"), key=lambda p: p.stat().st_size)]
    for victim in victims:
        whole = victim.read_bytes()
        for place in (len(whole) // 7, len(whole) // 2, len(whole) - 9):
            spoilt = bytearray(whole)
            spoilt[place] ^= 0x20
            victim.write_bytes(spoilt)
            report = verify_kit(home, kit_keys, Clock())
            assert not report.ok, (victim.name, place)
            assert report.problems
        victim.write_bytes(whole)
    assert verify_kit(home, kit_keys, Clock()).ok


def test_without_replica_db_the_kit_keeps_its_work_and_says_so(
    demo: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    home = tmp_path / "kit"
    shutil.copytree(demo[0] / "kit", home)
    kit_keys = keys.unlock(home, keys.officers(home)[0], PASSWORD)
    with Replica.open(home, kit_keys, Clock()) as replica:
        before = replica.visits.get(demo[1]["visit"]["id"])
    assert before is not None
    for name in ("replica.db", "replica.db-wal", "replica.db-shm"):
        (home / name).unlink(missing_ok=True)
    with Replica.open(home, kit_keys, Clock()) as replica:
        assert replica.recovered
        assert replica.archives.count() == 0
        assert replica.enrolment.get() is not None
        assert replica.blobs.has(demo[1]["documents"][0]["sha256"])
    done = fieldkit("sync", "--once", "--json", home=home)
    assert done.returncode == 0, done.stderr
    with Replica.open(home, kit_keys, Clock()) as replica:
        assert replica.archives.count() == 443
        assert replica.visits.get(before.id) == before


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = fieldkit("demo", "--out", tmp_path)
    assert done.returncode == 1
    assert "没有动它" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "mine"
