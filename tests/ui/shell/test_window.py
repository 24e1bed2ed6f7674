"""The main window: rail, back, panels, search-everything, folding; every control can be named and hit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.finding import named
from tests.ui.visits import open_visit
from ui.archives.archive_page import ArchivePage
from ui.archives.list_page import ArchiveListPage
from ui.bridge import Report
from ui.shell.places import Place
from ui.shell.window import LASTING, MainWindow
from ui.style.tokens import sizes
from ui.tasks.today_page import TodayPage

Quiet = Callable[[], None]


def test_it_opens_at_today_and_the_rail_leads_elsewhere_and_back(window: MainWindow, quiet: Quiet) -> None:
    assert isinstance(window.page(), TodayPage)
    named(window, "菜单 一源一档").click()
    quiet()
    assert isinstance(window.page(), ArchiveListPage)
    named(window, "返回").click()
    assert isinstance(window.page(), TodayPage)
    assert not named(window, "返回").isEnabled()


def test_menus_that_are_not_built_are_absent(window: MainWindow) -> None:
    names = {button.accessibleName() for button in window.rail.findChildren(QAbstractButton)}
    assert {"菜单 今日", "菜单 任务管理", "菜单 一源一档", "菜单 执法检查"} <= names
    assert not names & {"菜单 环境信访", "菜单 电子地图", "菜单 立案办理", "菜单 法规文库", "菜单 执法台账"}


def test_search_everything_finds_while_typing_and_enter_opens(window: MainWindow, qtbot: QtBot, quiet: Quiet) -> None:
    field = named(window, "全局搜索")
    field.setFocus()
    field.setText("紧固件")
    field.textEdited.emit("紧固件")
    qtbot.waitUntil(lambda: window.search.isVisible() and window.search.list.count() > 0)
    title = window.search.list.item(0).data(Qt.ItemDataRole.UserRole).title
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.page(), ArchivePage))
    quiet()
    assert window.session.replica.archives.get(window.place().id).name == title
    assert not window.search.isVisible()


def test_search_everything_says_when_nothing_is_found(window: MainWindow, qtbot: QtBot) -> None:
    field = named(window, "全局搜索")
    field.setText("查无此物")
    field.textEdited.emit("查无此物")
    qtbot.waitUntil(window.search.isVisible)
    assert window.search.list.count() == 0
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not window.search.isVisible()


@pytest.mark.parametrize(("chip", "heading"), [("设备 打印机", "设备"), ("同步状态", "同步"), ("执法人员", "执法人员")])
def test_chips_open_a_panel_from_the_right_and_escape_closes_it(
    window: MainWindow, qtbot: QtBot, chip: str, heading: str
) -> None:
    named(window, chip).click()
    assert window.panel.isVisible()
    assert window.panel.accessibleName() == f"侧栏 {heading}"
    qtbot.waitUntil(lambda: window.panel.geometry().right() == window.panel.parentWidget().width() - 1)
    qtbot.keyClick(window.panel, Qt.Key.Key_Escape)
    assert not window.panel.isVisible()
    assert not named(window, chip).isChecked()


def test_the_rail_folds_when_the_window_is_narrow(window: MainWindow, qtbot: QtBot) -> None:
    assert window.rail.width() == sizes().rail
    window.resize(1279, 800)
    qtbot.waitUntil(lambda: window.rail.width() == sizes().rail_folded)
    assert named(window, "菜单 任务管理").text() == ""
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: window.rail.width() == sizes().rail)


def test_a_bug_is_told_in_place_and_offered_as_a_report(window: MainWindow) -> None:
    window.session.bridge.reported.emit(Report("打开今日", "Traceback …"))
    assert "已保存的内容不受影响" in window.report.notice.said()
    named(window, "复制报告").click()
    from PySide6.QtWidgets import QApplication

    assert "Traceback" in QApplication.clipboard().text()


@pytest.mark.parametrize("name", [*LASTING, "archive", "past_visit"])
def test_every_control_has_a_name_and_a_size_that_can_be_hit(window: MainWindow, quiet: Quiet, name: str) -> None:
    replica = window.session.replica
    ids = {"archive": replica.tasks.open()[0].enterprise_id, "past_visit": replica.visits.rows(1)[0].id}
    window.go(Place(name, ids.get(name, "")))  # type: ignore[arg-type]
    quiet()
    kinds = (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit, QTableView, QListView)
    shown = [child for child in window.findChildren(QWidget) if isinstance(child, kinds) and child.isVisible()]
    ours = [child for child in shown if not _inside_another(child)]
    assert [repr(child) for child in ours if not child.accessibleName()] == []
    low = {child.accessibleName(): child.height() for child in ours if child.height() < sizes().field}
    assert low == {}


@pytest.mark.parametrize("size", [(1366, 768), (1280, 800), (1024, 768)])
def test_pages_fit_the_panels_sideways(window: MainWindow, quiet: Quiet, size: tuple[int, int]) -> None:
    window.resize(*size)
    for name in LASTING:
        window.go(Place(name))
        quiet()
        page = window.page()
        assert page.minimumSizeHint().width() <= page.width(), name


def _inside_another(widget: QWidget) -> bool:
    """A part Qt makes of a control: a clear button, a table's corner, a combo box's list."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QLineEdit | QComboBox | QTableView | QListView):
            return True
        parent = parent.parentWidget()
    return False


def test_an_open_sync_panel_follows_what_is_queued(window: MainWindow, qtbot: QtBot, quiet: Quiet) -> None:
    named(window, "同步状态").click()
    session = window.session
    session.replica.visits.finalise(open_visit(session), session.officer.number)
    qtbot.waitUntil(
        lambda: any("待传 1 项操作" in label.text() for label in window.panel.findChildren(QLabel) if label.isVisible())
    )
    qtbot.waitUntil(lambda: "待传 1 项操作" in named(window, "同步状态").text())
