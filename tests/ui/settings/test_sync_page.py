"""同步: what waits and why, running with a way out, offline in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.errors import NetworkUnavailable
from fieldkit.model.evidence import Evidence
from fieldkit.model.operation import OpResult
from sync.report import SyncReport
from tests.ui.finding import named
from tests.ui.visits import open_visit
from ui.settings.sync_content import WHAT_TO_DO, Backlog, count
from ui.settings.sync_page import SyncPage
from ui.settings.syncing import SyncState
from ui.shell.session import Session
from ui.shell.topbar import sync_words

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


def queue_visit(session: Session) -> str:
    visit = open_visit(session)
    return session.replica.visits.finalise(visit, session.officer.number).op_id


def leave_a_blob(session: Session) -> None:
    """Let a queued visit's operation be through while its print is not."""
    visit = open_visit(session)
    blob = session.replica.blobs.put(b"%PDF-1.4 print", "application/pdf", "print.pdf")
    scan = Evidence(id="e1", kind="paper", original=blob, captured_at=session.clock.now(), title="证照")
    operation = session.replica.visits.finalise(msgspec.structs.replace(visit, evidence=(scan,)), "330424001")
    session.replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1, receipt="R-1"))


def test_attachments_that_wait_are_counted_and_never_called_done(
    page: SyncPage, session: Session, quiet: Quiet
) -> None:
    leave_a_blob(session)
    assert count(session.replica) == Backlog(operations=0, blobs=1)
    page.refresh()
    quiet()
    page.show_state(SyncState(state="done", last_at=session.clock.now().at))
    text = shown(page)
    assert "已与服务器一致" not in text
    assert "待传 1 个附件" in text


@pytest.mark.parametrize("state", ["rejected", "quarantined", "conflict"])
def test_what_needs_a_person_is_told_apart_with_what_to_do(
    page: SyncPage, session: Session, quiet: Quiet, state: str
) -> None:
    session.replica.outbox.settle(msgspec.convert({"op_id": queue_visit(session), "state": state}, OpResult))
    backlog = count(session.replica)
    assert (backlog.operations, backlog.attention) == (0, 1)
    page.refresh()
    quiet()
    page.show_state(SyncState(state="done", last_at=session.clock.now().at))
    text = shown(page)
    assert "需要处理 1 项" in text
    assert WHAT_TO_DO[state] in text
    assert "已与服务器一致" not in text


def test_the_words_of_a_backlog() -> None:
    both = Backlog(operations=2, blobs=3, attention=1)
    assert both.words() == "待传 2 项操作 · 3 个附件"
    assert both.attention_words() == "需要处理 1 项"
    assert Backlog().words() == Backlog().attention_words() == ""
    done = SyncState(state="done")
    assert sync_words(done, Backlog())[0] == "已同步"
    assert sync_words(done, Backlog(blobs=1))[0] == "未传完"
    assert sync_words(done, Backlog(attention=1))[1] == "warn"


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
