"""What the officer says of scans: an answer belongs to the scan it was given for, and nothing is said for good."""

from __future__ import annotations

from io import BytesIO

import msgspec
import pytest

from devices.emulators import paper
from devices.emulators.process import Emulator
from fieldkit.instruments import render
from fieldkit.instruments.seal import PRACTICE_KEY
from tests.ui.inspection.conftest import Kit, Owner
from tests.ui.inspection.steps_of_a_visit import fill, picture, print_record, scan_in, signed_pages
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.signing import PageStatus
from ui.inspection.steps import missing_of


def first_page(session: VisitSession) -> PageStatus:
    return session.scanning.pages()[0]


@pytest.fixture
def printed(kit: Kit, session: VisitSession, owner: Owner, printer: Emulator) -> VisitSession:
    fill(kit, session, owner)
    print_record(session, owner)
    return session


def test_a_rescan_with_empty_boxes_asks_again(printed: VisitSession, owner: Owner) -> None:
    scan_in(printed, owner, "signed.jpg", signed_pages(printed)[0])
    printed.scanning.agree(1)
    assert first_page(printed).state == "signed"
    scan_in(printed, owner, "empty.jpg", signed_pages(printed, empty=((1, "party"),))[0])
    assert first_page(printed).state == "asks"
    assert "第 1 页 当事人 未签" in [item.text for item in missing_of(printed, "scan")]
    assert "signatures.stated" in printed.check("done").blocks
    printed.redo()
    printed.undo()
    assert first_page(printed).state == "asks", "no undo brings an answer to another scan"


def test_a_refusal_does_not_outlive_a_signed_rescan(printed: VisitSession, owner: Owner) -> None:
    scan_in(printed, owner, "empty.jpg", signed_pages(printed, empty=((1, "party"),))[0])
    printed.scanning.agree(1)
    printed.scanning.answer_all("party", "refused", "不认可检查情况")
    assert first_page(printed).state == "refused"
    scan_in(printed, owner, "signed.jpg", signed_pages(printed)[0])
    assert first_page(printed).state == "proposed"
    printed.scanning.agree(1)
    assert first_page(printed).state == "signed"


def test_a_refusal_noted_for_all_pages_stays_with_a_page_that_comes_unsigned(
    printed: VisitSession, owner: Owner
) -> None:
    pages = len(printed.scanning.pages())
    every = tuple((page, "party") for page in range(1, pages + 1))
    empty = signed_pages(printed, empty=every)
    scan_in(printed, owner, "1.jpg", empty[0])
    printed.scanning.answer_all("party", "refused", "不认可检查情况")
    scan_in(printed, owner, "last.jpg", empty[-1])
    last = printed.scanning.pages()[-1]
    assert [box.answer.state for box in last.boxes if box.answer is not None] == ["refused"]


@pytest.mark.parametrize("how", ["to_tray", "set_aside"])
def test_a_page_taken_back_takes_its_answers_along(printed: VisitSession, owner: Owner, how: str) -> None:
    data = signed_pages(printed)[0]
    scan_in(printed, owner, "1.jpg", data)
    printed.scanning.agree(1)
    scan = first_page(printed).scan
    assert scan is not None
    getattr(printed.scanning, how)(scan.id)
    assert first_page(printed).state == "missing"
    assert all(box.answer is None for box in first_page(printed).boxes)


def test_what_was_set_aside_stays_listed_and_comes_back(printed: VisitSession, owner: Owner) -> None:
    scan_in(printed, owner, "1.jpg", signed_pages(printed)[0])
    scan = first_page(printed).scan
    assert scan is not None
    printed.scanning.set_aside(scan.id)
    assert printed.scanning.aside == ((scan.original.sha256, "1.jpg"),)
    assert printed.scanning.known(scan.original.sha256), "the wand does not bring it by itself"
    printed.scanning.put_back(scan.original.sha256)
    owner.until(lambda: first_page(printed).scans)
    assert printed.scanning.aside == ()
    assert "已归位" in printed.scanning.landings[0].words


def test_a_scan_of_what_was_set_aside_is_taken_in_again(session: VisitSession, owner: Owner) -> None:
    data = picture()
    scan_in(session, owner, "a.jpg", data)
    session.scanning.set_aside(session.scanning.tray[0].id)
    scan_in(session, owner, "b.jpg", data)
    assert "已放回" in session.scanning.landings[0].words
    assert len(session.scanning.tray) == 1


def test_the_same_bytes_are_known_after_the_visit_was_opened_again(kit: Kit, owner: Owner) -> None:
    tools = kit.tools()
    data = picture()
    visit = new_visit(tools, kit.enterprise.id)
    for turn in range(2):
        kept = kit.replica.visits.get(visit.id)
        assert kept is not None
        session = VisitSession(tools, kept, owner.post, autosave_pause_s=0.02)
        session.start()
        scan_in(session, owner, f"{turn}.jpg", data)
        words = session.scanning.landings[0].words
        assert len(session.visit.evidence) == 1
        session.close()
    assert "已经收到过" in words


def test_a_practice_page_is_never_taken_as_a_page_by_hand(printed: VisitSession, owner: Owner) -> None:
    assert printed.revision is not None
    forged = render.render(printed.record, printed.revision.number, PRACTICE_KEY).pdf
    stream = BytesIO()
    paper.pages_of(forged, dpi=150)[0].save(stream, "JPEG", quality=90)
    scan_in(printed, owner, "practice.jpg", stream.getvalue())
    (item,) = printed.scanning.tray
    assert item.seal_problem == "practice"
    printed.scanning.classify(item.id, "生产台账")
    printed.scanning.to_tray(item.id)
    printed.scanning.bind_by_hand(item.id, 1)
    assert first_page(printed).state == "missing"


@pytest.mark.parametrize(("problem", "taken"), [("forged", 0), ("practice", 0), ("elsewhere", 0), ("unread", 1)])
def test_only_a_page_whose_seal_says_nothing_else_is_taken_by_hand(
    printed: VisitSession, owner: Owner, problem: str, taken: int
) -> None:
    scan_in(printed, owner, "page.jpg", picture())
    (item,) = printed.visit.evidence
    printed.replace(
        msgspec.structs.replace(printed.visit, evidence=(msgspec.structs.replace(item, seal_problem=problem),)),
        "evidence",
    )
    printed.scanning.bind_by_hand(item.id, 1)
    assert len(first_page(printed).scans) == taken


def test_ink_seen_before_counts_for_nothing_on_a_page_bound_by_hand(printed: VisitSession, owner: Owner) -> None:
    scan_in(printed, owner, "1.jpg", signed_pages(printed)[0])
    scan = first_page(printed).scan
    assert scan is not None
    assert scan.boxes
    printed.scanning.to_tray(scan.id)
    printed.scanning.bind_by_hand(scan.id, 1)
    assert all(box.asks for box in first_page(printed).boxes)


def test_a_page_of_a_visit_that_is_final_stays_in_the_tray(kit: Kit, printed: VisitSession, owner: Owner) -> None:
    page = signed_pages(printed)[0]
    assert printed.settled()
    printed.close()
    kit.replica.visits.finalise(printed.visit, kit.first.number)
    tools = kit.tools()
    other = VisitSession(tools, new_visit(tools, kit.enterprise.id), owner.post, autosave_pause_s=0.02)
    other.start()
    try:
        scan_in(other, owner, "late.jpg", page)
        (item,) = other.scanning.tray
        assert "另一次检查" in item.tray
        assert item.seal_problem == "elsewhere"
    finally:
        other.close()
    final = kit.replica.visits.get(printed.visit.id)
    assert final is not None
    assert final.evidence == ()
