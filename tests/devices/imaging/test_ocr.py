"""Reading text in a process of its own."""

from __future__ import annotations

import importlib.metadata
import sys
import threading

import pytest

from devices.emulators import enterprise_papers
from devices.imaging.ocr import Line, Reader, models, text_of
from devices.imaging.straighten import jpeg
from fieldkit.errors import Cancelled, InvalidInput

NO_NETWORK = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise RuntimeError("network touched: " + event)
sys.addaudithook(refuse)
from devices.imaging.ocr import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


def test_text_is_read_with_no_network():
    import numpy as np

    page = enterprise_papers.text_page("情况说明", ["酸洗车间西侧地面有破损，存在废酸液跑冒滴漏现象。"], dpi=130)
    data = jpeg(np.asarray(page)[:, :, ::-1].copy())
    with Reader((sys.executable, "-c", NO_NETWORK)) as reader:
        text = text_of(reader.read(data))
        with pytest.raises(InvalidInput):
            reader.read(b"not a picture")
    assert "情况说明" in text
    assert "酸洗车间西侧地面有破损" in text
    assert models(), "the models ship with the wheel"


def test_reading_can_be_cancelled():
    stop = threading.Event()
    stop.set()
    with Reader() as reader, pytest.raises(Cancelled):
        reader.read(b"anything", stop)


DEAF = "import time; time.sleep(600)"
NOISY = """
import os, sys
from devices.imaging import ocr
def recognise(engine, data):
    print("a library's greeting")
    os.write(1, b"and one from below Python")
    return (ocr.Line("read", 1.0, (0, 0, 1, 1)),)
ocr._recognise, ocr._engine = recognise, lambda: print("loading")
ocr.serve(sys.stdin.buffer, sys.stdout.buffer)
"""
LARGE = bytes(4 << 20)
"""More than any pipe holds."""


def test_a_child_that_takes_no_page_is_given_up_at_the_time_limit():
    with Reader((sys.executable, "-c", DEAF), time_limit_s=0.3) as reader, pytest.raises(InvalidInput) as refusal:
        reader.read(LARGE)
    assert "time limit" in str(refusal.value)


def test_sending_a_page_can_be_cancelled():
    stop = threading.Event()
    with Reader((sys.executable, "-c", DEAF)) as reader:
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Cancelled):
            reader.read(LARGE, stop)


def test_what_a_library_prints_in_the_child_does_not_spoil_the_answers():
    with Reader((sys.executable, "-c", NOISY)) as reader:
        assert [[line.text for line in reader.read(page)] for page in (b"1", LARGE)] == [["read"], ["read"]]


def test_an_answer_that_makes_no_sense_is_told_and_the_child_ended():
    babble = "import sys; sys.stdin.buffer.read(9); print('hello', flush=True); sys.stdin.buffer.read()"
    with Reader((sys.executable, "-c", babble)) as reader:
        for _ in range(2):
            with pytest.raises(InvalidInput) as refusal:
                reader.read(b"1")
            assert refusal.value.message_key == "scan.text_failed"


def test_a_child_that_dies_is_told():
    with Reader((sys.executable, "-c", "pass")) as reader, pytest.raises(InvalidInput) as refusal:
        reader.read(b"anything")
    assert refusal.value.message_key == "scan.text_failed"


def test_lines_at_one_height_are_one_line_of_text():
    lines = (
        Line("右", 1, (200, 12, 20, 20)),
        Line("左", 1, (10, 10, 20, 20)),
        Line("下", 1, (10, 50, 20, 20)),
    )
    assert text_of(lines) == "左　右\n下"


def test_only_the_headless_opencv_is_installed():
    names = {(item.metadata["Name"] or "").lower() for item in importlib.metadata.distributions()}
    assert "opencv-python-headless" in names
    assert not names & {"opencv-python", "opencv-contrib-python", "pymupdf"}
