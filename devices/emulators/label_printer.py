"""A label printer without hardware: ESC/POS over TCP, each label painted to a PNG, faults on command.

Commands on standard input: `fault paper-out|paper-low|cover-open|cutter|offline|off|silent|garbage`, `clear`, `state`,
`quit`.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from devices.emulators import front
from devices.emulators.roll import FAULTS, Roll


class EmulatedLabelPrinter:
    """Listens, one caller at a time as real ones do, and can be switched off and on again at the same port.

    Args:
        roll: its inside.
        host: address to listen at.
        port: port to listen at; 0 takes a free one.
    """

    def __init__(self, roll: Roll, host: str, port: int) -> None:
        self._roll = roll
        self.host = host
        self.port = port
        self._lock = Lock()
        self._listener: socket.socket | None = None
        self._caller: socket.socket | None = None
        self.on()

    def on(self) -> None:
        """Listen, if it does not yet."""
        if self._listener is None:
            self._listener = socket.create_server((self.host, self.port))
            self.port = int(self._listener.getsockname()[1])
            Thread(target=self._serve, args=(self._listener,), name="escpos", daemon=True).start()

    def off(self) -> None:
        """Stop listening and hang up."""
        for end in (self._listener, self._caller):
            if end is not None:
                _hang_up(end)
        self._listener = None

    def fault(self, name: str) -> Mapping[str, Any]:
        """Set a fault."""
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
        self._roll.faults.add(name)
        if name == "off":
            self.off()
        return self.describe()

    def clear(self, _: str = "") -> Mapping[str, Any]:
        """Mend every fault, and switch on."""
        self._roll.faults.clear()
        self.on()
        return self.describe()

    def describe(self, _: str = "") -> Mapping[str, Any]:
        """Return everything a test may ask for."""
        with self._lock:
            return self._roll.describe()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            self._caller = caller
            try:
                self._converse(caller)
            except OSError:
                pass  # the caller hung up, or the printer was switched off
            finally:
                caller.close()
                self._caller = None

    def _converse(self, caller: socket.socket) -> None:
        waiting = bytearray()

        def answer(data: bytes) -> None:
            if "garbage" in self._roll.faults:
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n")
            elif "silent" not in self._roll.faults:
                caller.sendall(data)

        while piece := caller.recv(65536):
            waiting += piece
            with self._lock:
                del waiting[: self._roll.read(bytes(waiting), answer)]


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # nobody is connected
    end.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the emulator until its standard input ends."""
    parser = argparse.ArgumentParser(prog="fieldkit emulate label-printer", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--out", type=Path, help="folder for the labels (default: a new one)")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, help="start with this fault")
    options = parser.parse_args(argv)
    out = options.out or Path(tempfile.mkdtemp(prefix="fieldkit-labels-"))
    out.mkdir(parents=True, exist_ok=True)
    printer = EmulatedLabelPrinter(Roll(out), options.host, options.port)
    for fault in options.fault:
        printer.fault(fault)
    front.serve(
        {"host": printer.host, "port": printer.port, "out": str(out)},
        {"fault": printer.fault, "clear": printer.clear, "state": printer.describe},
    )
    printer.off()
    return 0


if __name__ == "__main__":
    sys.exit(main())
