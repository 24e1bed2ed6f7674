from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.emulators.roll import Roll

BAND = b"\x1dv0\x00\x02\x00\x02\x00" + bytes([0b10000000, 0x01, 0xFF, 0x00])


def test_a_set_bit_is_a_black_dot_and_rows_run_left_to_right(tmp_path: Path) -> None:
    roll = Roll(tmp_path)
    roll.read(BAND + b"\x1dV\x00", lambda data: None)
    with Image.open(tmp_path / "label-0001.png") as label:
        dots = label.convert("L")
    black = {(x, y) for y in range(2) for x in range(16) if dots.getpixel((x, y)) == 0}
    assert black == {(0, 0), (15, 0), *((x, 1) for x in range(8))}


def test_doubled_rasters_are_twice_as_wide_and_high(tmp_path: Path) -> None:
    roll = Roll(tmp_path)
    roll.read(BAND.replace(b"v0\x00", b"v0\x03") + b"\x1dVA\x00", lambda data: None)
    with Image.open(tmp_path / "label-0001.png") as label:
        assert label.height == 4
        assert [label.convert("L").getpixel((x, 3)) for x in (0, 15, 16)] == [0, 0, 255]


@given(st.lists(st.integers(1, 9), max_size=12))
def test_commands_may_come_in_any_pieces(cuts: list[int]) -> None:
    answers: list[bytes] = []
    stream = b"\x1b@" + BAND + b"\n\x10\x04\x01" + BAND + b"\x1bd\x02\x10\x04\x04"
    roll = Roll(Path("nowhere"))
    waiting = b""
    for size in (*cuts, len(stream)):
        waiting, stream = waiting + stream[:size], stream[size:]
        waiting = waiting[roll.read(waiting, answers.append) :]
    assert waiting == b""
    assert answers == [b"\x12", b"\x12"]
    assert roll.describe()["uncut_rows"] == 2 + 30 + 2 + 60


def test_bytes_of_a_status_question_inside_a_picture_are_dots(tmp_path: Path) -> None:
    answers: list[bytes] = []
    Roll(tmp_path).read(b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01", answers.append)
    assert answers == []
