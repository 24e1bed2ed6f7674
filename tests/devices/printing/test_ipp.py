from __future__ import annotations

import hashlib
import math
from pathlib import Path
from threading import Event, Thread

import pytest

from devices.printing.ipp import IppPrinter, JobState
from fieldkit.errors import Cancelled, DeviceUnavailable, InvalidInput, PaperOut
from tests.devices.conftest import StartEmulator

POLL_S = 0.02


def test_a_pdf_arrives_byte_for_byte_and_is_done_only_at_its_last_page(emulate: StartEmulator, pdf: bytes) -> None:
    emulator = emulate("printer", page_seconds=0.05)
    printer = IppPrinter(emulator.ready["uri"])
    seen: list[JobState] = []

    job = printer.print_pdf(pdf, "现场检查笔录", copies=2)
    state = printer.wait(job.id, Event(), seen.append, poll_s=POLL_S)

    assert state.state == "done"
    assert state.impressions == 6
    counted = [found.impressions for found in seen]
    assert counted == sorted(counted, key=lambda sides: sides or 0)
    assert all(found.state == "done" or (found.impressions or 0) < 6 for found in seen)
    (told,) = emulator.command("state")["jobs"]
    assert told["name"] == "现场检查笔录"
    assert hashlib.sha256(Path(told["path"]).read_bytes()).digest() == hashlib.sha256(pdf).digest()


def test_paper_out_keeps_the_job_and_paper_finishes_it(emulate: StartEmulator, pdf: bytes) -> None:
    emulator = emulate("printer", page_seconds=0.01, paper=1)
    printer = IppPrinter(emulator.ready["uri"])
    job = printer.print_pdf(pdf, "x")

    with pytest.raises(PaperOut) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S, patience_s=0.1)
    assert "缺纸" in caught.value.zh
    assert printer.job(job.id).paper_out
    assert printer.job(job.id).impressions == 1
    assert printer.status().state == "attention"

    emulator.command("load 500")
    assert printer.wait(job.id, Event(), poll_s=POLL_S).impressions == 3
    assert printer.status().state == "ready"


def test_waiting_with_patience_goes_on_when_paper_is_loaded(emulate: StartEmulator, pdf: bytes) -> None:
    emulator = emulate("printer", fault=["paper-out"])
    printer = IppPrinter(emulator.ready["uri"])
    job = printer.print_pdf(pdf, "x")
    told_paper = Event()

    def watch(state: JobState) -> None:
        if state.paper_out and not told_paper.is_set():
            assert "缺纸" in state.words[0]
            told_paper.set()
            emulator.command("clear")

    assert printer.wait(job.id, Event(), watch, poll_s=POLL_S, patience_s=math.inf).state == "done"
    assert told_paper.is_set()


def test_cancelling_drops_the_job_at_the_printer(emulate: StartEmulator, pdf: bytes) -> None:
    emulator = emulate("printer", page_seconds=30)
    printer = IppPrinter(emulator.ready["uri"])
    job = printer.print_pdf(pdf, "x")
    cancel = Event()

    with pytest.raises(Cancelled):
        printer.wait(job.id, cancel, lambda state: cancel.set(), poll_s=POLL_S)
    assert printer.job(job.id).state == "cancelled"


def test_cancelling_a_done_job_leaves_it_done(emulate: StartEmulator, pdf: bytes) -> None:
    printer = IppPrinter(emulate("printer", page_seconds=0.01).ready["uri"])
    job = printer.print_pdf(pdf, "x")
    printer.wait(job.id, Event(), poll_s=POLL_S)
    cancel = Event()
    cancel.set()
    assert printer.wait(job.id, cancel, poll_s=POLL_S).state == "done"


def test_a_printer_switched_off_while_printing_is_told_and_forgets_nothing(emulate: StartEmulator, pdf: bytes) -> None:
    emulator = emulate("printer", page_seconds=0.2)
    printer = IppPrinter(emulator.ready["uri"], timeout_s=2)
    job = printer.print_pdf(pdf, "x")
    emulator.command("fault off")
    with pytest.raises(DeviceUnavailable) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S, patience_s=0.1)
    assert caught.value.message_key == "printer.off"
    assert printer.status().state == "off"
    emulator.command("clear")
    assert printer.wait(job.id, Event(), poll_s=POLL_S).state == "done"


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("off", "printer.off"),
        ("busy", "printer.busy"),
        ("refuse", "printer.not_accepting"),
        ("garbage", "printer.not_a_printer"),
        ("silent", "printer.maybe_taken"),
    ],
)
def test_a_printer_that_takes_nothing_says_why(emulate: StartEmulator, pdf: bytes, fault: str, key: str) -> None:
    emulator = emulate("printer", fault=[fault])
    printer = IppPrinter(emulator.ready["uri"], timeout_s=0.5)
    with pytest.raises(DeviceUnavailable) as caught:
        printer.print_pdf(pdf, "x")
    assert caught.value.message_key == key
    assert caught.value.retryable
    assert "已保存" in caught.value.zh
    assert emulator.command("state")["jobs"] == [] or fault == "silent"
    assert printer.status().state != "ready"


@pytest.mark.parametrize(("fault", "key"), [("jam", "printer.needs_hand"), ("engine-failure", "printer.job_failed")])
def test_an_engine_that_fails_is_never_done(emulate: StartEmulator, pdf: bytes, fault: str, key: str) -> None:
    printer = IppPrinter(emulate("printer", fault=[fault]).ready["uri"])
    job = printer.print_pdf(pdf, "x")
    with pytest.raises(DeviceUnavailable) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S, patience_s=0.1)
    assert caught.value.message_key == key


def test_a_job_that_stands_still_without_a_reason_is_told(emulate: StartEmulator, pdf: bytes) -> None:
    printer = IppPrinter(emulate("printer", page_seconds=60).ready["uri"])
    job = printer.print_pdf(pdf, "x")
    with pytest.raises(DeviceUnavailable) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S, stall_s=0.1)
    assert caught.value.message_key == "printer.stalled"


def test_bytes_that_are_no_pdf_fail_at_the_printer(emulate: StartEmulator) -> None:
    printer = IppPrinter(emulate("printer").ready["uri"])
    job = printer.print_pdf(b"not a pdf", "x")
    with pytest.raises(DeviceUnavailable):
        printer.wait(job.id, Event(), poll_s=POLL_S)


def test_an_unknown_job_is_told_as_lost(emulate: StartEmulator) -> None:
    printer = IppPrinter(emulate("printer").ready["uri"])
    with pytest.raises(DeviceUnavailable) as caught:
        printer.job(4711)
    assert caught.value.message_key == "printer.job_lost"


def test_a_proxy_of_the_environment_is_not_asked(emulate: StartEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert IppPrinter(emulate("printer").ready["uri"]).status().state == "ready"


def test_two_threads_may_print_at_once(emulate: StartEmulator, pdf: bytes) -> None:
    emulator = emulate("printer", page_seconds=0.01)
    printer = IppPrinter(emulator.ready["uri"])
    states: list[str] = []

    def work() -> None:
        states.append(printer.wait(printer.print_pdf(pdf, "x").id, Event(), poll_s=POLL_S).state)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["done"] * 4
    assert {job["id"] for job in emulator.command("state")["jobs"]} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    "address", ["", "printer", "ftp://host/x", "ipp://", "ipp://[::1", "ipp://host:99999/ipp/print"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput):
        IppPrinter(address)


def test_addresses_are_completed() -> None:
    assert IppPrinter("ipp://printer.local").uri == "ipp://printer.local:631/ipp/print"
    assert IppPrinter("http://[::1]:8080/queue").uri == "ipp://[::1]:8080/queue"
