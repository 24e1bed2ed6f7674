"""All devices of a case as emulators at once: practice without hardware."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.config import DeviceConfig
from devices.emulators import process
from devices.emulators.process import EMULATORS, Emulator


class Practice:
    """Runs one emulator of each kind. Use it as a context manager.

    Attributes:
        emulators: each by its name.
        config: the addresses to reach them, as a real case's.
    """

    def __init__(self, out: Path) -> None:
        out = out.resolve()
        options: dict[str, dict[str, object]] = {
            "printer": {"out": out / "printed"},
            "label-printer": {"out": out / "labels"},
            "gps": {"tick": 0.5, "link": None if sys.platform == "win32" else out / "gps"},
            "wand": {"folder": out / "wand"},
        }
        out.mkdir(parents=True, exist_ok=True)
        self.emulators: dict[str, Emulator] = {}
        with ExitStack() as started:
            for name in EMULATORS:
                self.emulators[name] = started.enter_context(process.start(name, **options[name]))
            self._running = started.pop_all()
        self.config = DeviceConfig(
            printer_uri=self.emulators["printer"].ready["uri"],
            label_host=self.emulators["label-printer"].ready["host"],
            label_port=self.emulators["label-printer"].ready["port"],
            gps_port=self.emulators["gps"].ready["port"],
            wand_folder=self.emulators["wand"].ready["folder"],
        )

    def stop(self) -> None:
        """End all emulators."""
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
