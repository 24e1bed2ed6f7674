"""The visit's page: six steps driven by their accessible names, as an officer's screen reader would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from devices.emulators import process
from devices.printing.escpos import LabelPrinter
from devices.printing.ipp import IppPrinter
from fieldkit.demo import PASSWORD
from fieldkit.instruments import checklists
from tests.ui.finding import named
from tests.ui.inspection.conftest import Kit
from tests.ui.inspection.steps_of_a_visit import SITUATION, fill, signed_pages
from ui.bridge import Bridge
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.steps import STEPS
from ui.inspection.visit_page import VisitPage

CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox)


class QtLoop:
    """Lets `steps_of_a_visit` wait in Qt's own loop."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    def until(self, true: object, timeout_s: float = 20.0) -> None:
        self._qtbot.waitUntil(lambda: bool(true()), timeout=round(timeout_s * 1000))  # type: ignore[operator]


@pytest.fixture
def page(kit: Kit, dressed: QApplication, bridge: Bridge, qtbot: QtBot) -> Iterator[VisitPage]:
    tools = kit.tools()
    session = VisitSession(tools, new_visit(tools, kit.enterprise.id), bridge.post, autosave_pause_s=0.05)
    session.start()
    made = VisitPage(session)
    made.resize(1190, 704)
    made.show()
    yield made
    made.leave()
    made.close()
    made.deleteLater()


def controls(page: QWidget) -> list[QWidget]:
    shown = [widget for kind in CONTROLS for widget in page.findChildren(kind) if widget.isVisibleTo(page)]
    return [widget for widget in shown if not isinstance(widget.parent(), QComboBox)]


def appears(page: QWidget, qtbot: QtBot, name: str) -> Any:
    """Wait for a control to be shown and usable, and return it."""
    found: list[QWidget] = []

    def there() -> bool:
        found[:] = [
            widget
            for widget in page.findChildren(QWidget)
            if widget.accessibleName() == name and widget.isVisibleTo(page) and widget.isEnabled()
        ]
        return len(found) == 1

    qtbot.waitUntil(there, timeout=20000)
    return found[0]


@pytest.mark.parametrize("step", [name for name, _title in STEPS])
def test_every_control_has_a_name_of_its_own_and_a_finger_s_size(page: VisitPage, step: str, qtbot: QtBot) -> None:
    page.go_to(step)
    qtbot.wait(50)
    names = [widget.accessibleName() for widget in controls(page) if widget.objectName() != "qt_spinbox_lineedit"]
    assert all(names), names
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    small = [
        widget.accessibleName()
        for widget in controls(page)
        if isinstance(widget, QAbstractButton) and widget.height() < 48
    ]
    assert not small
    assert page.minimumSizeHint().width() <= 1280 - 72


def test_recusal_has_no_answer_before_someone_gives_it(page: VisitPage) -> None:
    for words in ("不申请回避", "申请回避"):
        assert not named(page, f"是否申请回避：{words}").isChecked()
    named(page, "是否申请回避：申请回避").click()
    assert page.session.value("recusal", "answer") == "yes"
    assert named(page, "申请回避的理由").isVisible()


def test_four_notices_are_confirmed_one_by_one(page: VisitPage) -> None:
    for notice in page.session.form.notices:
        tile = named(page, page.session.form.field(notice.field).label)
        assert not tile.isChecked()
        tile.click()
    assert all(page.session.value(*notice.field.split(".")) is True for notice in page.session.form.notices)
    named(page, "已出示执法证件").click()
    assert page.session.value("notices", "ids_shown") is None


def test_the_second_officer_confirms_in_place(kit: Kit, page: VisitPage, qtbot: QtBot) -> None:
    choice, password = named(page, "第二名执法人员"), named(page, "第二名执法人员密码")
    choice.setCurrentIndex(choice.findData(kit.expired.number))
    assert not named(page, "确认到场").isEnabled()
    choice.setCurrentIndex(choice.findData(kit.second.number))
    password.setText(PASSWORD)
    named(page, "确认到场").click()
    qtbot.waitUntil(lambda: len(page.session.visit.officers) == 2)
    assert not password.text()
    assert not choice.isVisible()


def test_chinese_by_the_input_method_is_kept_and_undone_as_one(page: VisitPage, qtbot: QtBot) -> None:
    line = named(page, "现场负责人")
    line.setFocus()
    event = QInputMethodEvent()
    event.setCommitString("演示人")
    QApplication.sendEvent(line, event)
    assert page.session.value("site_person", "name") == "演示人"
    qtbot.waitUntil(lambda: page.session.saved.state == "saved" and page.session.saved.at is not None)
    light = next(w for w in page.findChildren(QWidget) if w.accessibleName().startswith("保存状态："))
    assert "已保存" in light.accessibleName()
    page.activateWindow()
    QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Undo))
    qtbot.waitUntil(lambda: page.session.value("site_person", "name") == "")
    assert line.text() == ""


def test_a_finding_is_the_officer_s_own_and_goes_into_the_situation(page: VisitPage) -> None:
    page.go_to("inspect")
    theme = checklists.for_industry(page.session.enterprise.industry).themes[0]
    item = next(item for item in theme.items if "……" in item.finding)
    name = f"{theme.title} {item.label}"
    named(page, f"{name}：不符合").click()
    finding = named(page, f"{name}：情况说明")
    assert finding.toPlainText() == ""
    assert finding.placeholderText() == item.finding
    named(page, f"{name}：用参考句").click()
    assert finding.toPlainText() == item.finding
    finding.setPlainText("该单位排污许可证已过期。")
    named(page, f"{name}：写入现场情况").click()
    assert "该单位排污许可证已过期。" in page.session.value("situation")


def test_a_finding_taken_back_is_warned_about_until_it_is_out_of_the_situation(page: VisitPage) -> None:
    page.go_to("inspect")
    theme = checklists.for_industry(page.session.enterprise.industry).themes[0]
    name = f"{theme.title} {theme.items[0].label}"
    page.session.set_value(("situation",), "检查时正常生产。")
    named(page, f"{name}：不符合").click()
    named(page, f"{name}：情况说明").setPlainText("该单位排污许可证已过期。")
    named(page, f"{name}：写入现场情况").click()
    named(page, f"{name}：符合").click()
    assert "findings.withdrawn" in page.session.check("print").blocks
    named(page, f"{name}：从现场情况删去").click()
    assert page.session.value("situation") == "检查时正常生产。"
    assert "findings.withdrawn" not in page.session.check("print").blocks
    answer = page.session.answer_of(theme.items[0].id)
    assert answer is not None
    assert (answer.verdict, answer.finding) == ("符合", "")


def test_a_no_to_recusal_clears_the_reason(page: VisitPage) -> None:
    named(page, "是否申请回避：申请回避").click()
    named(page, "申请回避的理由").setText("亲属关系")
    named(page, "是否申请回避：不申请回避").click()
    assert page.session.value("recusal", "reason") == ""
    page.session.set_value(("recusal", "reason"), "旧草稿留下的理由")
    assert named(page, "申请回避的理由").isVisible()


def test_a_check_line_leads_to_its_field(page: VisitPage, qtbot: QtBot) -> None:
    page.go_to("record")
    page.activateWindow()
    appears(page, qtbot, "体检：是否申请回避未回答").click()
    choices = page._steps["record"].sheet
    qtbot.waitUntil(lambda: choices.verticalScrollBar().value() > 0)


def test_prefilled_fields_are_marked_until_confirmed_by_section(page: VisitPage, qtbot: QtBot) -> None:
    page.go_to("record")
    assert "party.name" in page.session.unconfirmed()
    section = next(part for part in page.session.form.sections if part.id == "party")
    named(page, f"核对本节：{section.title}").click()
    assert not [name for name in page.session.unconfirmed() if name.startswith("party.")]
    assert "place" in page.session.unconfirmed(), "no button confirms everything"


def test_a_time_is_taken_by_one_tap_or_typed_and_nonsense_is_told(page: VisitPage) -> None:
    page.go_to("record")
    named(page, "检查开始时间：记为现在").click()
    assert page.session.value("time_from")
    line = named(page, "检查结束时间")
    line.setText("9:61")
    line.left.emit()
    assert not page.session.value("time_to")
    line.setText("9:30")
    line.left.emit()
    assert "T09:30" in page.session.value("time_to")


def test_the_preview_shows_the_paper(page: VisitPage, qtbot: QtBot) -> None:
    page.go_to("record")
    named(page, "右侧显示：版面").click()
    qtbot.waitUntil(lambda: bool(page.session.previewing.preview.pages), timeout=20000)
    paper = named(page, "笔录版面")
    qtbot.waitUntil(paper.has_image)


def test_a_bottle_gets_its_label(kit: Kit, page: VisitPage, qtbot: QtBot, tmp_path: Path) -> None:
    with process.start("label-printer", out=tmp_path / "labels") as emulator:
        address = (str(emulator.ready["host"]), int(emulator.ready["port"]))
        kit.label_printer = lambda: LabelPrinter(*address, timeout_s=3)
        page.go_to("inspect")
        named(page, "是否采样：已采样").click()
        outfall = kit.enterprise.outfalls[0]
        appears(page, qtbot, f"加一瓶：{outfall.code} {outfall.name}").click()
        (sample,) = page.session.visit.samples
        appears(page, qtbot, f"打印标签 {sample.number}").click()
        qtbot.waitUntil(lambda: page.session.labels.state(sample.id)[0] == "ok", timeout=15000)
    assert list((tmp_path / "labels").iterdir())


def test_the_whole_visit_by_the_screen(kit: Kit, page: VisitPage, qtbot: QtBot, tmp_path: Path) -> None:
    session = page.session
    kit.wand = tmp_path / "wand"
    kit.wand.mkdir()
    fill(kit, session, QtLoop(qtbot))  # type: ignore[arg-type]
    with process.start("printer", out=tmp_path / "printed") as emulator:
        kit.printer = lambda: IppPrinter(str(emulator.ready["uri"]), timeout_s=3)
        page.go_to("print")
        appears(page, qtbot, "打印并送签").click()
        qtbot.waitUntil(lambda: session.printing.state.phase == "taken", timeout=20000)
        named(page, "纸张在手").click()
    appears(page, qtbot, "去扫描归档").click()
    for number, data in enumerate(signed_pages(session, empty=((1, "recorder"),)), 1):
        (kit.wand / f"{number}.jpg").write_bytes(data)
    qtbot.waitUntil(lambda: all(status.scans for status in session.scanning.pages()), timeout=30000)
    appears(page, qtbot, "第 1 页签名属实").click()
    appears(page, qtbot, "第 1 页 记录人：拒签").click()
    note = named(page, "第 1 页 记录人：说明")
    note.setText("记录人突发情况离开，由执法人员一代为说明")
    named(page, "第 1 页 记录人：记下").click()
    for status in session.scanning.pages()[1:]:
        appears(page, qtbot, f"第 {status.page} 页签名属实").click()
    named(page, "去提交").click()
    appears(page, qtbot, "提交并排队").click()
    qtbot.waitUntil(lambda: session.final, timeout=10000)
    appears(page, qtbot, "返回检查列表")
    assert named(page, "提交结果").isVisible()
    assert kit.replica.visits.state(session.visit.id) == "waiting"
    with qtbot.waitSignal(page.go):
        named(page, "返回检查列表").click()


def test_what_was_typed_survives_leaving_the_page(kit: Kit, page: VisitPage) -> None:
    page.go_to("record")
    named(page, "现场情况").setPlainText(SITUATION)
    page.leave()
    kept = kit.replica.visits.get(page.session.visit.id)
    assert kept is not None
    assert kept.records[0].values["situation"] == SITUATION


def test_steps_are_reached_by_the_keyboard(page: VisitPage, qtbot: QtBot) -> None:
    page.activateWindow()
    for key, step in (("Ctrl+3", "record"), ("Ctrl+6", "submit"), ("Ctrl+1", "prepare")):
        QTest.keySequence(page, QKeySequence(key))
        qtbot.waitUntil(lambda step=step: page.at == step)


def test_a_missing_thing_leads_to_its_place(page: VisitPage, qtbot: QtBot) -> None:
    page.activateWindow()
    page.go_to("submit")
    appears(page, qtbot, "缺：是否申请回避未回答").click()
    assert page.at == "prepare"
    qtbot.waitUntil(lambda: page._steps["prepare"].sheet.verticalScrollBar().value() > 0)


def test_a_final_visit_can_be_looked_at_and_not_changed(kit: Kit, page: VisitPage, qtbot: QtBot) -> None:
    session = page.session
    assert session.settled()
    session.taken_as_final(msgspec.structs.replace(session.visit, state="final"))
    session.set_value(("situation",), "提交之后", "现场情况")
    assert not session.value("situation")
    page.go_to("record")
    assert not named(page, "现场情况").isEnabled()
    assert not named(page, "撤销").isEnabled()
