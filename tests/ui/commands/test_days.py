"""What the command line calls a day is Beijing's day, whatever zone the machine is in."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from fieldkit.access import keys
from fieldkit.model.stamp import Stamp
from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import change, clock, enterprise, pull, visit
from ui.commands import main


def test_a_visit_of_the_early_morning_stands_under_its_own_day(
    tmp_path, monkeypatch, capsys: pytest.CaptureFixture[str]
):
    home, password = tmp_path / "kit", "Demo-case-2026"
    early = Stamp(datetime(2026, 6, 10, 23, 30, tzinfo=UTC), "gps")
    with Replica.create(home, keys.create(home, "33042400101", password, keys.Cost(1, 64)), clock()) as replica:
        pull(replica, change("enterprise", enterprise(), 1))
        replica.visits.save(msgspec.structs.replace(visit("v1"), opened_at=early))
    monkeypatch.setenv("FIELDKIT_HOME", str(home))
    monkeypatch.setenv("FIELDKIT_PASSWORD", password)
    assert main(["show", "e1"]) == 0
    assert "2026-06-11" in capsys.readouterr().out
