"""出勤 to 收勤: fixes of a receiver are kept between them and at no other time, saved, queued, gone on with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from devices.config import DeviceConfig
from devices.emulators import process
from fieldkit.model.evidence import Fix, Track
from tests.ui.finding import named
from tests.ui.kits import open_kit
from tests.ui.visits import open_visit
from ui.duty import Duty
from ui.open_kit import OpenKit
from ui.shell.panels import duty_words
from ui.shell.session import Session
from ui.tasks.today_page import TodayPage

Quiet = Callable[[], None]
START = datetime(2026, 6, 11, 1, 0, tzinfo=UTC)


def fix(seconds: int) -> Fix:
    return Fix(START + timedelta(seconds=seconds), 120.946 + seconds / 1e5, 30.526, 0.9)


@pytest.fixture
def duty(kit: OpenKit) -> Iterator[Duty]:
    made = Duty(kit.replica, kit.clock, kit.settings, kit.officer, save_s=0.05)
    yield made
    made.close()


def queued(kit: OpenKit) -> list[Track]:
    operations = [kit.replica.outbox.get(item.op_id) for item in kit.replica.outbox.items() if item.kind == "track"]
    return [msgspec.json.decode(operation.body, type=Track) for operation in operations if operation is not None]


def test_nothing_is_kept_outside_duty(kit: OpenKit, duty: Duty) -> None:
    duty.hear(fix(0))
    assert duty.state.fixes == 0
    duty.begin()
    duty.hear(fix(10))
    duty.hear(fix(11))  # within five seconds: the same
    duty.hear(fix(20))
    assert duty.end() == 2
    duty.hear(fix(30))
    assert duty.state.status == "off"
    assert [[one.at for one in track.fixes] for track in queued(kit)] == [[fix(10).at, fix(20).at]]
    assert queued(kit)[0].officer == kit.officer.number


def test_it_is_saved_while_on_duty_without_being_asked(kit: OpenKit, duty: Duty, qtbot: QtBot) -> None:
    duty.begin()
    track_id = duty.track_id
    assert track_id is not None
    duty.hear(fix(0))
    qtbot.waitUntil(lambda: kit.replica.tracks.get(track_id) is not None, timeout=10_000)
    assert queued(kit) == []


def test_visits_of_the_officer_name_the_track(kit: OpenKit, session: Session, duty: Duty) -> None:
    visit = open_visit(session)
    duty.begin()
    duty.hear(fix(0))
    kept = kit.replica.visits.get(visit.id)
    assert kept is not None
    assert kept.track_id == duty.track_id
    duty.end()
    assert [track.visit_id for track in queued(kit)] == [visit.id]
    assert [track.id for track in kit.replica.tracks.of_visit(visit.id)] == [kept.track_id]


def test_a_visit_begun_on_duty_names_the_track(kit: OpenKit) -> None:
    kit.duty.begin()
    visit_id = kit.begin_visit(kit.replica.tasks.open()[0].enterprise_id, "")
    visit = kit.replica.visits.get(visit_id)
    assert visit is not None
    assert visit.track_id == kit.duty.track_id


def test_a_duty_without_a_position_sends_nothing(kit: OpenKit, duty: Duty) -> None:
    duty.begin()
    assert duty.end() == 0
    assert queued(kit) == []


def test_a_kit_closed_on_duty_asks_at_the_next_start_and_records_nothing_till_then(
    home: Path, bridge: object, dressed: QApplication, qtbot: QtBot
) -> None:
    for kit in open_kit(home):
        kit.duty.begin()
        kit.duty.hear(fix(0))
    for kit in open_kit(home):
        assert kit.duty.state.status == "interrupted"
        kit.duty.hear(fix(10))
        assert kit.duty.state.fixes == 1
        kit.duty.go_on()
        kit.duty.hear(fix(20))
        assert kit.duty.end() == 2
        assert [len(track.fixes) for track in queued(kit)] == [2]
    for kit in open_kit(home):
        assert kit.duty.state.status == "off"


def test_another_officer_sees_nothing_of_it(kit: OpenKit, duty: Duty) -> None:
    duty.begin()
    duty.hear(fix(0))
    duty.close()
    other = next(one for one in kit.replica.officers.roster() if one.number != kit.officer.number)
    assert Duty(kit.replica, kit.clock, kit.settings, other).state.status == "off"


def test_today_begins_and_ends_it_with_a_receiver(
    session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet, tmp_path: Path
) -> None:
    link = None if sys.platform == "win32" else tmp_path / "gps"
    with process.start("gps", tick=0.2, link=link) as emulator:
        session.devices.choose(DeviceConfig(gps_port=str(emulator.ready["port"])))
        session.devices.start()
        page = TodayPage(session)
        qtbot.addWidget(page)
        page.resize(1190, 700)
        page.show()
        page.refresh()
        quiet()
        named(page, "出勤状态：没有出勤")
        named(page, "开始出勤").click()
        qtbot.waitUntil(lambda: session.duty.state.status == "on")
        qtbot.waitUntil(lambda: session.duty.state.fixes >= 2, timeout=30_000)
        assert "出勤中" in duty_words(session)
        quiet()
        named(page, "收勤").click()
        qtbot.waitUntil(lambda: any("已收勤" in label.text() for label in page.findChildren(QLabel)))
        assert session.duty.state.status == "off"
        session.devices.stop()
        session.devices.join()
    items = [item for item in session.replica.outbox.items() if item.kind == "track"]
    assert len(items) == 1
