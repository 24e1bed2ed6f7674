"""SIGKILL of the kit's process while it syncs, at named points: after the next start nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from fieldkit.access import keys
from fieldkit.demo import PASSWORD
from fieldkit.replica import Replica
from tests.sync.backend import Backend
from tests.sync.child import POINTS
from tests.sync.conftest import MakeKit
from tests.sync.kits import OFFICER, Kit


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_while_syncing_loses_and_doubles_nothing(new_kit: MakeKit, backend: Backend, point: str) -> None:
    kit = new_kit(backend)
    visits = [kit.visit(os.urandom(150_000)), kit.visit()]
    draft = kit.draft(os.urandom(2000))
    kit.close()
    child = subprocess.run([sys.executable, "-m", "tests.sync.child", kit.home, point], capture_output=True, timeout=60)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()

    again = Kit(
        kit.home, kit.keys, kit.clock, Replica.open(kit.home, keys.unlock(kit.home, OFFICER, PASSWORD), kit.clock)
    )
    try:
        assert again.replica.visits.get(draft.id) == draft
        known = {visit.id: again.replica.visits.state(visit.id) for visit in visits}
        assert "open" not in known.values()
        report = again.engine.run()
        assert report.waiting == 0
        for visit in visits:
            assert again.replica.visits.state(visit.id) == "filed"
            assert backend.visits(visit.id) == 1
            assert len(backend.rows("SELECT 1 FROM ledger WHERE entity_id = ?", visit.id)) == 1
            assert all(backend.holds(blob.sha256) for blob in visit.blobs())
        last = again.engine.run()
        assert (last.operations, last.blob_bytes, last.changes) == (0, 0, 0)
        assert again.replica.verify().ok
    finally:
        again.close()
