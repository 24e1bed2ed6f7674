"""Bottle labels over ESC/POS on TCP: pictures as rasters (exact glyphs on every make), status asked before and after.

The printer answers for its state, not for a label: what came out only the officer sees.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from devices.printing.escpos_library import network
from devices.status import DeviceStatus, StatusKeeper
from fieldkit.errors import DeviceUnavailable, InvalidInput, PaperOut

if TYPE_CHECKING:
    from escpos.printer import Network
    from PIL.Image import Image

DOTS = 576
"""Width of an 80 mm head at 203 dpi, in dots."""

_PROFILE: Final = "TM-L90"
"""A 576-dot label printer among python-escpos's profiles; the default profile has no width and prints a warning."""

_FRAGMENT_ROWS: Final = 256
"""Rows a raster command carries: 18 KB, which small printers' buffers hold."""

_PRINTER, _OFFLINE_CAUSE, _ERROR_CAUSE, _PAPER = (b"\x10\x04" + bytes([number]) for number in (1, 2, 3, 4))


class LabelPrinter:
    """One ESC/POS printer on the network. Calls may come from any thread; one conversation at a time.

    Args:
        host: its name or address.
        port: 9100 on nearly every make.
        timeout_s: seconds to connect and to answer (python-escpos waits 60 by itself).
    """

    def __init__(self, host: str, port: int = 9100, timeout_s: float = 4.0) -> None:
        self._host = host
        self._port = port
        self._timeout_s = timeout_s
        self._address = f"{host}:{port}"
        self._lock = Lock()
        self._keeper = StatusKeeper(self._address, "label-printer", "label_printer.off", address=self._address)

    def status(self) -> DeviceStatus:
        """Ask the printer how it is; one that is away is "off", never an error."""
        try:
            with self._lock, self._line() as line:
                low = self._check(line)
        except DeviceUnavailable as error:
            away = error.message_key in ("label_printer.off", "label_printer.not_a_printer")
            return self._keeper.say_error("off" if away else "attention", error)
        return self._keeper.say("ready", "label_printer.low_paper" if low else "label_printer.ready")

    def print_image(self, image: Image) -> None:
        """Print a picture of at most 576 dots' width, feed it past the cutter and cut.

        Args:
            image: any mode; other than 1-bit it is cut at half brightness, so that a barcode's bars stay whole.

        Raises:
            InvalidInput: wider than the head.
            PaperOut: before or after printing.
            DeviceUnavailable: away, cover open, off-line, a fault, or the line broke while printing.
        """
        if image.width > DOTS:
            raise InvalidInput("label_printer.too_wide", width=image.width, limit=DOTS)
        picture = image if image.mode == "1" else image.convert("L").point(lambda level: 255 * (level >= 128), mode="1")
        with self._lock, self._line() as line:
            self._check(line)
            try:
                line.hw("INIT")
                line.image(picture, impl="bitImageRaster", fragment_height=_FRAGMENT_ROWS)
                line.cut(mode="PART")
            except OSError as error:
                raise DeviceUnavailable("label_printer.broke_off", address=self._address) from error
            try:
                self._check(line)
            except DeviceUnavailable as error:
                if error.message_key == "label_printer.off":
                    raise DeviceUnavailable("label_printer.broke_off", address=self._address) from error
                raise

    @contextmanager
    def _line(self) -> Iterator[Network]:
        line = network()(self._host, port=self._port, timeout=self._timeout_s, profile=_PROFILE)
        try:
            # WORKAROUND python-escpos 3.1: its own open() leaves the socket unclosed when nobody answers
            line.device = socket.create_connection((self._host, self._port), self._timeout_s)
        except OSError as error:
            raise DeviceUnavailable("label_printer.off", address=self._address) from error
        try:
            yield line
        finally:
            with suppress(OSError):
                line.close()

    def _check(self, line: Network) -> bool:
        """Raise what keeps the printer from printing; return whether the roll is nearly used up.

        An open cover reports paper as present, but off-line: so both are asked (FINDINGS).
        """
        paper = self._ask(line, _PAPER)
        if paper & 0x60:
            raise PaperOut("label_printer.paper_out")
        if self._ask(line, _PRINTER) & 0x08:
            cause = self._ask(line, _OFFLINE_CAUSE)
            if cause & 0x04:
                raise DeviceUnavailable("label_printer.cover_open")
            if cause & 0x20:
                raise PaperOut("label_printer.paper_out")
            if cause & 0x40:
                raise DeviceUnavailable("label_printer.fault", what=_fault(self._ask(line, _ERROR_CAUSE)))
            raise DeviceUnavailable("label_printer.offline")
        return bool(paper & 0x0C)

    def _ask(self, line: Network, question: bytes) -> int:
        """Send a real-time status question (DLE EOT n) and return its answer's bits."""
        try:
            answer: bytes = line.query_status(question)
        except OSError as error:
            raise DeviceUnavailable("label_printer.off", address=self._address) from error
        if not answer:
            raise DeviceUnavailable("label_printer.off", address=self._address)
        bits = answer[-1]
        if bits & 0x93 != 0x12:  # bits 0, 1, 4 and 7 are fixed in every answer
            raise DeviceUnavailable("label_printer.not_a_printer", address=self._address)
        return bits


def _fault(bits: int) -> str:
    """Return what DLE EOT 3 names."""
    if bits & 0x08:
        return "切刀 cutter"
    if bits & 0x20:
        return "不可恢复 unrecoverable"
    if bits & 0x40:
        return "过热 too hot"
    return "原因不明 unknown"
