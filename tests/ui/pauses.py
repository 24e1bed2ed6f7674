"""Finds every pause of the window and its culprit: a 10 ms timer, and a plain thread that looks when it is late."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 10
LATE_S = 0.05


class Watchdog(QObject):
    """Attributes: `pauses`, (seconds late, where the GUI thread was) of each pause over 50 ms."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[tuple[float, str]] = []
        self._gui = threading.get_ident()
        self._last = time.perf_counter()
        self._caught = ""
        self._stop = threading.Event()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._last = time.perf_counter()
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        now = time.perf_counter()
        late = now - self._last - BEAT_MS / 1000
        if late > LATE_S:
            self.pauses.append((late, self._caught))
        self._last, self._caught = now, ""

    def _look(self) -> None:
        while not self._stop.wait(BEAT_MS / 2000):
            if time.perf_counter() - self._last > LATE_S and not self._caught:
                frame = sys._current_frames().get(self._gui)
                stack = traceback.extract_stack(frame)[-8:]
                self._caught = " < ".join(f"{x.name} {Path(x.filename).name}:{x.lineno}" for x in reversed(stack))
