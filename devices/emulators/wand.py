"""A wand without hardware: writes given pictures slowly, in chunks, into a folder, with faults on command.

Commands on standard input: `scan FILE [as NAME]` (answers when it is written), `fault truncate|duplicate|unplug`,
`clear` (finishes cut-off files, plugs in again), `state`, `quit`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.emulators import front

FAULTS = ("truncate", "duplicate", "unplug")


class EmulatedWand:
    """Writes files as a wand does: by its own numbering, a chunk at a time.

    Args:
        folder: where files appear.
        chunk: bytes written at once.
        pause_s: seconds between two chunks.
    """

    def __init__(self, folder: Path, chunk: int, pause_s: float) -> None:
        self._folder = folder
        self._away = folder.with_name(folder.name + ".unplugged")
        self._chunk = chunk
        self._pause_s = pause_s
        self._faults: set[str] = set()
        self._written: list[str] = []
        self._cut: list[tuple[Path, bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def scan(self, line: str) -> Mapping[str, Any]:
        """Write one picture: `FILE`, or `FILE as NAME`."""
        source, _, name = line.partition(" as ")
        data = Path(source).read_bytes()
        number = len(self._written) + 1
        name = name or f"IMG_{number:04d}{Path(source).suffix.upper()}"
        if "unplug" in self._faults:
            raise ValueError("the wand is unplugged")
        whole = len(data) if "truncate" not in self._faults else len(data) * 6 // 10
        self._write(self._folder / name, data[:whole])
        if whole < len(data):
            self._cut.append((self._folder / name, data[whole:]))
        if "duplicate" in self._faults:
            again = Path(name)
            self._write(self._folder / f"{again.stem}_1{again.suffix}", data[:whole])
        return {"path": str(self._folder / name), "bytes": whole}

    def fault(self, name: str) -> Mapping[str, Any]:
        """Set a fault."""
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
        self._faults.add(name)
        if name == "unplug" and self._folder.exists():
            self._folder.rename(self._away)
        return self.describe()

    def clear(self, _: str = "") -> Mapping[str, Any]:
        """Mend every fault: the folder comes back, cut-off files are written to their end."""
        self._faults.clear()
        if self._away.exists():
            self._away.rename(self._folder)
        for path, rest in self._cut:
            self._write(path, rest)
        self._cut.clear()
        return self.describe()

    def describe(self, _: str = "") -> Mapping[str, Any]:
        """Return everything a test may ask for."""
        return {"faults": sorted(self._faults), "written": self._written, "cut": [str(path) for path, _ in self._cut]}

    def _write(self, path: Path, data: bytes) -> None:
        self._written.append(path.name)
        with path.open("ab") as file:
            for start in range(0, len(data), self._chunk):
                if start:
                    time.sleep(self._pause_s)
                file.write(data[start : start + self._chunk])
                file.flush()
            os.fsync(file.fileno())


def main(argv: Sequence[str] | None = None) -> int:
    """Run the emulator until its standard input ends."""
    parser = argparse.ArgumentParser(prog="fieldkit emulate wand", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="pictures to scan at once")
    parser.add_argument("--folder", type=Path, help="folder that fills (default: a new one)")
    parser.add_argument("--chunk", type=int, default=65536, help="bytes written at once")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between two chunks")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, help="start with this fault")
    options = parser.parse_args(argv)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="fieldkit-wand-"))
    wand = EmulatedWand(folder, max(1, options.chunk), options.pause)
    for fault in options.fault:
        wand.fault(fault)
    for file in options.files:
        wand.scan(str(file))
    front.serve(
        {"folder": str(folder)},
        {"scan": wand.scan, "fault": wand.fault, "clear": wand.clear, "state": wand.describe},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
