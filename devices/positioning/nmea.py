"""The satellite receiver at a serial port: fixes and time out, unplugging survived."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

import serial

from devices.positioning.sentences import Heard, Sentences
from devices.status import DeviceStatus, StatusKeeper
from fieldkit.model.evidence import Fix

_log = logging.getLogger(__name__)

_READ_S = 0.2
_GARBLED_BYTES = 64
"""So many bytes without one sentence are no sentence cut off."""


class Receiver:
    """Reads one receiver on a thread of its own and opens it again whenever it comes back.

    Args:
        port: a serial port (`/dev/ttyACM0`, `COM3`), a pseudo-terminal, or `socket://host:port`.
        on_fix: told each fix, on the reading thread.
        on_time: told the satellites' time, aware UTC, as often as it comes; the composition root gives it to the clock.
        baud: 9600 on nearly every receiver sold now, 4800 by the standard.
        reopen_s: seconds between two tries to open the port.
        quiet_s: seconds without a sentence before the status says so.
    """

    def __init__(
        self,
        port: str,
        on_fix: Callable[[Fix], None],
        *,
        on_time: Callable[[datetime], None] = lambda at: None,
        baud: int = 9600,
        reopen_s: float = 2.0,
        quiet_s: float = 5.0,
    ) -> None:
        self._port = port
        self._on_fix = on_fix
        self._on_time = on_time
        self._baud = baud
        self._reopen_s = reopen_s
        self._quiet_s = quiet_s
        self._stop = Event()
        self._thread: Thread | None = None
        self._keeper = StatusKeeper(port, "receiver", "receiver.off", port=port)

    def start(self) -> None:
        """Begin to read."""
        self._stop.clear()
        self._thread = Thread(target=self._run, name="receiver", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def status(self) -> DeviceStatus:
        """Return how the receiver is: position known, searching, silent, unplugged."""
        return self._keeper.status

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (serial.SerialException, OSError, ValueError):
                self._keeper.say("off", "receiver.off", port=self._port)
            except Exception:
                _log.exception("a position could not be worked on")
                self._keeper.say("attention", "receiver.fault")
            self._stop.wait(self._reopen_s)

    def _listen(self) -> None:
        """Read until the port goes away.

        Raises:
            SerialException: unplugged, or not there.
        """
        with serial.serial_for_url(self._port, baudrate=self._baud, timeout=_READ_S) as line:
            line.reset_input_buffer()  # what lies there is old: a track must not begin with it
            self._keeper.say("attention", "receiver.searching")
            sentences = Sentences()
            bytes_since = 0
            spoke = fixed = time.monotonic()
            while not self._stop.is_set():
                data = line.read(max(1, min(4096, line.in_waiting)))
                heard = sentences.hear(data)
                now = time.monotonic()
                bytes_since += len(data)
                if heard.sentences:
                    spoke, bytes_since = now, 0
                if heard.fixes:
                    fixed = now
                self._tell(heard)
                self._judge(heard, bytes_since, now - spoke, now - fixed)

    def _tell(self, heard: Heard) -> None:
        if heard.time is not None:
            self._on_time(heard.time)
        for fix in heard.fixes:
            self._on_fix(fix)

    def _judge(self, heard: Heard, bytes_since: int, silent_s: float, lost_s: float) -> None:
        if heard.wrong_time is not None:
            self._keeper.say("attention", "receiver.wrong_time", at=heard.wrong_time.date())
        elif heard.fixes:
            self._keeper.say("ready", "receiver.ready")
        elif silent_s >= self._quiet_s:
            self._keeper.say("attention", "receiver.garbled" if bytes_since >= _GARBLED_BYTES else "receiver.no_data")
        elif heard.sentences and lost_s >= self._quiet_s:
            self._keeper.say("attention", "receiver.searching")
