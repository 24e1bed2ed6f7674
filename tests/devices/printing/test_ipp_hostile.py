"""Answers from something that is no printer, or means harm: each is one clear error."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.printing.ipp import IppPrinter
from fieldkit.errors import DeviceUnavailable

Serve = Callable[[bytes], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer every call with these bytes and hang up; return the address."""
    stop = Event()
    threads: list[Thread] = []
    listeners: list[socket.socket] = []

    def start(answer: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while not stop.is_set():
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.settimeout(5)
                    caller.recv(65536)
                    try:
                        caller.sendall(answer)
                        caller.shutdown(socket.SHUT_WR)
                        while caller.recv(65536):
                            pass
                    except OSError:
                        continue

        thread = Thread(target=run)
        thread.start()
        threads.append(thread)
        return f"ipp://127.0.0.1:{listener.getsockname()[1]}/ipp/print"

    yield start
    stop.set()
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join()


def http(body: bytes, status: str = "200 OK", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Type: application/ipp\r\nContent-Length: {size}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        http(b"<html>log in</html>"),
        http(b"", "302 Found"),
        http(b"", "404 Not Found"),
        http(b"", "401 Unauthorized"),
        http(b"\x02\x00\x00\x00", length=4000),
        http(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x21\x00\x01a\x00\x04\x00\x00\x00\x01"),
        http(b"\x02\x00\x00\x00\x00\x00\x00\x63\x03"),
        http(b"\x02\x00\x00\x00\x00\x00\x00\x01" + b"\x04" * (5 << 20) + b"\x03"),
    ],
    ids=["nothing", "ssh", "html", "redirect", "not-found", "login", "cut", "endless", "other-question", "huge"],
)
def test_what_is_no_printer_is_told(serve: Serve, answer: bytes) -> None:
    printer = IppPrinter(serve(answer), timeout_s=5)
    with pytest.raises(DeviceUnavailable) as caught:
        printer.print_pdf(b"%PDF-", "x")
    assert "已保存" in caught.value.zh
    assert printer.status().state == "off"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n\x02\x00"])
def test_a_hang_up_after_the_file_went_out_says_that_it_may_have_been_taken(serve: Serve, answer: bytes) -> None:
    with pytest.raises(DeviceUnavailable) as caught:
        IppPrinter(serve(answer)).print_pdf(b"%PDF-", "x")
    assert caught.value.message_key == "printer.maybe_taken"
    assert "先看有没有出纸" in caught.value.zh


def test_busy_is_not_off(serve: Serve) -> None:
    printer = IppPrinter(serve(http(b"", "503 Service Unavailable")))
    assert printer.status().state == "attention"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_any_answer_is_a_status(serve: Serve, body: bytes) -> None:
    head = b"\x02\x00\x00\x00\x00\x00\x00\x01"
    assert IppPrinter(serve(http(head + body))).status().state in ("ready", "attention", "off")
