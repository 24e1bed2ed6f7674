"""After 提交 the page follows the visit: waiting, sent, filed with receipt and time, or what needs a hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.demo import COUNTY
from fieldkit.model.operation import Filing, Operation, OpResult
from fieldkit.model.visit import Visit
from tests.ui.finding import named
from tests.ui.inspection.conftest import Kit, change
from ui.bridge import Bridge
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.visit_page import VisitPage

AT = datetime(2026, 6, 11, 6, 5, tzinfo=UTC)


@pytest.fixture
def page(kit: Kit, dressed: QApplication, bridge: Bridge) -> Iterator[VisitPage]:
    tools = kit.tools()
    session = VisitSession(tools, new_visit(tools, kit.enterprise.id), bridge.post, autosave_pause_s=0.05)
    session.start()
    made = VisitPage(session, "submit")
    made.resize(1190, 704)
    made.show()
    yield made
    made.leave()
    made.close()
    made.deleteLater()


def submitted(kit: Kit, page: VisitPage) -> tuple[Visit, Operation]:
    """Queue the visit as the desk does, whatever it still misses, and have the page follow the replica."""
    session = page.session
    assert session.settled()
    operation = kit.replica.visits.finalise(session.visit, kit.first.number)
    final = kit.replica.visits.get(session.visit.id)
    assert final is not None
    session.taken_as_final(final)
    bridge = Bridge(page)
    bridge.watch(kit.replica.subscribe)
    bridge.touched.connect(lambda kinds: page.refresh() if kinds & page.wants else None)
    page.destroyed.connect(bridge.close)
    return final, operation


def shown(page: VisitPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_it_waits_then_is_sent_then_filed_with_receipt_and_time(kit: Kit, page: VisitPage, qtbot: QtBot) -> None:
    visit, operation = submitted(kit, page)
    assert "排队成功，回到网络后自动上传" in shown(page)
    assert "逐件给回执" not in shown(page)
    named(page, "提交结果")
    kit.replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1, receipt="R-77"))
    qtbot.waitUntil(lambda: "已上传，附件还没传齐" in shown(page), timeout=10_000)
    assert "排队成功" not in shown(page)
    filing = Filing(receipt="R-77", received_at=AT, filed_at=AT)
    kit.replica.changes.apply(f"county:{COUNTY}", [change("visit", visit, 900, filing)], "c2", "e")
    qtbot.waitUntil(lambda: "R-77" in shown(page), timeout=10_000)
    text = shown(page)
    assert "2026-06-11 14:05" in text
    assert "等待上传" not in text
    named(page, "保存状态：已归档")


@pytest.mark.parametrize(
    ("state", "words"), [("rejected", "被退回"), ("conflict", "有冲突"), ("quarantined", "待负责人核定")]
)
def test_what_needs_a_hand_is_told(kit: Kit, page: VisitPage, qtbot: QtBot, state: str, words: str) -> None:
    _, operation = submitted(kit, page)
    kit.replica.outbox.settle(msgspec.convert({"op_id": operation.op_id, "state": state}, OpResult))
    qtbot.waitUntil(lambda: f"已定稿，{words}" in shown(page), timeout=10_000)
    assert "排队成功" not in shown(page)
