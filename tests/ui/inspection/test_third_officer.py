"""Only the two of a visit work on it; anyone else who logs in may look."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.inspection.conftest import Kit, Owner
from tests.ui.inspection.steps_of_a_visit import fill, picture
from ui.inspection.officers_card import OfficersCard
from ui.inspection.session import VisitSession
from ui.style.buttons import Button


def reopened(kit: Kit, session: VisitSession, owner: Owner, *, second: bool) -> VisitSession:
    assert session.settled()
    kept = kit.replica.visits.get(session.visit.id)
    assert kept is not None
    officer = kit.second if second else kit.expired
    return VisitSession(replace(session.tools, officer=officer), kept, owner.post, autosave_pause_s=0.02)


def test_an_officer_of_no_part_in_it_may_only_look(kit: Kit, session: VisitSession, owner: Owner) -> None:
    fill(kit, session, owner)
    third = reopened(kit, session, owner, second=False)
    third.set_value(("place",), "第三人改的", "检查地点")
    third.scanning.take("a.jpg", picture())
    third.printing.start()
    third.finishing.finalise()
    assert third.visit == kit.replica.visits.get(session.visit.id)
    assert not third.editable
    assert not third.scanning.reading
    assert not third.finishing.working
    assert any("只能查看" in item.text for item in third.finishing.missing())


def test_the_tile_of_who_is_logged_in_says_so(
    kit: Kit, session: VisitSession, owner: Owner, dressed: QApplication, qtbot: QtBot
) -> None:
    fill(kit, session, owner)
    second = reopened(kit, session, owner, second=True)
    card = OfficersCard(second)
    qtbot.addWidget(card)
    assert second.editable
    names = {widget.accessibleName() for widget in card.findChildren(Button)}
    assert f"更换执法人员：{kit.first.name}" in names
    assert f"更换执法人员：{kit.second.name}" not in names
