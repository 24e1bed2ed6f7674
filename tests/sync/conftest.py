"""The backend of the session and the kits of a test."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldkit.clock import Clock
from sync.transport import Timeouts
from tests.faults.proxy import Proxy
from tests.sync.backend import Backend
from tests.sync.kits import SHORT, Kit, make_kit

MakeKit = Callable[..., Kit]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """A backend with two officers and nothing else, stopped: copies of it start quickly."""
    made = Backend(tmp_path_factory.mktemp("template") / "data")
    made.start()
    made.add_officers()
    made.stop()
    return made


@pytest.fixture(scope="session")
def backend(template: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A running backend that a test may use but not stop."""
    made = template.copy(tmp_path_factory.mktemp("backend") / "data")
    made.start()
    yield made
    made.stop(signal.SIGKILL)  # graceful ends wait for idle connections


@pytest.fixture(scope="session")
def demo_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A running backend with the demo county."""
    made = Backend(tmp_path_factory.mktemp("demo") / "data", demo=True)
    made.start()
    yield made
    made.stop(signal.SIGKILL)  # graceful ends wait for idle connections


@pytest.fixture
def own_backend(template: Backend, tmp_path: Path) -> Iterator[Backend]:
    """A running backend of this test alone."""
    made = template.copy(tmp_path / "own-backend")
    made.start()
    yield made
    made.stop(signal.SIGKILL)  # graceful ends wait for idle connections


@pytest.fixture
def new_kit(tmp_path: Path) -> Iterator[MakeKit]:
    """Makes enrolled kits and closes them."""
    kits: list[Kit] = []

    def make(server: Backend, clock: Clock | None = None, timeouts: Timeouts = SHORT) -> Kit:
        kits.append(make_kit(tmp_path / f"kit{len(kits)}", server.code(), clock, timeouts))
        return kits[-1]

    yield make
    for kit in kits:
        kit.close()


@pytest.fixture
def kit(new_kit: MakeKit, backend: Backend) -> Kit:
    """One enrolled kit that has not synced yet."""
    return new_kit(backend)


@pytest.fixture
def demo_kit(new_kit: MakeKit, demo_backend: Backend) -> Kit:
    """One kit enrolled with the demo county that has not synced yet."""
    return new_kit(demo_backend)


@pytest.fixture
def proxy(backend: Backend) -> Iterator[Proxy]:
    """A proxy before the session's backend."""
    with Proxy(("127.0.0.1", backend.port)) as made:
        yield made
