"""CUPS's `ippeveprinter` as an ordinary process without cupsd or avahi: a second opinion on our IPP client."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.printing.ipp import IppPrinter
from tests.devices.waiting import wait_until

# The printer's "engine": waits, complains and fails as the files in its folder say.
_ENGINE = """#!/bin/sh
if [ -e {here}/paper-out ]; then
  echo "STATE: +media-empty-error" >&2
  while [ -e {here}/paper-out ]; do sleep 0.05; done
  echo "STATE: -media-empty-error" >&2
fi
while [ -e {here}/hold ]; do sleep 0.05; done
[ -e {here}/abort ] && exit 1
echo "ATTR: job-impressions-completed=3" >&2
exit 0
"""


class EvePrinter:
    """Runs the printer and a private message bus, without which it dies ("Unable to initialize DNS-SD")."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = folder / "spool"
        self.spool.mkdir(parents=True)
        engine = folder / "engine.sh"
        engine.write_text(_ENGINE.format(here=folder))
        engine.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = int(probe.getsockname()[1])
        self.uri = f"ipp://localhost:{self._port}/ipp/print"
        self._bus_folder = tempfile.mkdtemp(prefix="bus-")  # a socket's path may have 107 characters only
        address = f"unix:path={self._bus_folder}/bus"
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address={address}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._bus.stdout is not None
        self._bus.stdout.readline()
        self.start()

    def start(self) -> None:
        """Switch the printer on and wait until it answers."""
        self._printer = subprocess.Popen(
            [
                *("/usr/sbin/ippeveprinter", "-n", "localhost", "-p", str(self._port), "-r", "off", "-k"),
                *("-d", str(self.spool), "-f", "application/pdf", "-c", str(self.folder / "engine.sh"), "Kit A4"),
            ],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._bus_folder}/bus"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        printer = IppPrinter(self.uri)
        wait_until(lambda: printer.status().state != "off", "ippeveprinter's first answer")

    def set(self, *files: str) -> None:
        """Set faults: paper-out, hold, abort."""
        for file in files:
            (self.folder / file).touch()

    def clear(self, *files: str) -> None:
        """Mend faults."""
        for file in files:
            (self.folder / file).unlink()

    def received(self) -> list[bytes]:
        """Return the documents it keeps, in the order they came."""
        files = sorted(self.spool.glob("*.pdf"), key=lambda path: int(path.name.partition("-")[0]))
        return [path.read_bytes() for path in files]

    def off(self) -> None:
        """Switch it off."""
        for fault in ("paper-out", "hold"):
            (self.folder / fault).unlink(missing_ok=True)
        self._printer.kill()
        self._printer.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.off()
        self._bus.terminate()
        self._bus.wait()
        assert self._bus.stdout is not None
        self._bus.stdout.close()
        shutil.rmtree(self._bus_folder, ignore_errors=True)
