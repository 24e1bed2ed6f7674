"""A kit in a folder of its own, open, for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import KEYS, clock


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kit"


@pytest.fixture
def replica(home: Path) -> Iterator[Replica]:
    with Replica.create(home, KEYS, clock()) as opened:
        yield opened


@pytest.fixture
def closed_kit(home: Path) -> Path:
    Replica.create(home, KEYS, clock()).close()
    return home
