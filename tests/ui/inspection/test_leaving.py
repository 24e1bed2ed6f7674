"""Leaving a visit loses nothing and waits for nothing; a job stays with the printer."""

from __future__ import annotations

import threading

import pytest

from devices.emulators.process import Emulator
from fieldkit.errors import StorageFull
from tests.ui.inspection.conftest import Kit, Owner
from tests.ui.inspection.steps_of_a_visit import fill, picture, print_record, signed_pages
from ui.inspection.open_visits import OpenVisits
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.tools import VisitTools


class Desk:
    """The kit's visits, as the window holds them."""

    def __init__(self, kit: Kit, owner: Owner) -> None:
        self.tools: VisitTools = kit.tools()
        self.told: list[str] = []
        self.visits = OpenVisits(self.tools, owner.post, self.told.append)
        self.id = new_visit(self.tools, kit.enterprise.id).id
        self.session = self.visits.open(self.id)

    def ended(self) -> bool:
        return self.tools.live.of(self.id) is None


@pytest.fixture
def desk(kit: Kit, owner: Owner) -> Desk:
    return Desk(kit, owner)


def test_what_was_just_entered_and_what_is_being_read_is_kept(kit: Kit, desk: Desk, owner: Owner) -> None:
    desk.session.set_value(("situation",), "最后一个字", "现场情况")
    desk.session.scanning.take("a.jpg", picture())
    desk.visits.leave(desk.session)
    assert desk.visits.unfinished()
    owner.until(desk.ended)
    kept = kit.replica.visits.get(desk.id)
    assert kept is not None
    assert kept.records[0].values["situation"] == "最后一个字"
    assert len(kept.evidence) == 1
    assert desk.visits.unfinished() == ()
    desk.visits.close()


def test_a_full_disk_is_told_and_the_text_stays_until_it_is_on_disk(
    kit: Kit, desk: Desk, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, full = desk.session._autosave._save, threading.Event()
    full.set()

    def save(visit: object) -> object:
        if full.is_set():
            raise StorageFull
        return keep(visit)  # type: ignore[arg-type]  # the writer's own visit

    monkeypatch.setattr(desk.session._autosave, "_save", save)
    monkeypatch.setattr(desk.session._autosave, "_retry_s", 0.05)
    desk.session.set_value(("situation",), "磁盘满了", "现场情况")
    desk.visits.leave(desk.session)
    owner.until(lambda: desk.told)
    assert "没有存上" in desk.told[0]
    again = desk.visits.open(desk.id)
    assert again is desk.session
    assert again.value("situation") == "磁盘满了"
    desk.visits.leave(again)
    full.clear()
    owner.until(desk.ended)
    kept = kit.replica.visits.get(desk.id)
    assert kept is not None
    assert kept.records[0].values["situation"] == "磁盘满了"
    desk.visits.close()


def test_leaving_while_it_prints_leaves_the_job_at_the_printer(
    kit: Kit, desk: Desk, owner: Owner, printer: Emulator
) -> None:
    fill(kit, desk.session, owner)
    printer.command("fault paper-out")
    desk.session.printing.start()
    owner.until(lambda: desk.session.printing.state.phase == "needs hand")
    desk.visits.leave(desk.session)
    back = desk.visits.open(desk.id)
    assert back.printing.state.phase == "needs hand"
    desk.visits.leave(back)
    printer.command("clear")
    owner.until(desk.ended)
    kept = kit.replica.visits.get(desk.id)
    assert kept is not None
    assert kept.records[0].revisions[0].sent
    desk.visits.close()


def test_closing_the_program_while_it_prints_cancels_nothing(
    kit: Kit, desk: Desk, owner: Owner, printer: Emulator
) -> None:
    fill(kit, desk.session, owner)
    printer.command("fault paper-out")
    desk.session.printing.start()
    owner.until(lambda: desk.session.printing.state.phase == "needs hand")
    assert desk.session.settled()
    desk.visits.leave(desk.session)
    assert desk.visits.unfinished() == ()
    desk.visits.close()
    assert not desk.session.printing._cancel.is_set()
    assert desk.ended()


def test_a_page_for_a_visit_someone_works_on_goes_through_its_session(
    kit: Kit, desk: Desk, owner: Owner, printer: Emulator
) -> None:
    fill(kit, desk.session, owner)
    revision = print_record(desk.session, owner)
    assert desk.session.settled()
    page = signed_pages(desk.session)[0]
    other = VisitSession(desk.tools, new_visit(desk.tools, kit.enterprise.id), owner.post, autosave_pause_s=0.02)
    other.start()
    other.scanning.take("page.jpg", page)
    owner.until(lambda: desk.session.visit.evidence)
    owner.until(lambda: other.scanning.landings)
    assert "已归到那次检查" in other.scanning.landings[0].words
    assert desk.session.visit.evidence[0].bound is not None
    assert desk.session.visit.evidence[0].bound.revision == revision.number
    other.close()
    desk.session.close()
