"""One real backend a worker, over HTTPS with its own authority, and kits enrolled with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from backend.administration import new_code
from backend.store.database import Database
from fieldkit.demo import kit_officers
from tests.backend.kit import Kit


class Running(msgspec.Struct, frozen=True):
    """A backend that listens, and its data directory."""

    url: str
    data: Path
    ca_file: str
    enrol_code: str
    ca_pin: str

    @property
    def ca_pem(self) -> str:
        return Path(self.ca_file).read_text("utf-8")

    def secret(self) -> str:
        """Return a fresh enrolment secret."""
        return secret_of(new_code(self.data, None, datetime.now(UTC)))


def secret_of(code: str) -> str:
    """Return the one-time secret of an enrolment code."""
    return parse_qs(urlsplit(code).query)["s"][0]


def start(data: Path, *more: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start `fieldkit-backend serve` and wait for the line it prints when it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "serve", "--data", str(data), "--port", "0", *more],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(10)
        raise AssertionError(f"the backend did not start: {process.returncode}")
    return process, json.loads(line)


def stop(process: subprocess.Popen[str]) -> int:
    """Ask the backend to end and return its exit code."""
    process.terminate()
    code = process.wait(10)
    assert process.stdout is not None
    process.stdout.close()
    return code


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("backend") / "data"
    process, facts = start(data, "--demo")
    yield Running(
        url=facts["url"],
        data=data,
        ca_file=str(data / "tls" / "ca.pem"),
        enrol_code=facts["enrol_code"],
        ca_pin=facts["ca_pin"],
    )
    stop(process)


@pytest.fixture
def new_kit(backend: Running) -> Iterator[Callable[[], Kit]]:
    """Return a maker of kits that are enrolled but not signed in."""
    made: list[Kit] = []

    def make() -> Kit:
        kit = Kit(backend.url, backend.ca_file)
        made.append(kit)
        assert kit.enrol(backend.secret()).status_code == 200
        return kit

    yield make
    for kit in made:
        kit.http.close()


@pytest.fixture(scope="session")
def kit(backend: Running) -> Iterator[Kit]:
    """Return the worker's kit with its first officer signed in; whoever ends its session takes `own_kit`."""
    with Kit(backend.url, backend.ca_file) as shared:
        assert shared.enrol(backend.secret()).status_code == 200
        assert shared.sign_in(kit_officers()[0]).status_code == 200
        yield shared


@pytest.fixture
def own_kit(new_kit: Callable[[], Kit]) -> Kit:
    """Return a kit of the test's own, signed in."""
    made = new_kit()
    assert made.sign_in(kit_officers()[0]).status_code == 200
    return made


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return an empty migrated database with one county, 330424."""
    from backend.store import counties

    opened = Database(f"sqlite:///{tmp_path / 'backend.db'}")
    opened.migrate()
    with opened.write() as connection:
        counties.start_epoch(connection)
        counties.ensure(connection, "330424", "海盐县")
        counties.ensure(connection, "330402", "南湖区")
    yield opened
    opened.close()
