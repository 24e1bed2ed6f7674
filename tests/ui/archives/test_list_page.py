"""一源一档: paging by key, search while typing, filters, keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.finding import named
from ui.archives.list_page import ArchiveListPage
from ui.shell.session import Session

Quiet = Callable[[], None]


@pytest.fixture
def page(session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet) -> ArchiveListPage:
    made = ArchiveListPage(session)
    qtbot.addWidget(made)
    made.resize(1190, 700)
    made.show()
    made.refresh()
    quiet()
    return made


def names(page: ArchiveListPage) -> list[str]:
    return [page.model.row(number).enterprise.name for number in range(page.model.rowCount())]  # type: ignore[union-attr]


def searched(page: ArchiveListPage, text: str, qtbot: QtBot) -> None:
    named(page, "搜索企业").setText(text)
    qtbot.waitUntil(lambda: not page._pause.isActive() and not page._latest.waiting())


def test_rows_come_a_page_at_a_time_until_all_are_there_once(page: ArchiveListPage, quiet: Quiet) -> None:
    everything = page._session.replica.archives.count()
    assert page.model.rowCount() < everything
    while page.model.canFetchMore(QModelIndex()):
        page.model.fetchMore(QModelIndex())
        quiet()
    assert len(names(page)) == everything
    assert len({row for row in names(page)}) == len(names(page))
    assert named(page, "企业数").text() == f"{everything} 家"


def test_search_narrows_while_typing_and_clears(page: ArchiveListPage, qtbot: QtBot) -> None:
    searched(page, "紧固件", qtbot)
    assert names(page)
    assert all("紧固件" in name for name in names(page))
    searched(page, "", qtbot)
    assert page.model.rowCount() > 20


def test_a_stale_answer_is_never_shown(page: ArchiveListPage, qtbot: QtBot) -> None:
    field = named(page, "搜索企业")
    for text in ("印", "印染", "紧", "紧固件"):
        field.setText(text)
        page._read_fields()
    qtbot.waitUntil(lambda: not page._latest.waiting())
    assert all("紧固件" in name for name in names(page))


def test_nothing_found_says_what_to_try_and_clears_at_one_press(page: ArchiveListPage, qtbot: QtBot) -> None:
    searched(page, "查无此企业", qtbot)
    named(page, "没有符合条件的企业")
    named(page, "清除条件").click()
    qtbot.waitUntil(lambda: page.model.rowCount() > 20)


def test_filters_narrow_by_town_level_and_permit(page: ArchiveListPage, qtbot: QtBot, quiet: Quiet) -> None:
    town = named(page, "镇街")
    town.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not page._latest.waiting())
    quiet()
    shown = {page.model.row(number).enterprise.town for number in range(page.model.rowCount())}  # type: ignore[union-attr]
    assert shown == {town.currentText()}
    town.setCurrentIndex(0)
    named(page, "许可 60 天内到期或已过期").click()
    qtbot.waitUntil(lambda: not page._latest.waiting())
    rows = [page.model.row(number) for number in range(page.model.rowCount())]
    assert rows
    assert all(any("许可" in reminder.text for reminder in row.reminders) for row in rows)  # type: ignore[union-attr]


def test_arrows_in_the_search_field_choose_and_enter_opens(page: ArchiveListPage, qtbot: QtBot) -> None:
    field = named(page, "搜索企业")
    page.table.selectRow(0)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.go) as went:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert went.args[0].id == page.model.row(2).enterprise.id  # type: ignore[union-attr]


def test_a_wide_panel_previews_the_selected_row(page: ArchiveListPage, qtbot: QtBot, quiet: Quiet) -> None:
    assert not page.preview.isVisible()
    page.resize(1424, 800)
    qtbot.waitUntil(page.preview.isVisible)
    page.table.selectRow(1)
    row = page.model.row(1)
    assert row is not None
    shown = [label.text() for label in page.preview.findChildren(QLabel)]
    assert row.enterprise.name in shown
    assert row.enterprise.uscc in shown
    quiet()
    with qtbot.waitSignal(page.go) as went:
        named(page, "打开档案").click()
    assert went.args[0].id == row.enterprise.id
