from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldkit.instruments import datafile, forms
from fieldkit.instruments.check import check
from fieldkit.instruments.datafile import UnreadableData
from fieldkit.instruments.values import WrongValue
from tests.fieldkit.instruments.factories import EXAMPLES, values

FORM = forms.load("inspection")


def written(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "data.json"
    file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return file


def test_values_alone_are_enough_and_give_the_same_document_each_time(tmp_path: Path) -> None:
    file = written(tmp_path, {"values": values()})
    one, two = (datafile.read(file, FORM).record(FORM) for _ in range(2))
    assert one == two
    assert datafile.read(file, FORM).context(FORM).now.source == "laptop"


def test_the_good_example_may_be_printed_and_the_bad_one_not() -> None:
    for name, blocked in (("inspection.json", False), ("inspection-blocked.json", True)):
        data = datafile.read(EXAMPLES / name, FORM)
        assert check(data.record(FORM), data.context(FORM), "print").blocked == blocked
        assert data.demo


def test_a_printing_may_stand_in_the_file(tmp_path: Path) -> None:
    document = "0b9f6a52-3c1d-4e7a-9f10-5d2c8e4b7a61"
    signatures = [
        {"record_id": document, "revision": 1, "page": 1, "box": box, "state": "signed"}
        for box in ("party", "inspector1", "inspector2", "recorder")
    ]
    example = json.loads((EXAMPLES / "inspection.json").read_text("utf-8"))
    file = written(tmp_path, {**example, "printed": {"number": 1, "pages": 1}, "signatures": signatures})
    data = datafile.read(file, FORM)
    assert check(data.record(FORM), data.context(FORM), "done").blocks == ()


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"values": 5},
        {"values": {}, "colour": 1},
        {"values": {}, "id": "abc"},
        {"values": {}, "revision": 0},
        {"values": {}, "revision": "1"},
        {"values": {}, "officers": [{"name": "x"}]},
        {"values": {}, "now": {"at": "2026-06-11T09:00", "source": "gps"}},
        {"values": {}, "now": {"at": "2026-06-11T09:00Z", "source": "sundial"}},
    ],
)
def test_another_shape_is_told_with_the_file(tmp_path: Path, content: Any) -> None:
    with pytest.raises(UnreadableData, match=r"data\.json"):
        datafile.read(written(tmp_path, content), FORM)


@pytest.mark.parametrize(
    "content", [b"", b'{"values": {', b"\xff\xfe", b'{"values": {"place": "\xb5\xd8"}}', b"<html>"]
)
def test_bytes_that_are_no_json_are_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "data.json"
    file.write_bytes(content)
    with pytest.raises(UnreadableData, match="JSON"):
        datafile.read(file, FORM)


def test_a_wrong_type_inside_is_told_with_its_field(tmp_path: Path) -> None:
    with pytest.raises(WrongValue, match="检查地点"):
        datafile.read(written(tmp_path, {"values": {"place": 3}}), FORM)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match="打不开"):
        datafile.read(tmp_path / "none.json", FORM)


def test_a_mark_of_byte_order_is_no_fault(tmp_path: Path) -> None:
    file = written(tmp_path, {"values": values()})
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert datafile.read(file, FORM).values == values()


def test_endless_nesting_is_told(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text('{"values":' + '{"a":' * 50_000 + "1" + "}" * 50_001, "utf-8")
    with pytest.raises(UnreadableData, match="嵌套过深"):
        datafile.read(file, FORM)
