"""A visit that is over: facts, where it stands, and its pictures, opening large in place."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import uuid4

import msgspec
import pytest
from PIL import Image
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.model.evidence import Evidence
from fieldkit.model.visit import Visit
from tests.ui.finding import named
from tests.ui.visits import open_visit
from ui.archives.past_visit_page import PastVisitPage
from ui.archives.visits_page import VisitsPage
from ui.shell.session import Session

Quiet = Callable[[], None]


@pytest.fixture
def visit(session: Session) -> Visit:
    """A finished visit with one photo."""
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), "#0A5C52").save(picture, "JPEG")
    blob = session.replica.blobs.put(picture.getvalue(), "image/jpeg", "photo.jpg")
    photo = Evidence(id=str(uuid4()), kind="photo", original=blob, captured_at=session.clock.now(), title="废水排放口")
    made = msgspec.structs.replace(open_visit(session), evidence=(photo,))
    session.replica.visits.finalise(made, session.officer.number)
    return made


def test_it_shows_what_was_recorded_and_that_it_waits(
    session: Session, visit: Visit, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = PastVisitPage(session, visit.id)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    text = "\n".join(label.text() for label in page.findChildren(QLabel))
    assert visit.enterprise_name in text
    assert "现场正在生产。" in text
    assert "待上传" in text


def test_a_picture_opens_large_in_its_place(
    session: Session, visit: Visit, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = PastVisitPage(session, visit.id)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    quiet()
    named(page, "看大图 废水排放口").click()
    quiet()
    assert named(page, "大图").pixmap().width() >= 800
    named(page, "收起大图").click()
    assert not [label for label in page.findChildren(QLabel) if label.accessibleName() == "大图" and label.isVisible()]


def test_the_list_tells_open_visits_from_those_that_are_over(
    session: Session, visit: Visit, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    running = open_visit(session)
    page = VisitsPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    with qtbot.waitSignal(page.go) as went:
        named(page, f"继续检查 {running.enterprise_name}").click()
    assert (went.args[0].name, went.args[0].id) == ("visit", running.id)


def test_the_table_says_where_each_visit_stands_and_enter_opens_it(
    session: Session, visit: Visit, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = VisitsPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    page.refresh()
    quiet()
    shown = {row.id: row.state for row in page.model.rows}
    assert shown[visit.id] == "waiting"
    assert page.model.data(page.model.index(0, 4)) == "待上传"
    page.table.selectRow(0)
    with qtbot.waitSignal(page.go) as went:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert (went.args[0].name, went.args[0].id) == ("past_visit", visit.id)


def test_older_visits_come_as_the_eye_gets_there(
    session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = VisitsPage(session)
    qtbot.addWidget(page)
    page.refresh()
    quiet()
    while page.model.canFetchMore(QModelIndex()):
        page.model.fetchMore(QModelIndex())
        quiet()
    every = session.replica.visits.rows(1000)
    assert [row.id for row in page.model.rows] == [row.id for row in every]
