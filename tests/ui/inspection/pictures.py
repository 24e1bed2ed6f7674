"""The six steps of a visit as pictures, in the real window with practice devices: part of `make screenshots`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from PySide6.QtWidgets import QApplication

from devices.emulators import paper
from fieldkit.demo import PASSWORD, kit_officers
from fieldkit.instruments import checklists
from fieldkit.model.stamp import BEIJING
from tests.ui.finding import named
from ui.inspection.session import VisitSession
from ui.inspection.visit_page import VisitPage

DEADLINE_S = 60.0
FINDINGS = {
    "permits.ledger": "该单位环境管理台账自6月1日起未记录污泥量。",
    "water.facility": "检查时该单位正在生产，废水处理设施加药装置未运行。",
}
SITUATION = (
    "检查时该单位正在生产，自攻螺钉生产线4条开启2条。",
    "现场出示排污许可证副本，环评批复和自主验收意见与现场建设内容一致。",
    "废水总排口DW001有水排放，水色清、无明显异味，在线监控设备联网正常。",
)


def take(page: VisitPage, camera: Callable[[str], None]) -> None:
    """Do a visit on `page` and have each step taken by `camera(name)`."""
    session = page.session

    def shoot(name: str) -> None:
        _until(lambda: not page.following() and session.saved.state == "saved")
        camera(name)

    shoot("visit-1-prepare")
    _prepare(page, session)
    page.go_to("prepare")
    shoot("visit-1-prepared")
    page.go_to("inspect")
    _inspect(page, session)
    shoot("visit-2-inspect")
    page.go_to("record")
    session.set_value(("situation",), "\n".join((*SITUATION, session.value("situation"))), "现场情况")
    shoot("visit-3-record")
    now = session.now().at.astimezone(BEIJING)
    session.set_value(("time_from",), (now - timedelta(minutes=40)).isoformat(timespec="minutes"), "开始")
    session.set_value(("time_to",), now.isoformat(timespec="minutes"), "结束")
    session.confirm(session.unconfirmed())
    named(page, "右侧显示：版面").click()
    _until(lambda: session.previewing.preview.pages and not session.previewing.stale)
    shoot("visit-3-paper")
    page.go_to("print")
    session.printing.start()
    _until(lambda: session.printing.state.phase == "taken")
    shoot("visit-4-print")
    session.printing.paper_in_hand(True)
    page.go_to("scan")
    for name, data in _scans(session):
        session.scanning.take(name, data)
    _until(lambda: not session.scanning.reading and not session.lane("preview").busy)
    shoot("visit-5-scan")
    page.go_to("submit")
    shoot("visit-6-missing")
    _settle_scans(session)
    session.finishing.finalise()
    _until(lambda: session.final)
    shoot("visit-6-submitted")


def _until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline
        QApplication.processEvents()


def _prepare(page: VisitPage, session: VisitSession) -> None:
    session.officers.confirm(kit_officers()[1], PASSWORD)
    _until(lambda: len(session.visit.officers) == 2)
    for part, value in (("name", "蔡演禾"), ("title", "环保主管"), ("relation", "受检单位工作人员")):
        session.set_value(("site_person", part), value, "现场负责人")
    for notice in session.form.notices[:3]:
        named(page, session.form.field(notice.field).label).click()
    session.set_value(("notices", "cooperation_told"), True, "告知")
    session.set_value(("recusal", "answer"), "no", "回避")


def _inspect(page: VisitPage, session: VisitSession) -> None:
    for theme in checklists.for_industry(session.enterprise.industry).themes:
        for item in theme.items:
            finding = FINDINGS.get(item.id, "")
            session.answer(item.id, "不符合" if finding else "符合", finding)
            session.add_to_situation(finding)
    session.labels.new_sample(session.enterprise.outfalls[0])


def _scans(session: VisitSession) -> list[tuple[str, bytes]]:
    assert session.revision is not None
    pages = paper.pages_of(session.tools.replica.blobs.read(session.revision.pdf.sha256), dpi=150)
    found = []
    for number, page in enumerate(pages, 1):
        boxes = ["inspector1", "inspector2", "recorder"] + (["party"] if number > 1 else [])
        found.append((f"IMG_{number:04d}.JPG", _jpeg(paper.sign(page, boxes, seed=number))))
    strange = pages[0].resize((700, 990)).rotate(2, expand=True, fillcolor=(120, 110, 100)).crop((60, 420, 640, 820))
    return [*found, ("IMG_0009.JPG", _jpeg(strange))]


def _jpeg(picture: paper.Picture) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def _settle_scans(session: VisitSession) -> None:
    for item in session.scanning.tray:
        session.scanning.set_aside(item.id)
    for status in session.scanning.pages():
        session.scanning.agree(status.page)
        for box in status.boxes:
            if box.asks:
                session.scanning.answer_box(status.page, box.name, "refused", "不认可检查情况，拒绝签名，全程录像")
