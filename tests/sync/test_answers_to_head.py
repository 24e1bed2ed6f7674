"""An answer to HEAD has no body to say why: an upload that lapsed or a clock that is off stops nothing all the same."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from fieldkit.clock import awake_or_asleep
from tests.sync.backend import Backend
from tests.sync.conftest import MakeKit
from tests.sync.kits import Kit


def test_an_upload_that_lapsed_is_begun_anew(own_backend: Backend, new_kit: MakeKit) -> None:
    kit = new_kit(own_backend)
    kit.engine.run()
    client = kit.engine._connected[1]  # type: ignore[index]  # connected just now
    kit.visit()
    (row,) = kit.replica.blobs.waiting()
    url, _ = client.create_upload(row.size, _metadata(row.sha256), lambda location: own_backend.url + location)
    kit.replica.blobs.uploading(row.sha256, url, 0)
    own_backend.change("UPDATE upload SET expires_at = '2026-01-01 00:00:00.000000'")
    report = kit.engine.run()
    assert (report.blobs, report.problems) == (1, ())
    assert own_backend.holds(row.sha256)


def test_a_clock_that_fell_behind_is_corrected_at_head_too(kit: Kit) -> None:
    kit.engine.run()
    client = kit.engine._connected[1]  # type: ignore[index]  # connected just now
    client.transport._server_time = datetime.now(UTC) - timedelta(hours=1), awake_or_asleep()
    assert not client.has_blob("0" * 64)


def _metadata(sha256: str) -> str:
    return f"sha256 {base64.b64encode(sha256.encode()).decode()}"
