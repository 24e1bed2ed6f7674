"""One demo kit with its backend for all end-to-end tests of a worker, and copies of it to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devices.emulators import process
from ui import embedded, new_kit


@dataclass
class Kit:
    """A kit's home, made by its first sync, and the officers who may log in."""

    home: Path
    officers: tuple[str, ...]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    home = tmp_path_factory.mktemp("pristine") / "kit"
    made = new_kit.make_demo(home, embedded.beside(home))
    return Kit(home, made.officers)


@pytest.fixture
def kit(pristine: Kit, tmp_path: Path) -> Kit:
    """A copy of the pristine kit, to be spoilt."""
    home = tmp_path / "kit"
    shutil.copytree(pristine.home, home)
    return Kit(home, pristine.officers)


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[str]:
    """The address of an emulated printer."""
    with process.start("printer", out=tmp_path / "printer", page_seconds=0.02) as emulator:
        yield str(emulator.ready["uri"])
