"""`fieldkit render` and `fieldkit check` as a user runs them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fieldkit.instruments import seal
from ui.commands import main

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
GOOD = str(EXAMPLES / "inspection.json")
BLOCKED = str(EXAMPLES / "inspection-blocked.json")


def test_render_writes_a_pdf_sealed_for_practice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "record.pdf"
    assert main(["render", "inspection", GOOD, "--out", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    pdf = out.read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert answer["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert [seal.decode(text, [seal.PRACTICE_KEY]).page for text in answer["seals"]] == [1, 2]
    assert main(["render", "inspection", GOOD, "--out", str(out)]) == 0
    assert "共2页" in capsys.readouterr().out
    assert out.read_bytes() == pdf


def test_check_passes_a_good_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "inspection", GOOD, "--stage", "print", "--json"]) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert (report["blocks"], report["vetoes"], said.err) == ([], [], "")
    assert main(["check", "inspection", GOOD, "--stage", "print"]) == 0
    assert "✓" in capsys.readouterr().out


def test_check_of_a_blocked_record_exits_1_and_says_why_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "inspection", BLOCKED, "--stage", "print", "--json"]) == 1
    said = capsys.readouterr()
    assert "officers.valid" in json.loads(said.out)["blocks"]
    assert said.err.count("\n") == 1
    assert "执法证已过期" in said.err
    assert "expired" in said.err


@pytest.mark.parametrize("command", [["check", "--stage", "print"], ["render", "--out", "x.pdf"]])
@pytest.mark.parametrize(
    ("form", "content", "words"),
    [
        ("nothing", b"{}", "没有这种文书"),
        ("inspection", b"{", "JSON"),
        ("inspection", b'{"values": {"place": 1}}', "检查地点"),
        ("inspection", b'{"values": {"inspectors": "two"}}', "检查（勘察）人"),
        ("inspection", None, "打不开"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    form: str,
    content: bytes | None,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("data.json").write_bytes(content)
    assert main([command[0], form, "data.json", *command[1:]]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err
    assert not Path("x.pdf").exists()


def test_a_rare_sign_no_font_has_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"values": {"situation": "现场😀"}}), "utf-8")
    out = tmp_path / "x.pdf"
    assert main(["render", "inspection", str(data), "--out", str(out)]) == 1
    assert "U+1F600" in capsys.readouterr().err
    assert not out.exists()


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "inspection", GOOD, "--out", str(tmp_path / "no" / "x.pdf")]) == 1
    assert "写不了文件" in capsys.readouterr().err
