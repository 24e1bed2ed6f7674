"""The archive page: header, reminders, sections, timeline, the main action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.model.enterprise import Enterprise, Permit, Project
from tests.ui.finding import named
from ui.archives import reminders
from ui.archives.archive_page import ArchivePage
from ui.shell.session import Session

Quiet = Callable[[], None]
TODAY = date(2026, 6, 11)


@pytest.fixture
def page(session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet) -> ArchivePage:
    made = ArchivePage(session, session.replica.tasks.open()[0].enterprise_id)
    qtbot.addWidget(made)
    made.resize(1190, 700)
    made.show()
    made.refresh()
    quiet()
    return made


def texts(page: ArchivePage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def test_it_shows_the_enterprise_its_permit_and_its_history(page: ArchivePage, session: Session) -> None:
    enterprise = session.replica.archives.get(page._id)
    assert enterprise is not None
    shown = texts(page)
    assert enterprise.name in shown
    assert enterprise.uscc in shown
    assert enterprise.permits[0].number in shown
    assert enterprise.outfalls[0].code in shown
    assert "演示数据" in shown
    for visit in session.replica.visits.of_enterprise(enterprise.id):
        assert visit.number in shown


def test_the_code_is_copied_at_one_press(page: ArchivePage, session: Session) -> None:
    named(page, "复制统一社会信用代码").click()
    enterprise = session.replica.archives.get(page._id)
    assert enterprise is not None
    assert QApplication.clipboard().text() == enterprise.uscc


def test_the_main_action_begins_an_inspection_for_the_open_task(page: ArchivePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.start_visit) as begun:
        named(page, "开始检查").click()
    task = page._session.replica.tasks.open()[0]
    assert begun.args == [task.enterprise_id, task.id]


def test_an_anchor_scrolls_to_its_section(page: ArchivePage) -> None:
    named(page, "转到 排放口").click()
    assert page._scroll.verticalScrollBar().value() > 0


def test_an_archive_the_kit_does_not_hold_is_told_in_words(
    session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet
) -> None:
    page = ArchivePage(session, "unknown")
    qtbot.addWidget(page)
    page.refresh()
    quiet()
    assert "没有找到" in page.notice.said()


def permit(days: int) -> Permit:
    return Permit(
        number="P", permit_class="重点管理", authority="局", valid_from=TODAY, valid_to=TODAY + timedelta(days=days)
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [(-11, "许可已过期 11 天"), (0, "许可今天到期"), (23, "许可 23 天后到期"), (60, "许可 60 天后到期"), (61, "")],
)
def test_a_permit_warns_from_sixty_days_before_its_end(days: int, told: str) -> None:
    found = reminders.of_enterprise(Enterprise(id="e", name="示例", permits=(permit(days),)), TODAY)
    assert [reminder.text for reminder in found] == ([told] if told else [])


def test_a_newer_permit_silences_the_old_one() -> None:
    assert reminders.of_enterprise(Enterprise(id="e", name="示例", permits=(permit(-3), permit(900))), TODAY) == ()


def test_a_project_without_acceptance_is_named_but_a_registration_form_needs_none() -> None:
    report, form = Project(name="一期", eia_class="报告表"), Project(name="二期", eia_class="登记表")
    found = reminders.of_enterprise(Enterprise(id="e", name="示例", projects=(report, form)), TODAY)
    assert [reminder.text for reminder in found] == ["1 个项目未见验收"]
