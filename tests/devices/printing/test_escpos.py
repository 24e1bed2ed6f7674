from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import zxingcpp
from escpos.exceptions import DeviceNotFoundError
from escpos.printer import Network
from PIL import Image, ImageChops

from devices.printing.escpos import LabelPrinter
from fieldkit.errors import DeviceUnavailable, InvalidInput, PaperOut
from fieldkit.instruments.label import bottle_label
from fieldkit.model.evidence import Sample
from tests.devices.conftest import StartEmulator

SAMPLE = Sample(
    id="s",
    number="HY20260611-001-01",
    point_code="DW001",
    point_name="废水总排口",
    items=("pH", "氨氮"),
    sampler="李𬭎",
)


def test_a_label_comes_out_dot_for_dot_and_its_bars_are_read(emulate: StartEmulator) -> None:
    emulator = emulate("label-printer")
    label = bottle_label(SAMPLE, "海盐县示例印染有限公司", demo=True)

    LabelPrinter(emulator.ready["host"], emulator.ready["port"]).print_image(label)

    told = emulator.command("state")
    (path,) = told["labels"]
    with Image.open(path) as rendered:
        printed = rendered.crop((0, 0, *label.size)).convert("L")
        blank = rendered.crop((0, label.height, rendered.width, rendered.height)).convert("L")
        (code,) = zxingcpp.read_barcodes(rendered.convert("L"))
    assert ImageChops.difference(printed, label.convert("L")).getbbox() is None
    assert blank.height > 0, "the label is fed past the cutter"
    assert blank.getextrema() == (255, 255)
    assert code.text == SAMPLE.number
    assert (told["unknown"], told["text"], told["uncut_rows"]) == (0, 0, 0)


def test_labels_follow_one_another(emulate: StartEmulator) -> None:
    emulator = emulate("label-printer")
    printer = LabelPrinter(emulator.ready["host"], emulator.ready["port"])
    for _ in range(3):
        printer.print_image(bottle_label(SAMPLE, "海盐县示例印染有限公司"))
    paths = [Path(path) for path in emulator.command("state")["labels"]]
    assert len(paths) == 3
    assert len({path.read_bytes() for path in paths}) == 1
    assert len({path.with_suffix(".bin").read_bytes() for path in paths}) == 1


@pytest.mark.parametrize(
    ("fault", "key", "state"),
    [
        ("paper-out", "label_printer.paper_out", "attention"),
        ("cover-open", "label_printer.cover_open", "attention"),
        ("offline", "label_printer.offline", "attention"),
        ("cutter", "label_printer.fault", "attention"),
        ("off", "label_printer.off", "off"),
        ("silent", "label_printer.off", "off"),
        ("garbage", "label_printer.not_a_printer", "off"),
    ],
)
def test_a_printer_that_can_not_print_says_why_and_prints_nothing(
    emulate: StartEmulator, fault: str, key: str, state: str
) -> None:
    emulator = emulate("label-printer", fault=[fault])
    printer = LabelPrinter(emulator.ready["host"], emulator.ready["port"], timeout_s=0.3)
    with pytest.raises(DeviceUnavailable) as caught:
        printer.print_image(Image.new("1", (576, 40), 0))
    assert caught.value.message_key == key
    assert isinstance(caught.value, PaperOut) == (fault == "paper-out")
    assert printer.status().state == state
    assert emulator.command("state")["labels"] == []

    emulator.command("clear")
    printer = LabelPrinter(emulator.ready["host"], emulator.ready["port"])
    assert printer.status().state == "ready"
    printer.print_image(Image.new("1", (576, 40), 0))
    assert len(emulator.command("state")["labels"]) == 1


def test_a_roll_nearly_used_up_is_said_and_printed_on(emulate: StartEmulator) -> None:
    emulator = emulate("label-printer", fault=["paper-low"])
    printer = LabelPrinter(emulator.ready["host"], emulator.ready["port"])
    printer.print_image(Image.new("1", (576, 40), 0))
    status = printer.status()
    assert (status.state, "快用完" in status.words_zh) == ("ready", True)


def test_grey_pictures_are_cut_at_half_and_wide_ones_refused(emulate: StartEmulator) -> None:
    emulator = emulate("label-printer")
    printer = LabelPrinter(emulator.ready["host"], emulator.ready["port"])
    printer.print_image(Image.linear_gradient("L"))
    with Image.open(emulator.command("state")["labels"][0]) as rendered:
        column = [rendered.convert("L").getpixel((5, row)) for row in range(256)]
    assert column == [0] * 128 + [255] * 128
    with pytest.raises(InvalidInput):
        printer.print_image(Image.new("1", (577, 8)))


def test_python_escpos_still_leaves_a_socket_open_when_nobody_answers() -> None:
    """Fails once the library is mended: then `LabelPrinter` may let it open its own line."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.warns(ResourceWarning), suppress(DeviceNotFoundError):
        Network("127.0.0.1", port=port, timeout=1).open()


_LEFT_BEHIND = "import logging, os, sys; print(os.listdir(os.environ['TMPDIR']), logging.root.handlers)"


@pytest.mark.parametrize(
    ("statement", "clean"),
    [
        ("from devices.printing.escpos_library import network; network()", True),
        ("import escpos.printer", False),  # fails once the library is mended: then escpos_library may go
    ],
)
def test_the_library_s_import_leaves_nothing_behind(statement: str, clean: bool, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}; {_LEFT_BEHIND}"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.strip() == "[] []") == clean
