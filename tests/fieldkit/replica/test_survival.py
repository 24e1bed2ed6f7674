"""I1 and I4: what was shown as saved survives kill −9 at any instant."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import KEYS, clock
from tests.fieldkit.replica.saver import FAILPOINTS


def run_until_killed(home: Path, *, after_lines: int = 0, failpoint: str = "", count: int = 0) -> list[list[str]]:
    """Run the saver until it dies and return what it told as saved."""
    command = [sys.executable, "-m", "tests.fieldkit.replica.saver", str(home)]
    command += [failpoint, str(count)] if failpoint else ["", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        told = []
        for line in child.stdout:
            told.append(line.decode().rstrip("\n").split("\t"))
            if not failpoint and len(told) >= after_lines:
                break
        child.kill()
        rest, error = child.communicate()
    assert child.returncode == -9, error.decode()
    told += [line.split("\t") for line in rest.decode().split("\n")[:-1]]
    return told


def missing_of(replica: Replica, told: list[list[str]]) -> list[str]:
    """Return what was told as saved and is not there as it was told, or later."""
    newest: dict[str, tuple[str, str]] = {}
    blobs = set()
    for kind, key, text in told:
        if kind == "blob":
            blobs.add(key)
        else:
            newest[key] = (kind, text)
    missing = [sha256 for sha256 in blobs if not replica.blobs.has(sha256) or not replica.blobs.read(sha256)]
    for visit_id, (kind, text) in newest.items():
        found = replica.visits.get(visit_id)
        state = replica.visits.state(visit_id) if found else "missing"
        at_least = found is not None and _order(found.records[0].values["situation"]) >= _order(text)
        if not at_least or (kind == "final" and state not in ("waiting", "sent", "filed")):
            missing.append(f"{visit_id}: told {kind} {text}, found {state}")
    return missing


def _order(text: str) -> tuple[int, int]:
    n, _, step = text.partition(".")
    return int(n), int(step)


@pytest.mark.parametrize("seed", range(3))
def test_i1_a_save_shown_survives_a_kill_at_any_instant(closed_kit, seed):
    """Killed again and again in the same kit, at random; each start finds all that any run told."""
    chance = random.Random(seed)
    told: list[list[str]] = []
    for run in range(4):
        told += run_until_killed(closed_kit, after_lines=chance.randint(1, 60), count=seed * 10 + run)
        with Replica.open(closed_kit, KEYS, clock()) as replica:
            assert missing_of(replica, told) == []
            assert replica.recovered == ()
    with Replica.open(closed_kit, KEYS, clock()) as replica:
        assert replica.verify().problems == ()


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_i1_a_save_shown_survives_a_kill_at_each_step(closed_kit, failpoint):
    """Killed before a named step; nothing half-done is left and nothing told is lost."""
    told: list[list[str]] = []
    for count in (2, 7):
        told += run_until_killed(closed_kit, failpoint=failpoint, count=count)
    with Replica.open(closed_kit, KEYS, clock()) as replica:
        assert missing_of(replica, told) == []
        assert replica.verify().problems == ()
        states = {item.state for item in replica.outbox.items()}
        assert states <= {"pending"}  # what was on its way waits again
    assert not list(closed_kit.glob("blobs/*.part"))


def test_i4_outbox_and_backend_together_hold_everything_saved(closed_kit):
    """I4: each visit told as final is an operation that waits, or was acknowledged and is shown by the replica."""
    told = run_until_killed(closed_kit, after_lines=80, count=5)
    with Replica.open(closed_kit, KEYS, clock()) as replica:
        final = {key for kind, key, _ in told if kind == "final"}
        waits = {item.entity_id for item in replica.outbox.items(acknowledged=True)}
        held = {row.id for row in replica.visits.rows(1000) if row.state == "filed"}
        assert final
        assert final <= waits | held
