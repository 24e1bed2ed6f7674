"""Start an emulator as a process of its own, and talk to it: for tests, the demo and practice without hardware."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from fieldkit.errors import BugError, DeviceUnavailable

EMULATORS = {
    "printer": "devices.emulators.printer",
    "label-printer": "devices.emulators.label_printer",
    "gps": "devices.emulators.gps",
    "wand": "devices.emulators.wand",
}
"""Name of an emulator → the module whose `main` runs it."""

READY_S = 30.0
ANSWER_S = 20.0


class Emulator:
    """A running emulator. Use it as a context manager, or call `stop`.

    Attributes:
        ready: the JSON object it printed when it was ready, such as {"uri": …}.
    """

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._process = process
        self._lock = Lock()
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = Thread(target=self._read, name=f"emulator {name}", daemon=True)
        self._reader.start()
        try:
            self.ready = self._next(READY_S, "emulator.no_start")
        except DeviceUnavailable:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def command(self, line: str) -> dict[str, Any]:
        """Send one command (`fault paper-out`, `clear`, `state` …) and return its answer.

        Raises:
            DeviceUnavailable: the emulator has ended, is silent, or does not know the command.
        """
        stdin = self._process.stdin
        if stdin is None:
            raise BugError("an emulator without standard input")
        with self._lock:
            try:
                stdin.write(line + "\n")
                stdin.flush()
            except (OSError, ValueError) as error:
                raise DeviceUnavailable("emulator.no_answer", name=self.name, why="已结束 ended") from error
            answer = self._next(ANSWER_S, "emulator.no_answer")
        if not answer.get("ok"):
            raise DeviceUnavailable("emulator.no_command", name=self.name, command=f"{line} ({answer.get('why')})")
        return answer

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the process and wait for it; does nothing the second time."""
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                pass  # it has ended already, with a command unread
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def _next(self, timeout_s: float, key: str) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            raise DeviceUnavailable(key, name=self.name, why=f"{timeout_s:.0f} s") from None
        if line is None:
            raise DeviceUnavailable(key, name=self.name, why=f"exit {self._process.poll()}")
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise DeviceUnavailable(key, name=self.name, why=line.strip()[:80]) from error
        return answer


def start(name: str, **options: object) -> Emulator:
    """Start an emulator and wait until it is ready.

    Args:
        name: one of EMULATORS.
        options: its command-line options with underscores: `out=folder`, `fault="paper-out"`; a list repeats the
            option, True is a bare flag, None leaves it out.

    Raises:
        DeviceUnavailable: it did not start.
    """
    if name not in EMULATORS:
        raise BugError(f"no emulator {name!r}")
    command = [*_program(name), *_arguments(options)]
    environment = {key: value for key, value in os.environ.items() if key != "FIELDKIT_PASSWORD"}
    try:
        process = subprocess.Popen(  # noqa: S603 - this product's own executable, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
            start_new_session=True,  # Ctrl+C is for the program: its devices stay until it lets go of them
        )
    except OSError as error:
        raise DeviceUnavailable("emulator.no_start", name=name, why=error.strerror) from error
    return Emulator(name, process)


def _program(name: str) -> list[str]:
    """Return how to run an emulator: the interpreter's module, or the bundle's own subcommand."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "emulate", name]
    return [sys.executable, "-m", EMULATORS[name]]


def _arguments(options: dict[str, object]) -> list[str]:
    arguments: list[str] = []
    for key, value in options.items():
        flag = f"--{key.replace('_', '-')}"
        if value is None or value is False:
            continue
        if value is True:
            arguments.append(flag)
        elif isinstance(value, list | tuple):
            arguments += [part for item in value for part in (flag, str(item))]
        else:
            arguments += [flag, str(value) if not isinstance(value, Path) else os.fspath(value)]
    return arguments
