"""From record to signed paper and into the outbox, with an emulated printer and real imaging."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from devices.emulators.process import Emulator
from devices.printing.ipp import IppPrinter
from tests.ui.inspection.conftest import Kit, Owner
from tests.ui.inspection.steps_of_a_visit import fill, print_record, scan_in, signed_pages
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.steps import missing_of


def test_a_visit_from_paper_to_the_outbox(kit: Kit, session: VisitSession, owner: Owner, printer: Emulator) -> None:
    fill(kit, session, owner)
    revision = print_record(session, owner)
    kept = kit.replica.visits.get(session.visit.id)
    assert kept is not None
    assert kept.records[0].revisions[0].digest == revision.digest, "the revision is on disk before the paper comes"
    pages = signed_pages(session, empty=((1, "recorder"),))
    for number, data in enumerate(pages[1:], 2):
        scan_in(session, owner, f"{number}.jpg", data)
    assert "缺第 1 页" in [item.text for item in missing_of(session, "scan")]
    scan_in(session, owner, "1.jpg", pages[0])
    first = session.scanning.pages()[0]
    assert first.scan is not None
    assert first.scan.bound_by == "seal"
    assert {box.name: box.ink for box in first.boxes}["recorder"] == "empty"
    assert "第 1 页 记录人 未签" in [item.text for item in missing_of(session, "scan")]
    session.finishing.finalise()
    assert "还差" in session.finishing.problem
    scan_in(session, owner, "1b.jpg", signed_pages(session)[0])
    for status in session.scanning.pages():
        session.scanning.agree(status.page)
    assert session.finishing.missing() == ()
    session.finishing.finalise()
    owner.until(lambda: session.final)
    assert kit.replica.visits.state(session.visit.id) == "waiting"
    assert [item.kind for item in kit.replica.outbox.items()] == ["visit"]


def test_the_same_content_prints_the_same_revision_and_a_change_makes_the_next(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    first = print_record(session, owner)
    again = print_record(session, owner)
    assert again.number == first.number == 1
    assert again.pdf == first.pdf
    session.set_value(("place",), "东厂区总排口", "检查地点")
    assert not session.printing.in_hand
    second = print_record(session, owner)
    assert second.number == 2
    assert [(row.label, row.new) for row in second.corrections] == [("检查地点", "东厂区总排口")]
    scan_in(session, owner, "old.jpg", _first_page_of(session, revision=1))
    assert [item.tray for item in session.scanning.tray] == ["这是第1版的第 1 页，现在要签的是第2版"]


def test_paper_out_is_told_and_the_job_goes_on_after_it(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    printer.command("fault paper-out")
    session.printing.start()
    owner.until(lambda: session.printing.state.phase == "needs hand")
    assert "缺纸" in session.printing.state.words
    printer.command("clear")
    owner.until(lambda: session.printing.state.phase == "taken")


def test_a_job_can_be_cancelled_and_the_frozen_revision_stays(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    printer.command("fault paper-out")
    session.printing.start()
    owner.until(lambda: session.printing.state.phase == "needs hand")
    session.printing.cancel()
    owner.until(lambda: session.printing.state.phase == "cancelled")
    assert session.printing.current is not None


def test_a_printer_that_is_off_is_a_sentence_and_loses_nothing(kit: Kit, session: VisitSession, owner: Owner) -> None:
    kit.printer = lambda: IppPrinter("ipp://127.0.0.1:9/ipp/print", timeout_s=1)
    fill(kit, session, owner)
    session.printing.start()
    owner.until(lambda: session.printing.state.phase == "failed")
    assert "打印机" in session.printing.state.words
    assert session.printing.current is not None


def test_nothing_prints_while_a_hard_block_stands(session: VisitSession) -> None:
    session.printing.start()
    assert session.printing.state.phase == "failed"
    assert session.revision is None


def test_what_is_no_page_of_ours_waits_in_the_tray_until_a_person_says(session: VisitSession, owner: Owner) -> None:
    picture = Image.effect_noise((800, 1100), 60).convert("RGB")
    stream = BytesIO()
    picture.save(stream, "JPEG")
    scan_in(session, owner, "licence.jpg", stream.getvalue())
    (item,) = session.scanning.tray
    assert item.bound is None
    scan_in(session, owner, "again.jpg", stream.getvalue())
    assert "已经收到过" in session.scanning.landings[0].words
    assert len(session.visit.evidence) == 1
    session.scanning.classify(item.id, "营业执照")
    assert [paper.title for paper in session.scanning.papers] == ["营业执照"]
    session.scanning.to_tray(item.id)
    session.scanning.set_aside(item.id)
    assert session.visit.evidence == ()
    assert session.scanning.known(item.original.sha256), "the wand does not bring it again"


def test_a_truncated_picture_is_told_and_binds_nothing(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    print_record(session, owner)
    data = signed_pages(session)[0]
    scan_in(session, owner, "cut.jpg", data[: len(data) // 2])
    assert not any(page.scans for page in session.scanning.pages())


def test_a_party_that_refuses_is_noted_on_every_page(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    revision = print_record(session, owner)
    every = tuple((page, "party") for page in range(1, revision.pages + 1))
    for number, data in enumerate(signed_pages(session, empty=every), 1):
        scan_in(session, owner, f"{number}.jpg", data)
    session.scanning.answer_all("party", "refused", "")
    assert session.visit.signatures == (), "a refusal without its reason is none"
    session.scanning.answer_all("party", "refused", "不认可检查情况，拒绝签字，全程录像")
    for status in session.scanning.pages():
        session.scanning.agree(status.page)
    assert {page.state for page in session.scanning.pages()} == {"refused"}
    assert missing_of(session, "scan") == ()


def test_a_page_bound_by_hand_asks_for_every_box(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    print_record(session, owner)
    stream = BytesIO()
    Image.effect_noise((800, 1100), 60).convert("RGB").save(stream, "JPEG")
    scan_in(session, owner, "blurred.jpg", stream.getvalue())
    session.scanning.bind_by_hand(session.scanning.tray[0].id, 1)
    page = session.scanning.pages()[0]
    assert page.scan is not None
    assert page.scan.bound_by == "person"
    assert all(box.asks for box in page.boxes)


def test_a_page_of_another_open_visit_goes_home_by_itself(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    print_record(session, owner)
    page = signed_pages(session)[0]
    session.close()
    tools = kit.tools()
    other = VisitSession(tools, new_visit(tools, kit.enterprise.id), owner.post, autosave_pause_s=0.02)
    other.start()
    try:
        scan_in(other, owner, "not mine.jpg", page)
        assert other.visit.evidence == ()
        assert "已归到那次检查" in other.scanning.landings[0].words
    finally:
        other.close()
    kept = kit.replica.visits.get(session.visit.id)
    assert kept is not None
    assert [item.bound.page for item in kept.evidence if item.bound] == [1]


def _first_page_of(session: VisitSession, revision: int) -> bytes:
    from devices.emulators import paper

    kept = session.record.revisions[revision - 1]
    picture = paper.pages_of(session.tools.replica.blobs.read(kept.pdf.sha256), dpi=150)[0]
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return stream.getvalue()
