"""An A4 printer without hardware: IPP over HTTP, documents kept byte for byte, faults on command.

Commands on standard input: `fault paper-out|off|slow|jam|engine-failure|refuse|busy|silent|garbage`, `clear`,
`load SHEETS`, `state`, `quit`.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

from devices.emulators import front
from devices.emulators.press import FAULTS, Press
from devices.emulators.printer_answers import Answers
from devices.printing.ipp_codec import MalformedMessage, decode, encode

_MAX_REQUEST_BYTES = 512 << 20


class _Handler(BaseHTTPRequestHandler):
    """Takes IPP requests by POST, with a length or in chunks."""

    protocol_version = "HTTP/1.1"
    press: ClassVar[Press]
    answers: ClassVar[Answers]
    wake: ClassVar[Event]

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        if self.press.has("off"):
            self.close_connection = True
            return
        if self.press.has("busy"):
            self.send_error(503)
            return
        if self.press.has("silent"):
            self.wake.wait(60)  # holds the line without a word, until the fault is cleared
        if self.press.has("garbage"):
            self._send(b"<html>not a printer</html>")
            return
        try:
            request = decode(body)
        except MalformedMessage:
            self.send_error(400)
            return
        self._send(encode(self.answers.to(request)))

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes | None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MAX_REQUEST_BYTES:
            self.send_error(413)
            return None
        return self.rfile.read(length)

    def _chunks(self) -> bytes:
        pieces = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return bytes(pieces)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: standard output is for answers to commands."""


class EmulatedPrinter:
    """The printer's HTTP side, which can be switched off and on again at the same port.

    Args:
        press: its inside.
        host: address to listen at.
        port: port to listen at; 0 takes a free one.
    """

    def __init__(self, press: Press, host: str, port: int) -> None:
        self._press = press
        self._host = host
        self._wake = Event()
        self._answers = Answers(press)
        self._handler = _handler(press, self._answers, self._wake)
        self._server: ThreadingHTTPServer | None = None
        self._port = port
        self.on()
        self._answers.uri = self.uri

    @property
    def uri(self) -> str:
        """The printer's address."""
        return f"ipp://{self._host}:{self._port}/ipp/print"

    def on(self) -> None:
        """Listen, if it does not yet."""
        if self._server is None:
            self._wake.clear()
            self._server = _Server((self._host, self._port), self._handler)
            self._port = int(self._server.server_address[1])
            Thread(target=self._server.serve_forever, args=(0.05,), name="ipp", daemon=True).start()

    def off(self) -> None:
        """Stop listening: callers are refused."""
        self._wake.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def fault(self, name: str) -> Mapping[str, Any]:
        """Set a fault."""
        self._press.fault(name)
        if name == "off":
            self.off()
        return self._press.describe()

    def clear(self, _: str = "") -> Mapping[str, Any]:
        """Mend every fault, and switch on."""
        self._press.clear()
        self._wake.set()
        self._wake.clear()
        self.on()
        return self._press.describe()

    def load(self, sheets: str) -> Mapping[str, Any]:
        """Put sheets into the tray."""
        self._press.load(int(sheets))
        return self._press.describe()


def _handler(of: Press, answering: Answers, waking: Event) -> type[_Handler]:
    """Return the handler class of one printer: http.server makes an object of it for each call."""

    class Bound(_Handler):
        press = of
        answers = answering
        wake = waking

    return Bound


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """A caller that hangs up is nothing to tell of."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the emulator until its standard input ends."""
    parser = argparse.ArgumentParser(prog="fieldkit emulate printer", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--out", type=Path, help="folder for the documents received (default: a new one)")
    parser.add_argument("--page-seconds", type=float, default=0.05, help="how long a page takes")
    parser.add_argument("--paper", type=int, default=500, help="sheets in the tray")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, help="start with this fault")
    options = parser.parse_args(argv)
    out = options.out or Path(tempfile.mkdtemp(prefix="fieldkit-printer-"))
    out.mkdir(parents=True, exist_ok=True)
    press = Press(out, page_s=options.page_seconds, paper=options.paper)
    printer = EmulatedPrinter(press, options.host, options.port)
    for fault in options.fault:
        printer.fault(fault)
    front.serve(
        {"uri": printer.uri, "out": str(out)},
        {"fault": printer.fault, "clear": printer.clear, "load": printer.load, "state": lambda _: press.describe()},
    )
    printer.off()
    return 0


if __name__ == "__main__":
    sys.exit(main())
