"""The real window on a virtual screen, driven through a whole visit by accessible names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import Kit

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("1-prepare", "2-inspect", "3-record", "4-print", "5-scan", "6-submit", "7-filed")


@pytest.mark.timeout(300)
def test_a_whole_visit_by_accessible_names(kit: Kit, tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", sys.executable, "-m", "tests.e2e.window", kit.home, out],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for step in STEPS:
        with Image.open(out / f"visit-{step}.png") as picture:
            assert picture.size == (1366, 768)
            colours = picture.convert("RGB").getcolors(1 << 24)
            assert colours is not None
            assert len(colours) > 200, f"{step} is blank"
