"""A satellite receiver without hardware: NMEA along a path in 海盐 on a pseudo-terminal, or over TCP.

Commands on standard input: `fault no-fix|garbage|silent|unplug`, `clear`, `at LON LAT` (go there), `state`, `quit`.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Protocol

from devices.emulators import front
from devices.emulators.walk import Walk, epoch
from fieldkit.errors import InvalidInput

FAULTS = ("no-fix", "garbage", "silent", "unplug")


class _Wire(Protocol):
    """Where sentences go out."""

    port: str

    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def send(self, data: bytes) -> None: ...


class _Terminal:
    """A pseudo-terminal behind a link of a steady name, as a system names a plugged device."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self.port = str(link)
        self._ends: tuple[int, int] | None = None

    def plug(self) -> None:
        if sys.platform == "win32":
            raise InvalidInput("emulator.no_pty")
        else:
            import tty

            if self._ends is None:
                master, slave = os.openpty()
                tty.setraw(slave)
                os.set_blocking(master, False)
                self._ends = master, slave
                if self._link.is_symlink():
                    self._link.unlink()  # left by one that was killed
                self._link.symlink_to(os.ttyname(slave))

    def unplug(self) -> None:
        if self._ends is not None:
            self._link.unlink(missing_ok=True)
            for end in self._ends:
                os.close(end)
            self._ends = None

    def send(self, data: bytes) -> None:
        if self._ends is not None:
            try:
                os.write(self._ends[0], data)
            except BlockingIOError:
                return  # nobody reads: a receiver does not wait for its reader


class _Socket:
    """TCP, for systems without pseudo-terminals; pyserial reads it as socket://host:port."""

    def __init__(self) -> None:
        self._listener: socket.socket | None = None
        self._callers: list[socket.socket] = []
        self._lock = Lock()
        self.port = "socket://127.0.0.1:0"
        self._number = 0

    def plug(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._number))
            self._number = int(self._listener.getsockname()[1])
            self.port = f"socket://127.0.0.1:{self._number}"
            Thread(target=self._accept, args=(self._listener,), name="gps tcp", daemon=True).start()

    def unplug(self) -> None:
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            for caller in self._callers:
                caller.close()
            self._callers.clear()

    def send(self, data: bytes) -> None:
        with self._lock:
            for caller in list(self._callers):
                try:
                    caller.sendall(data)
                except OSError:
                    self._callers.remove(caller)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            caller.settimeout(1)
            with self._lock:
                self._callers.append(caller)


class EmulatedReceiver:
    """Sends an epoch of sentences every tick while it walks along its path.

    Args:
        wire: where sentences go.
        walk: where it goes.
        tick_s: seconds between two epochs.
        ahead: how far its clock is ahead of this machine's.
    """

    def __init__(self, wire: _Wire, walk: Walk, tick_s: float, ahead: timedelta) -> None:
        self._wire = wire
        self._walk = walk
        self._tick_s = tick_s
        self._ahead = ahead
        self._faults: set[str] = set()
        self._sent = 0
        self._stop = Event()
        wire.plug()
        self._thread = Thread(target=self._run, name="gps", daemon=True)
        self._thread.start()

    def fault(self, name: str) -> Mapping[str, Any]:
        """Set a fault."""
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
        self._faults.add(name)
        return self.describe()

    def clear(self, _: str = "") -> Mapping[str, Any]:
        """Mend every fault."""
        self._faults.clear()
        return self.describe()

    def at(self, line: str) -> Mapping[str, Any]:
        """Go to a place at once."""
        lon, lat = line.split()
        self._walk.go_to(float(lon), float(lat))
        return self.describe()

    def describe(self, _: str = "") -> Mapping[str, Any]:
        """Return everything a test may ask for."""
        lon, lat = self._walk.position
        return {"faults": sorted(self._faults), "epochs": self._sent, "lon": lon, "lat": lat}

    def stop(self) -> None:
        """End it and unplug."""
        self._stop.set()
        self._thread.join()
        self._wire.unplug()

    def _run(self) -> None:
        while not self._stop.wait(self._tick_s):
            if "unplug" in self._faults:
                self._wire.unplug()
                continue
            self._wire.plug()
            self._walk.step(self._tick_s)
            if "silent" in self._faults:
                continue
            if "garbage" in self._faults:
                self._wire.send(os.urandom(120) + b"\r\n$GPRMC,1,A,\xff*00\r\n")
                continue
            moment = datetime.now(UTC) + self._ahead
            self._wire.send(epoch(moment, self._walk.position, fixed="no-fix" not in self._faults))
            self._sent += 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run the emulator until its standard input ends."""
    parser = argparse.ArgumentParser(prog="fieldkit emulate gps", description=__doc__)
    parser.add_argument("--link", type=Path, help="name of the port (default: a new folder's gps)")
    parser.add_argument("--tcp", action="store_true", default=sys.platform == "win32", help="TCP in place of a pty")
    parser.add_argument("--at", nargs=2, type=float, metavar=("LON", "LAT"), help="where the path begins, WGS-84")
    parser.add_argument("--tick", type=float, default=1.0, help="seconds between two positions")
    parser.add_argument("--speed", type=float, default=1.4, help="metres a second along the path")
    parser.add_argument("--ahead", type=float, default=0.0, help="seconds its clock is ahead of this machine's")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, help="start with this fault")
    options = parser.parse_args(argv)
    walk = Walk(options.speed)
    if options.at:
        walk.go_to(*options.at)
    with tempfile.TemporaryDirectory(prefix="fieldkit-gps-") as folder:
        wire = _Socket() if options.tcp else _Terminal(options.link or Path(folder) / "gps")
        _run(options, wire, walk)
    return 0


def _run(options: argparse.Namespace, wire: _Wire, walk: Walk) -> None:
    receiver = EmulatedReceiver(wire, walk, options.tick, timedelta(seconds=options.ahead))
    for fault in options.fault:
        receiver.fault(fault)
    front.serve(
        {"port": wire.port},
        {"fault": receiver.fault, "clear": receiver.clear, "at": receiver.at, "state": receiver.describe},
    )
    receiver.stop()


if __name__ == "__main__":
    sys.exit(main())
