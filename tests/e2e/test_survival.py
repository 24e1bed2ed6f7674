"""SIGKILL of the kit while typing, printing, scanning and syncing: nothing that was shown as saved is missing."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from tests.e2e.conftest import Kit
from ui import embedded

ROOT = Path(__file__).resolve().parents[2]
PHASES = {"typing": "saved", "printing": "frozen", "scanning": "landed", "syncing": "queued"}
"""Phase → what was shown when it began; the kill comes a random moment later."""

LONGEST_S = {"typing": 0.1, "printing": 0.3, "scanning": 1.0, "syncing": 1.5}
"""The latest moment of the kill after that, in seconds: about as long as the phase takes."""


@dataclass
class Shown:
    """What the officer had been shown when the lights went out."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def last(self, what: str) -> dict[str, Any] | None:
        return next((line for line in reversed(self.lines) if line["shown"] == what), None)

    def all(self, what: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["shown"] == what]


def work_until_killed(home: Path, printer: str, phase: str, dice: random.Random) -> Shown:
    """Let an officer work until a random moment of `phase`, kill the process, and return what was shown."""
    shown, started = Shown(), PHASES[phase]
    skip = dice.randrange(2, 12) if phase == "typing" else 0
    fuse = threading.Event()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.officer", str(home), printer],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        killer = threading.Thread(target=_kill, args=(process, fuse, dice.uniform(0, LONGEST_S[phase])))
        killer.start()
        try:
            for line in process.stdout:
                shown.lines.append(json.loads(line))
                if len(shown.all(started)) > skip:
                    fuse.set()
        finally:
            fuse.set()
            killer.join()
    assert process.returncode == -signal.SIGKILL
    assert len(shown.all(started)) > skip
    return shown


def _kill(process: subprocess.Popen[str], fuse: threading.Event, after_s: float) -> None:
    """Kill the process a moment after the fuse is lit, wherever it is then."""
    fuse.wait(60)
    threading.Event().wait(after_s)
    process.kill()


def assert_nothing_lost(replica: Replica, shown: Shown) -> None:
    """Hold what the disk says against what the officer was shown."""
    saved = shown.last("saved")
    assert saved is not None
    visit = replica.visits.get(saved["visit"])
    assert visit is not None
    record = visit.records[0]
    assert str(record.values.get("situation") or "").startswith(saved["situation"] or "")
    for line in shown.all("frozen"):
        revision = replica.visits.revision(record.id, line["revision"])
        assert revision is not None
        assert revision.pdf.sha256 == line["pdf"]
        assert hashlib.sha256(replica.blobs.read(line["pdf"])).hexdigest() == line["pdf"]
    kept = {item.id for item in visit.evidence}
    for line in shown.all("landed"):
        assert line["evidence"] in kept
        assert hashlib.sha256(replica.blobs.read(line["original"])).hexdigest() == line["original"]
    if shown.last("queued"):
        assert visit.state == "final"
        assert replica.visits.state(visit.id) != "open"
    assert replica.verify().ok


def sync_and_count(replica: Replica, clock: Clock, officer: str, shown: Shown) -> None:
    """Sync what was queued: acknowledged once, filed, and nothing left to send."""
    credentials = Credentials(officer, PASSWORD)
    engine = SyncEngine(replica, clock, lambda: credentials)
    try:
        engine.run()
        again = engine.run()
    finally:
        engine.close()
    assert (again.operations, again.blob_bytes, again.waiting) == (0, 0, 0)
    line = shown.last("queued")
    assert line is not None
    assert replica.visits.state(line["visit"]) == "filed"
    enrolment = replica.enrolment.get()
    assert enrolment is not None
    assert enrolment.embedded
    with closing(sqlite3.connect(Path(enrolment.embedded["data"]) / "backend.db")) as backend:
        effects = backend.execute("SELECT version FROM entity WHERE kind = 'visit' AND id = ?", (line["visit"],))
        assert effects.fetchall() == [(1,)]
        entries = backend.execute("SELECT state FROM ledger WHERE entity_id = ?", (line["visit"],))
        assert entries.fetchall() == [("applied",)]


def kill_in(phase: str, kit: Kit, printer: str, seed: int) -> None:
    """One life and death: work, kill, start again, compare."""
    dice = random.Random(seed)
    clock = Clock()
    backend = None
    if phase == "syncing":
        with Replica.open(kit.home, keys.unlock(kit.home, kit.officers[0], PASSWORD), clock) as replica:
            backend = embedded.ensure(replica)
    try:
        shown = work_until_killed(kit.home, printer, phase, dice)
        with Replica.open(kit.home, keys.unlock(kit.home, kit.officers[0], PASSWORD), clock) as replica:
            assert_nothing_lost(replica, shown)
            if phase == "syncing":
                sync_and_count(replica, clock, kit.officers[0], shown)
    finally:
        if backend is not None:
            backend.stop()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_shown_as_saved_is_lost_by_a_kill(phase: str, seed: int, kit: Kit, printer: str) -> None:
    kill_in(phase, kit, printer, seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("phase", PHASES)
def test_many_kills(phase: str, pristine: Kit, printer: str, tmp_path: Path) -> None:
    for seed in range(100, 140):
        home = tmp_path / f"kit-{seed}"
        shutil.copytree(pristine.home, home)
        kill_in(phase, Kit(home, pristine.officers), printer, seed)
        shutil.rmtree(home)
