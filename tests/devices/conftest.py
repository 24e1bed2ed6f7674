"""Real parts for the devices' tests: emulators as processes, and CUPS's own printer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from reportlab.pdfgen.canvas import Canvas

from devices.emulators import process
from devices.emulators.process import Emulator
from tests.devices.eve import EvePrinter

settings.register_profile("untimed", deadline=None)  # two cores are shared: no test may depend on their speed
settings.load_profile("untimed")

StartEmulator = Callable[..., Emulator]


@pytest.fixture
def emulate() -> Iterator[StartEmulator]:
    """Start emulators by name and options; all end with the test."""
    with ExitStack() as running:
        yield lambda name, **options: running.enter_context(process.start(name, **options))


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[EvePrinter]:
    """A running ippeveprinter: an IPP Everywhere printer that no one here wrote."""
    with EvePrinter(tmp_path / "eve") as printer:
        yield printer


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """Three A4 pages."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in range(3):
        canvas.drawString(80, 700, f"page {page + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()
