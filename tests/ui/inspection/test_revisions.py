"""What a reprint corrects is what was on paper; paper that was never sent is asked for by nobody."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from devices.emulators.process import Emulator
from tests.ui.inspection.conftest import Kit, Owner
from tests.ui.inspection.steps_of_a_visit import fill, print_record
from ui.inspection.print_card import PrintCard
from ui.inspection.session import VisitSession


def freeze_only(session: VisitSession, owner: Owner) -> None:
    session.printing.start()
    owner.until(lambda: session.printing.state.phase == "failed")
    assert session.printing.current is not None


def test_a_revision_nobody_printed_corrects_nothing(kit: Kit, session: VisitSession, owner: Owner) -> None:
    fill(kit, session, owner)
    freeze_only(session, owner)
    session.set_value(("place",), "东厂区", "检查地点")
    freeze_only(session, owner)
    assert session.revision is not None
    assert (session.revision.number, session.revision.corrections) == (2, ())


def test_corrections_are_against_the_paper_that_was_sent(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    fill(kit, session, owner)
    before = session.value("place")
    print_record(session, owner)
    working, kit.printer = kit.printer, lambda: None
    session.set_value(("place",), "东厂区", "检查地点")
    freeze_only(session, owner)
    kit.printer = working
    session.set_value(("place",), "西厂区", "检查地点")
    third = print_record(session, owner)
    assert [(row.old, row.new) for row in third.corrections] == [(before, "西厂区")]


def test_nobody_is_asked_for_paper_that_was_never_sent(
    kit: Kit, session: VisitSession, owner: Owner, dressed: QApplication, qtbot: QtBot
) -> None:
    fill(kit, session, owner)
    freeze_only(session, owner)
    assert session.settled()
    kept = kit.replica.visits.get(session.visit.id)
    assert kept is not None
    again = VisitSession(session.tools, kept, owner.post)
    card = PrintCard(again)
    qtbot.addWidget(card)
    card.refresh()
    assert card.accessibleDescription() == "已定稿，还没有送打印机"


def test_a_revision_that_is_not_on_disk_is_not_sent(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(kit, session, owner)
    assert session.settled()
    monkeypatch.setattr(session, "settle", lambda then=None: then(False) if then is not None else None)
    session.printing.start()
    owner.until(lambda: session.printing.state.phase == "failed")
    assert "未送打印机" in session.printing.state.words
    assert not session.record.revisions[0].sent
