"""今日 and 任务管理: the urgent one first and large, distances, what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.model.evidence import Fix
from fieldkit.model.place import Point
from tests.ui.finding import named
from tests.ui.visits import open_visit
from ui.shell.session import Session
from ui.tasks.content import distance_m, distance_words, gather
from ui.tasks.tasks_page import TasksPage
from ui.tasks.today_page import TodayPage

Quiet = Callable[[], None]


def test_the_most_urgent_task_comes_first(session: Session) -> None:
    due = [line.task.due_on for line in gather(session.replica).lines if line.task.due_on]
    assert due == sorted(due)


def test_today_shows_the_next_task_large_and_begins_it(
    session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = TodayPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    line = gather(session.replica, session.officer.squad).lines[0]
    assert line.enterprise is not None
    with qtbot.waitSignal(page.start_visit) as begun:
        named(named(page, f"下一项任务 {line.task.title}"), f"开始检查 {line.enterprise.name}").click()
    assert begun.args == [line.enterprise.id, line.task.id]


def test_an_open_visit_is_gone_on_with(session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet) -> None:
    visit = open_visit(session)
    page = TodayPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    with qtbot.waitSignal(page.go) as went:
        named(page, f"继续检查 {visit.enterprise_name}").click()
    assert went.args[0].id == visit.id


def test_today_is_of_the_own_squad_and_the_list_of_the_county_only_when_asked(
    session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    own = session.officer.squad
    every = gather(session.replica).lines
    ours = [line for line in every if line.task.squad == own]
    assert own
    assert 0 < len(ours) < len(every)
    today = TodayPage(session)
    qtbot.addWidget(today)
    today.show()
    today.refresh()
    quiet()
    assert today._content is not None
    assert {line.task.squad for line in today._content.lines} == {own}
    page = TasksPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    assert page._count.text() == f"{own} {len(ours)} 项"
    named(page, "筛选 全县").click()
    quiet()
    assert page._count.text() == f"全县 {len(every)} 项"


def test_the_list_is_narrowed_to_what_is_overdue(
    session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = TasksPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    named(page, "筛选 全县").click()
    named(page, "筛选 已超期").click()
    quiet()
    tags = [label.text() for label in page.findChildren(QLabel) if label.isVisible() and "已超期" in label.text()]
    assert tags
    assert not [label for label in page.findChildren(QLabel) if label.isVisible() and "还剩" in label.text()]


def test_an_empty_kit_says_how_tasks_get_here(
    empty_home: object, dressed: QApplication, qtbot: QtBot, bridge: object
) -> None:
    from tests.ui.conftest import session_of
    from tests.ui.kits import open_kit

    for kit in open_kit(empty_home):  # type: ignore[arg-type]
        session = session_of(kit, bridge)  # type: ignore[arg-type]
        page = TodayPage(session)
        qtbot.addWidget(page)
        page.show()
        page.refresh()
        qtbot.waitUntil(lambda session=session: session.bridge.busy() == 0)
        QApplication.processEvents()
        named(page, "档案还没有同步到本机")


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [(120.946, 30.526, "约 0 米"), (120.956, 30.526, "约 960 米"), (121.0, 30.6, "约 9.7 公里")],
)
def test_the_way_is_told_as_the_crow_flies(lon: float, lat: float, words: str) -> None:
    fix = Fix(datetime(2026, 6, 11, tzinfo=UTC), 120.946, 30.526)
    assert distance_words(distance_m(fix, Point(lon, lat))) == words


def test_a_map_pick_in_another_system_gives_no_distance() -> None:
    fix = Fix(datetime(2026, 6, 11, tzinfo=UTC), 120.946, 30.526)
    assert distance_m(fix, Point(120.95, 30.53, crs="GCJ02")) is None
