"""Practice mode: the device emulators as child processes of this product, for a kit without its hardware."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Literal

from fieldkit.errors import DeviceUnavailable

logger = logging.getLogger(__name__)

EmulatorName = Literal["printer", "label-printer", "gps", "wand"]
LABELS: dict[EmulatorName, str] = {
    "printer": "练习打印机",
    "label-printer": "练习标签机",
    "gps": "练习定位",
    "wand": "练习扫描笔",
}
READY_S = 20.0


class Emulator:
    """One emulator under way; `ready` is the line it printed, `folder` where it leaves what it received."""

    def __init__(self, name: EmulatorName, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.folder = name, folder
        self._log = (folder / f"{name}.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no word of it from outside
            [*_command(name), *_options(name, folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=folder,
        )
        self.ready = self._wait()

    def _wait(self) -> dict[str, Any]:
        line: list[bytes] = []
        pipe = self._process.stdout
        reader = threading.Thread(target=lambda: line.append(pipe.readline() if pipe else b""), daemon=True)
        reader.start()
        reader.join(READY_S)
        try:
            told: dict[str, Any] = json.loads(line[0])
        except (IndexError, ValueError) as error:
            self.stop()
            raise DeviceUnavailable(device=LABELS[self.name], why="模拟程序没有启动") from error
        return told

    def say(self, fault: str) -> None:
        """Give it a fault on command, as a line on its stdin."""
        if self._process.stdin is not None:
            self._process.stdin.write(fault.encode() + b"\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """End it: closing its stdin is enough, a stubborn one is killed after 3 s."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


def _command(name: EmulatorName) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "emulate", name]
    return [
        sys.executable,
        "-c",
        "import sys; from ui.commands import main; sys.exit(main(sys.argv[1:]))",
        "emulate",
        name,
    ]


def _options(name: EmulatorName, folder: Path) -> list[str]:
    return []
