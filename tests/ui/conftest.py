"""Fixtures of the screens' tests: a dressed application, small kits, the main window."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldkit.clock import Clock
from tests.ui.kits import make_kit, open_kit, small_county
from ui.bridge import Bridge
from ui.open_kit import OpenKit
from ui.shell.session import Session
from ui.shell.window import MainWindow

HARMLESS = ("propagateSizeHints",)
"""The offscreen platform says this of every window."""


@pytest.fixture(autouse=True)
def _qt_warnings_fail(request: pytest.FixtureRequest) -> Iterator[None]:
    """A Qt warning is a bug: an unknown property, a painter left open, a timer of another thread."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    qtlog = request.getfixturevalue("qtlog")
    yield
    said = [
        record.message
        for record in qtlog.records
        if record.log_type_name not in {"QtDebugMsg", "QtInfoMsg"}
        and not any(word in record.message for word in HARMLESS)
    ]
    assert not said


@pytest.fixture(scope="session")
def dressed(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> QApplication:
    """The application with fonts and style sheet."""
    from ui.app import dress

    dress(qapp, tmp_path_factory.mktemp("dress") / "kit")
    return qapp


@pytest.fixture
def bridge(qtbot: QtBot) -> Iterator[Bridge]:
    """A bridge, closed in the end."""
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def empty_home(tmp_path: Path) -> Path:
    """A kit that has not synced yet."""
    make_kit(tmp_path / "kit")
    return tmp_path / "kit"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A kit with a small demo county."""
    make_kit(tmp_path / "kit", small_county(Clock().now().at))
    return tmp_path / "kit"


@pytest.fixture
def kit(home: Path) -> Iterator[OpenKit]:
    """The kit, open."""
    yield from open_kit(home)


@pytest.fixture
def session(kit: OpenKit, bridge: Bridge) -> Session:
    """A log-in on the kit; workers are not started, so nothing moves by itself."""
    return session_of(kit, bridge)


def session_of(kit: OpenKit, bridge: Bridge) -> Session:
    """Return what pages are given."""
    bridge.watch(kit.replica.subscribe)
    return Session(
        home=kit.home,
        keys=kit.keys,
        replica=kit.replica,
        clock=kit.clock,
        bridge=bridge,
        officer=kit.officer,
        county=kit.enrolment.county,
        county_name=kit.enrolment.county_name,
        settings=kit.settings,
        devices=kit.devices,
        syncing=kit.syncing,
        duty=kit.duty,
    )


@pytest.fixture
def window(session: Session, dressed: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    """The main window at 1366 × 768; visits are not opened here (tests/ui/inspection does)."""

    def no_visit(visit_id: str) -> object:
        raise AssertionError(visit_id)

    made = MainWindow(session, no_visit, lambda enterprise_id, task_id: f"{enterprise_id}/{task_id}")  # type: ignore[arg-type]
    made.resize(1366, 768)
    made.show()
    qtbot.waitUntil(lambda: session.bridge.busy() == 0)
    yield made
    qtbot.waitUntil(lambda: session.bridge.busy() == 0)
    made.close()
    made.deleteLater()


@pytest.fixture
def quiet(session: Session, qtbot: QtBot) -> Callable[[], None]:
    """Wait until no work is under way and what it brought is laid out."""

    def wait() -> None:
        qtbot.waitUntil(lambda: session.bridge.busy() == 0)
        QApplication.processEvents()

    return wait
