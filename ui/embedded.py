"""The backend that lives on this machine, for the demo: a child process that ends with the program that started it."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import msgspec

from fieldkit.errors import Cancelled, KnownError, NetworkUnavailable
from fieldkit.replica import Replica
from fieldkit.replica.enrolment import Enrolment
from sync.transport import Stop
from sync.trust import fetch_authority, pin_of

_START_S = 90.0
_STOP_S = 10.0
_LOOK_S = 0.1
_ASK_S = 5.0
LOG = "backend.log"


class EmbeddedFailed(KnownError):
    """The backend of this machine did not start; `details["why"]` is its own last word."""

    key = "embedded.failed"


class Ready(msgspec.Struct, frozen=True):
    """What a backend says once it listens. `enrol_code` is there only with the demo county."""

    url: str
    pid: int
    ca_pin: str
    enrol_code: str = ""


class EmbeddedBackend:
    """One `fieldkit-backend serve` as a child. It stops at `stop`, and when this process ends, however that happens.

    Args:
        data: its data directory; made if missing. Never inside a kit's home.
        port: to listen on; 0 takes a free one.
        demo: seed the demo county once and give an enrolment code.
    """

    def __init__(self, data: Path, port: int = 0, *, demo: bool = False) -> None:
        self._data = data
        self._port = port
        self._demo = demo
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader: threading.Thread | None = None
        self.ready: Ready | None = None

    def start(self, cancel: Stop | None = None) -> Ready:
        """Start it and return once it listens.

        Raises:
            EmbeddedFailed: it ended, or said nothing for 90 seconds.
            Cancelled: the officer stopped it.
        """
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._log = (self._data / LOG).open("ab")
        began = self._log.tell()
        command = [*_executable(), "serve", "--data", str(self._data), "--port", str(self._port), "--until-eof"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments made here
            [*command, "--demo"] if self._demo else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={name: value for name, value in os.environ.items() if name != "FIELDKIT_PASSWORD"},
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), name="backend", daemon=True)
        self._reader.start()
        try:
            self.ready = self._await(self._process, cancel or threading.Event(), began)
        except BaseException:
            self.stop()
            raise
        return self.ready

    def stop(self) -> None:
        """Let it finish what it is answering and wait until it has ended."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        for insist in (process.terminate, process.kill):
            try:
                process.wait(_STOP_S)
                break
            except subprocess.TimeoutExpired:
                insist()
        process.wait()
        if self._reader:
            self._reader.join(_STOP_S)
        if process.stdout:
            process.stdout.close()
        if self._log:
            self._log.close()

    def _await(self, process: subprocess.Popen[bytes], cancel: Stop, began: int) -> Ready:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if cancel.is_set():
                raise Cancelled
            with contextlib.suppress(queue.Empty, msgspec.MsgspecError):
                return msgspec.json.decode(self._lines.get(timeout=_LOOK_S), type=Ready)
            if process.poll() is not None and self._lines.empty():
                raise EmbeddedFailed(why=self._last_word(began) or f"exit {process.returncode}")
        raise EmbeddedFailed(why="没有应答 (no answer)")

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        """Take every line, so that its stdout never fills."""
        for line in process.stdout or ():
            self._lines.put(line)

    def _last_word(self, began: int) -> str:
        text = (self._data / LOG).read_bytes()[began:].decode("utf-8", "replace").strip()
        return text.splitlines()[-1] if text else ""


def beside(home: Path) -> Path:
    """Return where a demo kit's backend keeps its data: beside the kit's home, never inside."""
    return home.parent / f"{home.name}-backend"


def ensure(replica: Replica, cancel: Stop | None = None) -> EmbeddedBackend | None:
    """Start the embedded backend of a demo kit if it isn't listening; None if there is nothing to start.

    It listens where the kit knows it; if that port is taken, elsewhere, and the kit learns where.

    Raises:
        EmbeddedFailed: it did not start, or its data are gone.
    """
    enrolment = replica.enrolment.get()
    if enrolment is None or not enrolment.embedded or _answers(enrolment):
        return None
    data = Path(str(enrolment.embedded["data"]))
    if not data.is_dir():
        raise EmbeddedFailed(why=f"后台数据不在了 (no data in {data})")
    port = urlsplit(enrolment.server_url).port or 0
    try:
        backend = EmbeddedBackend(data, port)
        ready = backend.start(cancel)
    except EmbeddedFailed:
        backend = EmbeddedBackend(data)
        ready = backend.start(cancel)
    if ready.url != enrolment.server_url:
        replica.enrolment.set(msgspec.structs.replace(enrolment, server_url=ready.url))
    return backend


def _answers(enrolment: Enrolment) -> bool:
    """Tell whether the kit's own backend answers where it was last: by its authority, not by an open port."""
    try:
        fetch_authority(enrolment.server_url, frozenset({pin_of(enrolment.ca_pem), enrolment.spare_pin}), _ASK_S)
    except NetworkUnavailable:
        return False
    return True


def _executable() -> list[str]:
    """Return how to start the backend: the program beside this one, in a bundle and a virtual environment alike."""
    name = "fieldkit-backend.exe" if sys.platform == "win32" else "fieldkit-backend"
    program = Path(sys.executable).parent / name
    return [str(program)] if program.exists() else [sys.executable, "-m", "backend.cli"]
