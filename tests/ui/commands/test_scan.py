"""fieldkit scan: one object an image, in order; what can't be read is told and does not stop the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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


def test_images_that_can_be_read_end_well(folder, capsys):
    assert main(["scan", str(folder / "foreign.jpg"), "--no-text"]) == 0
    assert "不是页签" in capsys.readouterr().out
