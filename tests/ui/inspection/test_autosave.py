"""The writer of the open visit: pauses, failures, and never a word too early."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from fieldkit.errors import StorageFull
from fieldkit.model.stamp import Stamp
from fieldkit.model.visit import Visit
from ui.inspection.autosave import Autosave, SaveState

NOON = datetime(2026, 6, 11, 4, 0, tzinfo=UTC)
DEADLINE_S = 20.0


class Disk:
    """Keeps visits; refuses while `full` and waits while `slow`."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.full = False
        self.go_on = threading.Event()
        self.go_on.set()
        self.writing = threading.Event()

    def save(self, visit: Visit) -> None:
        self.writing.set()
        assert self.go_on.wait(DEADLINE_S)
        if self.full:
            raise StorageFull
        self.kept.append(visit.number)


class Told:
    """Collects what was told and lets a test wait for it."""

    def __init__(self) -> None:
        self.states: list[SaveState] = []
        self._came = threading.Condition()

    def hear(self, state: SaveState, _visit: Visit) -> None:
        with self._came:
            self.states.append(state)
            self._came.notify_all()

    def wait_for(self, state: str) -> SaveState:
        with self._came:
            assert self._came.wait_for(lambda: any(item.state == state for item in self.states), DEADLINE_S)
            return next(item for item in reversed(self.states) if item.state == state)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def autosave(disk: Disk, told: Told) -> Iterator[Autosave]:
    made = Autosave(disk.save, lambda: NOON, told.hear, pause_s=0.01, longest_s=0.1, retry_s=0.02)
    made.start()
    yield made
    disk.full = False
    disk.go_on.set()
    made.stop()
    made.join()


def visit(number: str) -> Visit:
    stamp = Stamp(at=NOON, source="server")
    return Visit(
        id="v",
        enterprise_id="e",
        enterprise_name="示例",
        county="330424",
        squad="",
        number=number,
        officers=(),
        opened_at=stamp,
    )


def test_a_pause_saves_the_latest_state(autosave: Autosave, disk: Disk, told: Told) -> None:
    for number in ("1", "2", "3"):
        autosave.touch(visit(number))
    assert told.wait_for("saved").at == NOON
    assert disk.kept[-1] == "3"


def test_nothing_is_called_saved_before_the_disk_has_it(autosave: Autosave, disk: Disk, told: Told) -> None:
    disk.go_on.clear()
    autosave.touch(visit("1"))
    assert disk.writing.wait(DEADLINE_S)
    assert [state.state for state in told.states] == ["dirty"]
    disk.go_on.set()
    told.wait_for("saved")


def test_a_full_disk_is_told_with_its_reason_and_tried_again(autosave: Autosave, disk: Disk, told: Told) -> None:
    disk.full = True
    autosave.touch(visit("1"))
    assert "磁盘已满" in told.wait_for("failed").why
    disk.full = False
    told.wait_for("saved")
    assert disk.kept == ["1"]


def test_flushing_reports_whether_everything_is_on_disk(autosave: Autosave, disk: Disk) -> None:
    answers: list[bool] = []
    heard = threading.Event()

    def then(saved: bool) -> None:
        answers.append(saved)
        heard.set()

    autosave.touch(visit("1"))
    autosave.flush(then)
    assert heard.wait(DEADLINE_S)
    assert answers == [True]
    heard.clear()
    disk.full = True
    autosave.touch(visit("2"))
    autosave.flush(then)
    assert heard.wait(DEADLINE_S)
    assert answers == [True, False]


def test_stopping_writes_what_is_pending(disk: Disk, told: Told) -> None:
    made = Autosave(disk.save, lambda: NOON, told.hear, pause_s=60.0)
    made.start()
    made.touch(msgspec.structs.replace(visit("1"), number="last"))
    made.stop()
    made.join()
    assert disk.kept == ["last"]
