"""Our emulated printer asked by CUPS's `ipptool`: an emulator of ours proves nothing alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.devices.conftest import StartEmulator

SUITE = Path("/usr/share/cups/ipptool/ipp-1.1.test")
PICTURES = ("color.jpg", "gray.jpg", "document-a4.ps", "document-letter.ps")


def test_it_passes_the_ipp_1_1_suite_of_cups(emulate: StartEmulator, pdf: bytes, tmp_path: Path) -> None:
    emulator = emulate("printer", page_seconds=0.01)
    shutil.copy(SUITE, tmp_path)
    for name in ("own.pdf", "document-a4.pdf", "document-letter.pdf"):
        (tmp_path / name).write_bytes(pdf)
    for name in PICTURES:
        (tmp_path / name).touch()  # the suite wants the files at hand; a printer of PDF skips their tests

    done = subprocess.run(
        ["ipptool", "-tI", "-f", tmp_path / "own.pdf", emulator.ready["uri"], tmp_path / SUITE.name],
        capture_output=True,
        text=True,
        check=False,
    )

    summary = re.search(r"(\d+) passed, (\d+) failed", done.stdout)
    assert summary is not None, done.stderr
    passed, failed = map(int, summary.groups())
    assert failed == 0, done.stdout
    assert passed >= 26
    paths = [Path(job["path"]) for job in emulator.command("state")["jobs"]]
    assert {path.read_bytes() for path in paths} == {pdf}
