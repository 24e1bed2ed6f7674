"""同步: what waits and why, running with a way out, offline in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.errors import NetworkUnavailable
from sync.report import SyncReport
from tests.ui.finding import named
from tests.ui.visits import open_visit
from ui.settings.sync_page import SyncPage
from ui.settings.syncing import SyncState
from ui.shell.session import Session

Quiet = Callable[[], None]


@pytest.fixture
def page(session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet) -> SyncPage:
    made = SyncPage(session)
    qtbot.addWidget(made)
    made.resize(1190, 700)
    made.show()
    made.refresh()
    quiet()
    return made


def shown(page: SyncPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_nothing_waits_and_the_page_says_what_would_stand_there(page: SyncPage) -> None:
    named(page, "没有待传内容")


def test_a_queued_visit_stands_there_with_its_reason_and_next_try(
    page: SyncPage, session: Session, quiet: Quiet
) -> None:
    visit = open_visit(session)
    operation = session.replica.visits.finalise(visit, session.officer.number)
    why = NetworkUnavailable(why="没有信号").zh
    session.replica.outbox.postpone([operation.op_id], session.clock.now().at + timedelta(minutes=3), why)
    page.refresh()
    quiet()
    text = shown(page)
    assert visit.enterprise_name in text
    assert why in text
    assert "再试" in text
    assert "等待上传" in text


def test_a_running_sync_shows_how_far_it_is_and_can_be_stopped(page: SyncPage) -> None:
    page.show_state(SyncState(state="running", words="正在上传扫描件和照片", done=2, total=5, sent_bytes=1_500_000))
    assert "正在上传扫描件和照片　2/5　已传 1.5 MB" in shown(page)
    assert not page.button.isVisible()
    named(page, "取消同步")


def test_offline_is_told_calmly_with_what_is_kept(page: SyncPage) -> None:
    page.show_state(SyncState(state="offline", error=NetworkUnavailable(why="拒绝连接")))
    assert "内容已保存" in page.notice.said()
    assert page.button.isVisible()


def test_the_last_sync_says_what_it_moved(page: SyncPage, session: Session, qtbot: QtBot) -> None:
    report = SyncReport(operations=1, acknowledged=1, blobs=3, blob_bytes=4_200_000, changes=12)
    page.show_state(SyncState(state="done", last=report, last_at=session.clock.now().at))
    qtbot.waitUntil(lambda: "附件" in shown(page))
    text = shown(page)
    assert "上传 1 项，后台确认 1 项" in text
    assert "附件 3 个，4.2 MB" in text
    assert "取回更新 12 条" in text


def test_asking_for_a_sync_without_a_network_ends_offline(page: SyncPage, session: Session, qtbot: QtBot) -> None:
    session.syncing.listen(lambda state: session.bridge.post(lambda: page.show_state(state)))
    session.syncing.start(at_once=False)
    named(page, "立即同步").click()
    qtbot.waitUntil(lambda: "连不上服务器" in page.notice.said(), timeout=10_000)
    assert session.syncing.state.state == "offline"
