"""Print a PDF on the A4 printer, or a picture on the label printer, and wait until the printer says it is done.

--printer takes ipp://host/ipp/print (also ipps, http, https), escpos://host[:port] for the label printer, or
`practice` for an emulator that keeps what it receives in --out. Without it the kit's own printer is used
(`fieldkit devices --printer … --save`). Ctrl+C cancels the job at the printer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from devices.config import load, place
from devices.printing.ipp import IppPrinter, JobState
from fieldkit.errors import InvalidInput
from fieldkit.outcome import refused
from ui.commands import whole
from ui.home import home


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", type=Path, help="a PDF; a PNG for escpos://")
    parser.add_argument("--printer", metavar="NAME", default="", help="ipp://…, escpos://host[:port] or practice")
    parser.add_argument("--copies", type=whole(1), default=1, help="1 or more (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/printed"), help="where practice keeps what it receives")
    parser.add_argument("--wait", type=_seconds, default=60, metavar="S", help="seconds to wait for paper and the like")
    parser.add_argument("--json", action="store_true", help="for machines")


def run(args: argparse.Namespace) -> int:
    """Send the file and wait for the printer."""
    try:
        data = args.file.read_bytes()
    except OSError as error:
        raise refused(error, args.file) from error
    name = args.printer or load(place(home())).printer_uri
    if not name:
        raise InvalidInput("printing.no_printer")
    if name.startswith("escpos:"):
        _label(name, args.file, args.copies)
        _done(args, {"printer": name, "state": "done"})
        return 0
    if not data.startswith(b"%PDF-"):
        raise InvalidInput("printing.not_a_pdf", path=args.file)
    with _printer(name, args.out) as printer:
        job = printer.print_pdf(data, args.file.stem, args.copies)
        state = _wait(printer, job.id, args.wait)
        about = {"printer": printer.uri, "job": job.id, "state": state.state, "impressions": state.impressions}
    _done(args, about | {"sha256": hashlib.sha256(data).hexdigest()})
    return 0


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < 86400 * 7:
        raise argparse.ArgumentTypeError(f"应为不小于 0 的秒数 (seconds, 0 or more): {text}")
    return value


def _wait(printer: IppPrinter, job_id: int, patience_s: float) -> JobState:
    """Wait, telling each change on standard error; Ctrl+C has the job dropped at the printer."""
    cancel = Event()
    try:
        return printer.wait(job_id, cancel, _tell, patience_s=patience_s)
    except KeyboardInterrupt:
        cancel.set()
        return printer.wait(job_id, cancel, _tell)


@contextmanager
def _printer(name: str, out: Path) -> Iterator[IppPrinter]:
    if name != "practice":
        yield IppPrinter(name)
        return
    from devices.emulators import process

    out.mkdir(parents=True, exist_ok=True)  # here, so that a place that can't be is told, not the emulator's silence
    with process.start("printer", out=out.resolve()) as emulator:
        yield IppPrinter(emulator.ready["uri"])


def _label(address: str, file: Path, copies: int) -> None:
    from PIL import Image, UnidentifiedImageError

    from devices.printing.escpos import LabelPrinter

    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 9100
    except ValueError as error:
        raise InvalidInput("printing.bad_label_address", address=address) from error
    if not host:
        raise InvalidInput("printing.bad_label_address", address=address)
    try:
        with Image.open(file) as picture:
            picture.load()
            label = picture.copy()
    except (UnidentifiedImageError, OSError) as error:
        raise InvalidInput("printing.not_a_picture", path=file) from error
    printer = LabelPrinter(host, port)
    for _ in range(copies):
        printer.print_image(label)


def _tell(state: JobState) -> None:
    if not state.over:
        zh, en = state.words
        sides = "" if not state.impressions else f" {state.impressions} 面"
        print(f"{zh}{sides} ({en})", file=sys.stderr)


def _done(args: argparse.Namespace, about: dict[str, object]) -> None:
    if args.json:
        print(json.dumps(about))
    else:
        print(f"打印机已收下并打完，请核对纸张。(The printer took every page; please look at the paper.) {args.file}")
