"""The inside of the emulated label printer: ESC/POS bytes in, a picture of the roll out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

WIDTH = 576
FAULTS = ("paper-out", "paper-low", "cover-open", "cutter", "offline", "off", "silent", "garbage")

_ARGUMENTS = {
    b"\x1b@": 0, b"\x1ba": 1, b"\x1b!": 1, b"\x1bE": 1, b"\x1bM": 1, b"\x1bt": 1, b"\x1bR": 1, b"\x1b3": 1,
    b"\x1b2": 0, b"\x1bd": 1, b"\x1bJ": 1, b"\x1b-": 1, b"\x1d!": 1, b"\x1dB": 1, b"\x1dL": 2, b"\x1dW": 2,
    b"\x1c&": 0, b"\x1c.": 0, b"\x1dr": 1, b"\x1db": 1,
}  # fmt: skip
"""Commands of fixed length: their argument bytes. GS v 0, GS V and ESC * are read by themselves."""


class Roll:
    """Reads a byte stream as an ESC/POS printer does and paints rasters onto the roll; a cut ends a label.

    Args:
        out: folder for label-NNNN.png and the bytes they came from, label-NNNN.bin.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self.faults: set[str] = set()
        self.labels: list[str] = []
        self.unknown = 0
        self.text = 0
        self._bands: list[Image.Image] = []
        self._raw = bytearray()
        self._line_dots = 30
        self._cutting = False

    def status(self, number: int) -> int:
        """Return the answer to DLE EOT `number`."""
        open_, out = "cover-open" in self.faults, "paper-out" in self.faults
        broken, halted = "cutter" in self.faults, "offline" in self.faults
        match number:
            case 1:
                return 0x12 | 0x08 * (open_ or out or broken or halted)
            case 2:
                return 0x12 | 0x04 * open_ | 0x20 * out | 0x40 * broken
            case 3:
                return 0x12 | 0x08 * broken
            case _:
                return 0x12 | 0x60 * out | 0x0C * ("paper-low" in self.faults or out)

    def read(self, stream: bytes, answer: Callable[[bytes], None]) -> int:
        """Carry out the whole commands at the head of the stream and return how many bytes they took.

        Args:
            stream: bytes not yet carried out.
            answer: sends bytes back to the caller.
        """
        taken = 0
        while (length := self._one(memoryview(stream)[taken:], answer)) > 0:
            if stream[taken] != 0x10:  # status questions are no part of a label
                self._raw += stream[taken : taken + length]
            taken += length
            if self._cutting:
                self._cutting = False
                self.cut()
        return taken

    def cut(self) -> None:
        """End the label: write its picture, unless nothing was printed."""
        if not self._bands:
            return
        height = sum(band.height for band in self._bands)
        label = Image.new("1", (WIDTH, height), 1)
        top = 0
        for band in self._bands:
            label.paste(band, (0, top))
            top += band.height
        name = f"label-{len(self.labels) + 1:04d}"
        (self._out / f"{name}.bin").write_bytes(bytes(self._raw))
        label.save(self._out / f"{name}.png", dpi=(203, 203))
        self.labels.append(str(self._out / f"{name}.png"))
        self._bands.clear()
        self._raw.clear()

    def describe(self) -> dict[str, Any]:
        """Return everything a test may ask for."""
        return {
            "faults": sorted(self.faults),
            "labels": self.labels,
            "unknown": self.unknown,
            "text": self.text,
            "uncut_rows": sum(band.height for band in self._bands),
        }

    def _one(self, head: memoryview, answer: Callable[[bytes], None]) -> int:
        """Carry out one command; return its length, or 0 while it is incomplete."""
        if not head:
            return 0
        first = head[0]
        if first == 0x0A:
            self._feed(self._line_dots)
            return 1
        if first == 0x10:
            if len(head) < 3:
                return 0
            if head[1] == 0x04:
                answer(bytes([self.status(head[2])]))
            else:
                self.unknown += 1
            return 3
        if first not in (0x1B, 0x1C, 0x1D):
            self.text += 1
            return 1
        if len(head) < 2:
            return 0
        return self._command(bytes(head[:2]), head)

    def _command(self, name: bytes, head: memoryview) -> int:
        if name == b"\x1dv":
            return self._raster(head)
        if name == b"\x1dV":
            return self._knife(head)
        if name not in _ARGUMENTS:
            self.unknown += 1
            return 2
        length = 2 + _ARGUMENTS[name]
        if len(head) < length:
            return 0
        if name == b"\x1bd":
            self._feed(head[2] * self._line_dots)
        elif name == b"\x1bJ":
            self._feed(head[2])
        elif name == b"\x1b3":
            self._line_dots = head[2]
        elif name in (b"\x1b2", b"\x1b@"):
            self._line_dots = 30
        return length

    def _raster(self, head: memoryview) -> int:
        """GS v 0 m xL xH yL yH d…: x bytes a row, y rows, a set bit is black; m doubles width (1) and height (2)."""
        if len(head) < 8:
            return 0
        mode, wide, rows = head[3], head[4] | head[5] << 8, head[6] | head[7] << 8
        length = 8 + wide * rows
        if len(head) < length:
            return 0
        if wide and rows:
            band = Image.frombytes("1", (wide * 8, rows), bytes(byte ^ 0xFF for byte in head[8:length]))
            scale = (1 + (mode & 1), 1 + (mode >> 1 & 1))
            if scale != (1, 1):
                band = band.resize((band.width * scale[0], band.height * scale[1]))
            self._bands.append(band.crop((0, 0, WIDTH, band.height)) if band.width > WIDTH else band)
        return length

    def _knife(self, head: memoryview) -> int:
        """GS V m, or GS V m n with a feed before the cut for m of 65 and more."""
        if len(head) < 3:
            return 0
        with_feed = head[2] >= 65
        if with_feed and len(head) < 4:
            return 0
        self._cutting = True
        return 4 if with_feed else 3

    def _feed(self, dots: int) -> None:
        if dots and self._bands:
            self._bands.append(Image.new("1", (WIDTH, dots), 1))
