"""Our IPP client against CUPS's ippeveprinter: the second opinion (docs/devices.md)."""

from __future__ import annotations

from threading import Event

import pytest

from devices.printing.ipp import IppPrinter, JobState
from fieldkit.errors import Cancelled, DeviceUnavailable, PaperOut
from tests.devices.eve import EvePrinter
from tests.devices.waiting import wait_until

POLL_S = 0.05


def test_the_printer_holds_the_very_bytes(eve: EvePrinter, pdf: bytes) -> None:
    printer = IppPrinter(eve.uri)
    printer.validate("笔录")
    job = printer.print_pdf(pdf, "笔录-001", copies=2)
    state = printer.wait(job.id, Event(), poll_s=POLL_S)
    assert (state.state, state.impressions) == ("done", 3)
    assert eve.received() == [pdf]


def test_paper_out_is_told_and_the_same_job_goes_on(eve: EvePrinter, pdf: bytes) -> None:
    eve.set("paper-out")
    printer = IppPrinter(eve.uri)
    job = printer.print_pdf(pdf, "x")
    with pytest.raises(PaperOut):
        printer.wait(job.id, Event(), poll_s=POLL_S, patience_s=0.5)
    assert printer.status().words_zh.startswith("打印机缺纸")
    assert printer.job(job.id).state == "processing"
    eve.clear("paper-out")
    assert printer.wait(job.id, Event(), poll_s=POLL_S).state == "done"
    assert eve.received() == [pdf]


def test_a_cancelled_job_ends_cancelled(eve: EvePrinter, pdf: bytes) -> None:
    eve.set("hold")
    printer = IppPrinter(eve.uri)
    job = printer.print_pdf(pdf, "x")
    wait_until(lambda: printer.job(job.id).state == "processing", "printing")
    cancel = Event()
    seen: list[JobState] = []

    def watch(state: JobState) -> None:
        seen.append(state)
        if not cancel.is_set():
            cancel.set()
        elif "processing-to-stop-point" in state.reasons:
            eve.clear("hold")

    with pytest.raises(Cancelled):
        printer.wait(job.id, cancel, watch, poll_s=POLL_S)
    assert seen[-1].state == "cancelled"


def test_an_engine_that_gives_up_is_a_failed_job(eve: EvePrinter, pdf: bytes) -> None:
    eve.set("abort")
    printer = IppPrinter(eve.uri)
    job = printer.print_pdf(pdf, "x")
    with pytest.raises(DeviceUnavailable) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S)
    assert caught.value.message_key == "printer.job_failed"


def test_a_printer_that_lost_its_power_is_off_and_has_forgotten_the_job(eve: EvePrinter, pdf: bytes) -> None:
    eve.set("hold")
    printer = IppPrinter(eve.uri)
    job = printer.print_pdf(pdf, "x")
    eve.off()
    with pytest.raises(DeviceUnavailable) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S, patience_s=0.2)
    assert caught.value.message_key == "printer.off"
    eve.start()
    with pytest.raises(DeviceUnavailable) as caught:
        printer.wait(job.id, Event(), poll_s=POLL_S, patience_s=0.2)
    assert caught.value.message_key == "printer.job_lost"


def test_another_path_at_the_printer_is_refused_with_words(eve: EvePrinter) -> None:
    printer = IppPrinter(eve.uri.replace("/ipp/print", "/elsewhere"))
    with pytest.raises(DeviceUnavailable):
        printer.print_pdf(b"%PDF-1.4", "x")
    assert printer.status().state in ("off", "attention")
