"""What an officer does at the gate, as functions on a session: fill, confirm, sign on paper."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image

from devices.emulators import paper
from fieldkit.demo import PASSWORD
from fieldkit.instruments import checklists
from fieldkit.model.record import Revision
from fieldkit.model.stamp import BEIJING
from tests.ui.inspection.conftest import Kit, Owner
from ui.inspection.session import VisitSession

SITUATION = "检查时该单位正在生产，废水处理设施正常运行。\n现场查阅了排污许可证副本和近一季度台账。"


def fill(kit: Kit, session: VisitSession, owner: Owner) -> None:
    """Do everything up to printing."""
    answers: list[bool] = []
    session.officers.confirm(kit.second.number, PASSWORD, answers.append)
    owner.until(lambda: answers)
    session.set_value(("site_person", "name"), "演示人", "现场负责人")
    session.set_value(("site_person", "title"), "厂长", "职务")
    for notice in session.form.notices:
        session.set_value(tuple(notice.field.split(".")), True, "告知")
    session.set_value(("recusal", "answer"), "no", "回避")
    for theme in checklists.for_industry(session.enterprise.industry).themes:
        for item in theme.items:
            session.answer(item.id, "符合")
    session.set_value(("sampling", "done"), False, "采样")
    session.set_value(("sampling", "note"), "排放口无水，未采样", "采样")
    session.set_value(("situation",), SITUATION, "现场情况")
    now = session.now().at.astimezone(BEIJING)
    session.set_value(("time_from",), (now - timedelta(hours=1)).isoformat(timespec="minutes"), "开始")
    session.set_value(("time_to",), now.isoformat(timespec="minutes"), "结束")
    session.confirm(session.unconfirmed())


def print_record(session: VisitSession, owner: Owner) -> Revision:
    """Print and say that the paper is in hand."""
    session.printing.start()
    owner.until(lambda: session.printing.state.phase == "taken" or session.printing.state.phase == "failed")
    assert session.printing.state.phase == "taken", session.printing.state
    session.printing.paper_in_hand(True)
    assert session.revision is not None
    return session.revision


def signed_pages(session: VisitSession, empty: tuple[tuple[int, str], ...] = ()) -> list[bytes]:
    """Return a photograph of each page of the newest revision, signed but for the boxes of `empty`."""
    assert session.revision is not None
    pdf = session.tools.replica.blobs.read(session.revision.pdf.sha256)
    pictures = []
    for number, page in enumerate(paper.pages_of(pdf, dpi=150), 1):
        boxes = [name for name in ("party", "inspector1", "inspector2", "recorder") if (number, name) not in empty]
        stream = BytesIO()
        paper.sign(page, boxes, seed=number).save(stream, "JPEG", quality=90)
        pictures.append(stream.getvalue())
    return pictures


def scan_in(session: VisitSession, owner: Owner, name: str, data: bytes) -> None:
    """Hand in a file and wait until the desk said what it is."""
    before = len(session.scanning.landings)
    session.scanning.take(name, data)
    owner.until(lambda: len(session.scanning.landings) > before)


def picture(seed: int = 0) -> bytes:
    """Return a JPEG that shows no page."""
    stream = BytesIO()
    Image.effect_noise((400 + seed, 550), 60).convert("RGB").save(stream, "JPEG")
    return stream.getvalue()


def ready(kit: Kit, session: VisitSession, owner: Owner) -> None:
    """Do everything up to 提交."""
    fill(kit, session, owner)
    print_record(session, owner)
    for number, data in enumerate(signed_pages(session), 1):
        scan_in(session, owner, f"{number}.jpg", data)
    for status in session.scanning.pages():
        session.scanning.agree(status.page)
    assert session.finishing.missing() == ()
