"""What a visit needs from its kit, handed in by the composition root: nothing here is looked up anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from devices.printing.escpos import LabelPrinter
from devices.printing.ipp import IppPrinter
from fieldkit.clock import Clock
from fieldkit.model.officer import Officer
from fieldkit.replica import Replica
from ui.inspection.live import LiveVisits


@dataclass(frozen=True)
class VisitTools:
    """The open kit and its devices.

    Attributes:
        home: the kit's folder, where each officer's key is wrapped.
        officer: who is logged in.
        county: six-digit division code; `county_key` verifies page seals, `device_id` makes numbers unique.
        issuing_body: the brigade's name as printed.
        printer, label_printer: the device chosen in settings, or None; asked at each use, since settings change.
        wand_folder: the folder the wand fills, or None.
        live: the sessions at work on visits of this kit.
    """

    replica: Replica
    clock: Clock
    home: Path
    officer: Officer
    county: str
    county_key: bytes
    device_id: str
    issuing_body: str
    printer: Callable[[], IppPrinter | None]
    label_printer: Callable[[], LabelPrinter | None]
    wand_folder: Callable[[], Path | None]
    live: LiveVisits = field(default_factory=LiveVisits)
