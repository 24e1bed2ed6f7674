"""search, show, outbox, verify and doctor on a real kit: JSON shapes, exit codes, one line for a known error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from fieldkit.access import keys
from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import NAME, NOON, change, clock, enterprise, petition, pull, task, visit
from ui.commands import main

CHEAP = keys.Cost(passes=1, memory_kib=8 * 1024)
ONE, TWO, GOOD = "33042400101", "33042400102", "Demo-case-2026"


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "kit"
    secret = keys.create(home, ONE, GOOD, CHEAP)
    keys.add_officer(home, secret, TWO, "another-Pass-99", CHEAP)
    with Replica.create(home, secret, clock()) as replica:
        pull(
            replica, change("enterprise", enterprise(), 1), change("task", task(), 2), change("petition", petition(), 3)
        )
        photo = replica.blobs.put(b"photo" * 1000, "image/jpeg", "a.jpg")
        operation = replica.visits.finalise(visit("v1", blobs=(photo,)), ONE)
        replica.outbox.sent([operation.op_id])
        replica.outbox.postpone([operation.op_id], NOON + timedelta(minutes=5), "服务器繁忙")
    monkeypatch.setenv("FIELDKIT_HOME", str(home))
    monkeypatch.setenv("FIELDKIT_PASSWORD", GOOD)
    return home


def answer(capsys, *arguments: str, code: int = 0):
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_search_prints_hits_in_the_shape_that_stays(kit, capsys):
    hits = answer(capsys, "search", "hysl")
    assert hits[0]["kind"] == "enterprise"
    assert {"kind", "id", "title", "matched", "snippet"} <= set(hits[0])
    assert (hits[0]["title"], hits[0]["matched"]) == (NAME, "海盐示例")


def test_search_takes_a_limit_and_nothing_found_is_no_error(kit, capsys, monkeypatch):
    assert len(answer(capsys, "search", "示例", "--limit", "1")) == 1
    monkeypatch.setenv("FIELDKIT_PASSWORD", GOOD)
    assert answer(capsys, "search", "没有这家") == []
    monkeypatch.setenv("FIELDKIT_PASSWORD", GOOD)
    assert main(["search", "没有这家"]) == 0
    assert "没有找到" in capsys.readouterr().out


@pytest.mark.parametrize("key", ["91130200699229617X", "e1"])
def test_show_prints_one_archive_with_what_happened_there(kit, capsys, key):
    shown = answer(capsys, "show", key)
    assert shown["enterprise"]["name"] == NAME
    assert [v["state"] for v in shown["visits"]] == ["waiting"]
    assert [t["id"] for t in shown["tasks"]] == ["t1"]
    assert [p["number"] for p in shown["petitions"]] == ["XF-2026-017"]


def test_show_for_people_names_demo_data(kit, capsys):
    assert main(["show", "e1"]) == 0
    text = capsys.readouterr().out
    assert "演示数据" in text
    assert "排污许可证：91130200699229617X001V" in text
    assert "待上传" in text


def test_show_of_nothing_is_one_line_and_exit_1(kit, capsys):
    assert main(["show", "nothing"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_outbox_says_what_waits_and_why(kit, capsys):
    item, blob = answer(capsys, "outbox")
    assert {"op_id", "kind", "state", "attempts", "next_attempt_at", "why"} <= set(item)
    assert (item["kind"], item["state"], item["attempts"], item["why"]) == ("visit", "pending", 1, "服务器繁忙")
    assert item["next_attempt_at"] == "2026-06-11T04:05:00Z"
    assert set(blob) == set(item)
    assert (blob["kind"], blob["state"], blob["title"]) == ("blob", "pending", "a.jpg")


def test_outbox_for_people_tells_the_attachments_that_wait(kit, capsys):
    assert main(["outbox"]) == 0
    assert "另有 1 个附件待传" in capsys.readouterr().out


def test_outbox_names_an_attachment_that_is_damaged(kit, capsys, monkeypatch):
    (file,) = (kit / "blobs").iterdir()
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    _, blob = answer(capsys, "outbox")
    assert "附件 a.jpg 在本机已损坏" in blob["why"]
    monkeypatch.setenv("FIELDKIT_PASSWORD", GOOD)
    assert main(["outbox"]) == 0
    assert "附件 a.jpg 在本机已损坏" in capsys.readouterr().out


def test_the_password_is_taken_out_of_the_environment(kit, capsys):
    answer(capsys, "outbox")
    assert "FIELDKIT_PASSWORD" not in os.environ


def test_the_second_officer_logs_in_with_an_own_password(kit, capsys, monkeypatch):
    monkeypatch.setenv("FIELDKIT_PASSWORD", "another-Pass-99")
    assert [item["kind"] for item in answer(capsys, "outbox", "--officer", TWO)] == ["visit", "blob"]


def test_verify_is_well_and_then_finds_a_flipped_byte(kit, capsys, monkeypatch):
    report = answer(capsys, "verify")
    assert report["ok"] is True
    assert report["problems"] == []
    assert report["checked"]["operations"] == 1
    blob = next((kit / "blobs").iterdir())
    for path, where in ((kit / "replica.db", "replica.db"), (kit / "work.db", "work.db"), (blob, f"blobs/{blob.name}")):
        before = path.read_bytes()
        path.write_bytes(before[:5000] + bytes([before[5000] ^ 1]) + before[5001:])
        monkeypatch.setenv("FIELDKIT_PASSWORD", GOOD)
        report = answer(capsys, "verify", code=1)
        assert report["ok"] is False
        assert {"where", "what"} == set(report["problems"][0])
        assert where in {problem["where"] for problem in report["problems"]}
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("FIELDKIT_PASSWORD", "wrong-password", "执法证号或密码不正确"),
        ("FIELDKIT_PASSWORD", "", "没有给出密码"),
        ("FIELDKIT_HOME", "/nowhere", "还没有执法箱"),
    ],
)
def test_a_known_error_is_one_line_in_chinese_first_and_exit_1(kit, capsys, monkeypatch, variable, value, sentence):
    monkeypatch.setenv(variable, value)
    assert main(["search", "示例"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(sentence) or sentence in error
    assert error.count("\n") == 1


def test_a_kit_that_lost_its_replica_says_so_and_goes_on(kit, capsys):
    (kit / "replica.db").unlink()
    assert main(["outbox", "--json"]) == 0
    printed = capsys.readouterr()
    assert "重新下载" in printed.err
    assert [item["kind"] for item in json.loads(printed.out)] == ["visit", "blob"]


def test_the_password_can_come_by_stdin_and_no_command_loads_qt(kit):
    script = (
        "import sys; from ui.commands import main\n"
        "code = main(['search', 'hysl', '--json', '--password-stdin'])\n"
        "print(code, 'PySide6' in sys.modules, file=sys.stderr)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "FIELDKIT_PASSWORD"}
    ran = subprocess.run(
        [sys.executable, "-c", script], input=f"{GOOD}\n", capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stderr.split() == ["0", "False"]
    assert json.loads(ran.stdout)[0]["id"] == "e1"


def test_doctor_needs_no_kit(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("FIELDKIT_PASSWORD", raising=False)
    findings = answer(capsys, "doctor")
    names = {finding["name"]: finding for finding in findings}
    assert names["SQLCipher"]["ok"]
    assert names["PySide6-Essentials"]["ok"]
    assert {"name", "ok", "found"} <= set(findings[0])


def test_doctor_tells_the_pair_that_aborts(monkeypatch):
    from ui.commands import doctor

    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: "6.12.0")
    monkeypatch.setattr(doctor.sys, "version_info", (3, 11, 7))
    finding = doctor._qt()
    assert not finding.ok
    assert "6.11.3" in finding.do
