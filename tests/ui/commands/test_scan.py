"""fieldkit scan: one object an image, in order; what can't be read is told and does not stop the others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devices.emulators import camera, enterprise_papers, paper
from fieldkit.instruments import forms
from fieldkit.instruments.render import render
from fieldkit.instruments.seal import PRACTICE_KEY
from fieldkit.model.record import Record
from ui.commands import main

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "inspection.json"


@pytest.fixture
def folder(tmp_path):
    example = json.loads(EXAMPLE.read_text("utf-8"))
    record = Record(
        id=example["id"], form=forms.load("inspection").ref, number="1", values=example["values"], demo=True
    )
    page = paper.pages_of(render(record, 1, PRACTICE_KEY).pdf)[0]
    signed = paper.sign(page, ["party"], 1)
    (tmp_path / "signed.jpg").write_bytes(camera.photograph(signed, 1, 0.4))
    (tmp_path / "foreign.jpg").write_bytes(camera.photograph(enterprise_papers.foreign_page(), 2, 0.4))
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "signed.jpg").read_bytes()[:9000])
    return tmp_path


def test_each_image_is_told_in_order(folder, capsys):
    out = folder / "out"
    images = [str(folder / name) for name in ("signed.jpg", "cut.jpg", "foreign.jpg", "missing.jpg")]
    assert main(["scan", *images, "--out", str(out), "--no-text", "--json"]) == 1
    printed = capsys.readouterr()
    signed, cut, foreign, missing = json.loads(printed.out)
    assert [item["image"] for item in (signed, cut, foreign, missing)] == images
    assert signed["bound"] == {"document": json.loads(EXAMPLE.read_text("utf-8"))["id"], "revision": 1, "page": 1}
    assert {box["name"]: box["state"] for box in signed["boxes"]}["party"] == "signed"
    assert len(signed["corners"]) == 4
    assert Path(signed["page"]).read_bytes().startswith(b"\xff\xd8")
    assert signed["text"] is None
    assert signed["error"] is None
    assert cut["error"]
    assert cut["corners"] is None
    assert foreign["bound"] is None
    assert foreign["codes"][0]["kind"] == "QRCode"
    assert missing["error"]
    assert "不完整" in printed.err


def test_a_practice_page_is_told_as_such_and_plain_paper_has_no_seal(folder, capsys):
    plain = camera.photograph(enterprise_papers.text_page("情况说明", ["本单位酸洗车间已停产。"] * 9), 3, 0.3)
    (folder / "plain.jpg").write_bytes(plain)
    assert main(["scan", str(folder / "signed.jpg"), str(folder / "plain.jpg"), "--no-text"]) == 0
    out, err = capsys.readouterr()
    assert "练习页签（不作执法文书）：文书" in out
    assert "没有页签" in out
    assert err == ""


def test_a_foreign_code_is_one_sentence_and_exit_1(folder, capsys):
    assert main(["scan", str(folder / "foreign.jpg"), "--no-text"]) == 1
    assert _only_line(capsys).endswith("not bound.)")


@pytest.mark.parametrize("key", [b"a county's key".ljust(32), b"a forger's key".ljust(32)])
def test_a_seal_under_another_key_may_be_genuine(tmp_path, capsys, key):
    example = json.loads(EXAMPLE.read_text("utf-8"))
    record = Record(id=example["id"], form=forms.load("inspection").ref, number="1", values=example["values"])
    page = paper.pages_of(render(record, 1, key).pdf)[0]
    (tmp_path / "county.jpg").write_bytes(camera.photograph(page, 2, 0.3))
    assert main(["scan", str(tmp_path / "county.jpg"), "--no-text", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["seal_problem"] == "forged"
    assert "可能是某县执法箱的真页签，也可能是伪造；没有归位，请在执法箱里扫描核验" in err
    assert len(err.splitlines()) == 1


def test_noise_and_a_plain_picture_are_no_page_and_nothing_is_saved(tmp_path, capsys):
    noise = np.random.default_rng(1).integers(0, 256, (900, 700, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    Image.new("RGB", (900, 1200), (200, 200, 200)).save(tmp_path / "plain.png")
    images = [str(tmp_path / "noise.png"), str(tmp_path / "plain.png")]
    assert main(["scan", *images, "--out", str(tmp_path / "out"), "--no-text", "--json"]) == 1
    out, err = capsys.readouterr()
    assert [line.count("没有找到纸张") for line in err.splitlines()] == [1, 1]
    for item in json.loads(out):
        assert (item["corners"], item["page"], item["confidence"]) == (None, None, 0.0)
        assert "没有找到纸张" in item["error"]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_tiny_picture_is_told_as_too_small(tmp_path, capsys):
    Image.new("RGB", (20, 20)).save(tmp_path / "tiny.png")
    assert main(["scan", str(tmp_path / "tiny.png"), "--no-text"]) == 1
    assert "图片太小（20×20" in _only_line(capsys)


def test_a_file_where_the_pages_should_go_is_told(folder, capsys):
    assert main(["scan", str(folder / "signed.jpg"), "--out", str(folder / "cut.jpg"), "--no-text"]) == 1
    assert "不是文件夹" in _only_line(capsys)


def _only_line(capsys) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line
