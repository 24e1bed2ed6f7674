"""The real window through a whole visit, by accessible names: `python -m tests.e2e.window HOME OUT` under a display.

Drives `ui.app.Desktop` as an officer would: log in, search, begin, six steps, submit, sync; each step leaves a picture
in OUT. Ends with exit code 0 only if the backend filed the visit.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from devices import config
from devices.emulators import camera, enterprise_papers, paper, process
from fieldkit.demo import PASSWORD, kit_officers
from fieldkit.instruments import checklists
from fieldkit.instruments.checklists import ChecklistItem, Theme
from fieldkit.model.stamp import BEIJING
from tests.ui.finding import named
from ui.app import Desktop, dress
from ui.demo_paper import SIGNERS
from ui.demo_story import story

WAIT_S = 60.0
SIZE = (1366, 768)


class Hand:
    """What an officer's hand does: find a control by its name, wait for it, click it, type into it."""

    def __init__(self, app: QApplication, out: Path) -> None:
        self._app, self._out = app, out
        self.root: QWidget | None = None

    def until(self, reached: Callable[[], bool], what: str) -> None:
        """Let the window work until `reached`."""
        deadline = time.monotonic() + WAIT_S
        while not reached():
            if time.monotonic() > deadline:
                self.shoot("stuck")
                raise TimeoutError(what)
            QTest.qWait(30)  # the window works on; a busy loop here would keep the workers from the interpreter's lock

    def there(self, name: str) -> bool:
        """Say whether a control of this name is shown."""
        assert self.root is not None
        try:
            named(self.root, name)
        except LookupError:
            return False
        return True

    def find(self, name: str) -> QWidget:
        """Return the control of this name once it is shown and enabled."""
        assert self.root is not None
        try:
            self.until(lambda: self.there(name) and named(self.root, name).isEnabled(), name)
        except TimeoutError:
            named(self.root, name)  # says what there is
            raise
        widget = named(self.root, name)
        assert isinstance(widget, QWidget)
        return widget

    def names(self) -> list[str]:
        """Return the accessible names of all controls shown, in the order of the page."""
        assert self.root is not None
        self._app.processEvents()
        return [w.accessibleName() for w in self.root.findChildren(QWidget) if w.isVisibleTo(self.root)]

    def click(self, name: str) -> None:
        """Click a control with the mouse."""
        widget = self.find(name)
        self._into_view(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self._app.processEvents()

    def write(self, name: str, text: str) -> None:
        """Put text into a field and leave it."""
        widget = self.find(name)
        self._into_view(widget)
        widget.setFocus()
        if isinstance(widget, QComboBox):
            widget.setCurrentText(text)
        elif hasattr(widget, "setPlainText"):
            widget.setPlainText(text)
        else:
            widget.setText(text)  # type: ignore[attr-defined]  # every field of one line has it
            QTest.keyClick(widget, Qt.Key.Key_Tab)
        self._app.processEvents()

    def shoot(self, name: str) -> None:
        """Keep a picture of the window."""
        assert self.root is not None
        quiet = time.monotonic() + 0.4
        self.until(lambda: time.monotonic() > quiet, "a quiet moment")
        self.root.grab().save(str(self._out / f"{name}.png"))
        print(name, flush=True)

    def _into_view(self, widget: QWidget) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            if hasattr(parent, "ensureWidgetVisible"):
                parent.ensureWidgetVisible(widget, 0, 40)
            parent = parent.parentWidget()
        self._app.processEvents()


def visit(hand: Hand, desktop: Desktop, wand: process.Emulator, printed: Path, desk: Path) -> str:
    """Make the whole visit; return its id."""
    _prepare(hand)
    _inspect(hand)
    _record(hand)
    _print(hand)
    _scan(hand, wand, printed, desk)
    return _submit(hand, desktop)


def _prepare(hand: Hand) -> None:
    hand.find("步骤：准备")
    hand.shoot("visit-1-begun")
    choice = hand.find("第二名执法人员")
    assert isinstance(choice, QComboBox)
    second = kit_officers()[1]
    choice.setCurrentIndex(next(i for i in range(choice.count()) if second in choice.itemText(i)))
    hand.write("第二名执法人员密码", PASSWORD)
    hand.click("确认到场")
    hand.write("现场负责人", str(story().site_person["name"]))
    hand.write("现场人员 职务", str(story().site_person["title"]))
    hand.write("与本案关系", str(story().site_person["relation"]))
    hand.write("电话", str(story().site_person["phone"]))
    for notice in ("已出示执法证件", "已告知申请回避的权利", "已告知陈述、申辩的权利", "已告知配合检查的义务"):
        hand.click(notice)
    hand.click("是否申请回避：不申请回避")
    hand.until(lambda: not hand.there("去补第一项"), "nothing missing in 准备")
    hand.shoot("visit-1-prepare")


def _inspect(hand: Hand) -> None:
    hand.click("步骤：检查")
    hand.shoot("visit-2-begun")
    label = _item("waste.label")
    for theme in _themes():
        for item in theme.items:
            hand.click(f"{theme.title} {item.label}：{'不符合' if item.id == label.id else '符合'}")
            if item.id == label.id:
                hand.click(f"{theme.title} {item.label}：用参考句")
    hand.shoot("visit-2-checklist")
    hand.click("是否采样：已采样")
    hand.click(next(name for name in hand.names() if name.startswith("加一瓶：DW001")))
    sample = next(name for name in hand.names() if name.startswith("打印标签 "))
    hand.click(sample)
    hand.shoot("visit-2-inspect")


def _record(hand: Hand) -> None:
    hand.click("步骤：笔录")
    finding = _item("waste.label").finding
    begun = datetime.now(BEIJING) - timedelta(minutes=40)
    hand.write("检查开始时间", f"{begun:%Y-%m-%d %H:%M}")
    hand.click("检查结束时间：记为现在")
    hand.write("现场情况", f"{story().situation}\n{finding}")
    hand.shoot("visit-3-check")
    while confirm := next((name for name in hand.names() if name.startswith("核对")), None):
        hand.click(confirm)
    hand.click("右侧显示：版面")
    hand.until(lambda: not hand.there("去补第一项"), "nothing missing in 笔录")
    hand.find("版面下一页")
    hand.shoot("visit-3-record")


def _print(hand: Hand) -> None:
    hand.click("步骤：打印签字")
    hand.shoot("visit-4-before")
    hand.click("打印并送签")
    hand.find("纸张在手")
    hand.shoot("visit-4-printed")
    hand.click("纸张在手")
    hand.shoot("visit-4-print")


def _scan(hand: Hand, wand: process.Emulator, printed: Path, desk: Path) -> None:
    hand.click("步骤：扫描归档")
    desk.mkdir(parents=True)
    pages = paper.pages_of(max(printed.glob("*.pdf")).read_bytes())
    for number, page in enumerate(pages, start=1):
        signed = SIGNERS if number < len(pages) else SIGNERS[1:]
        _swipe(wand, desk / f"page-{number}.jpg", camera.wand_scan(paper.sign(page, signed, number), number))
    _swipe(wand, desk / "licence.jpg", camera.photograph(enterprise_papers.licence(), 5, 0.4))
    _swipe(wand, desk / "foreign.jpg", camera.wand_scan(enterprise_papers.foreign_page(), 6))
    hand.until(lambda: sum(name.endswith("存为企业材料") for name in hand.names()) == 2, "two papers in the tray")
    hand.until(lambda: any("当事人" in name and "拒签" in name for name in hand.names()), "the empty box to be told")
    hand.shoot("visit-5-asks")
    _swipe(wand, desk / "again.jpg", camera.photograph(paper.sign(pages[-1], SIGNERS, 9), 9, 0.3))
    hand.until(lambda: not any("当事人" in name and "拒签" in name for name in hand.names()), "the box to be signed")
    for number in range(1, len(pages) + 1):
        hand.click(f"第 {number} 页签名属实")
    licence = next(name for name in hand.names() if name.endswith("存为企业材料"))
    hand.write(licence.replace("存为企业材料", "材料名称"), "营业执照")
    hand.click(licence)
    hand.click(next(name for name in hand.names() if name.endswith("移出")))
    hand.until(lambda: not hand.there("去补第一项"), "nothing missing in 扫描归档")
    hand.shoot("visit-5-scan")


def _swipe(wand: process.Emulator, file: Path, data: bytes) -> None:
    file.write_bytes(data)
    wand.command(f"scan {file} as {file.name}")


def _submit(hand: Hand, desktop: Desktop) -> str:
    hand.click("步骤：提交")
    hand.shoot("visit-6-ready")
    hand.click("提交并排队")
    hand.find("提交结果")
    hand.shoot("visit-6-submit")
    assert desktop.window is not None
    return desktop.window.place().id


def _themes() -> tuple[Theme, ...]:
    return checklists.for_industry("C3482").themes


def _item(wanted: str) -> ChecklistItem:
    return next(item for theme in _themes() for item in theme.items if item.id == wanted)


def main(home: Path, out: Path) -> int:
    """Start devices and window, make the visit, sync, and look at what the kit says of it."""
    out.mkdir(parents=True, exist_ok=True)
    work = home.parent
    app = QApplication([])
    dress(app, home)
    hand = Hand(app, out)
    with (
        process.start("printer", out=work / "printer") as printer,
        process.start("label-printer", out=work / "labels") as labels,
        process.start("gps", tick=0.5) as gps,
        process.start("wand", folder=work / "wand", pause=0.005) as wand,
    ):
        addresses = config.DeviceConfig(
            printer_uri=str(printer.ready["uri"]),
            label_host=str(labels.ready["host"]),
            label_port=int(labels.ready["port"]),
            gps_port=str(gps.ready["port"]),
            wand_folder=str(wand.ready["folder"]),
        )
        config.save(config.place(home), addresses)
        desktop = Desktop(app, home)
        desktop.begin()
        try:
            hand.root = desktop.door()
            hand.write("密码", PASSWORD)
            hand.click("登录")
            hand.until(lambda: desktop.window is not None, "the main window")
            window = desktop.window
            assert window is not None
            hand.root = window
            window.showNormal()
            window.resize(*SIZE)
            hand.click("菜单 一源一档")
            hand.write("搜索企业", "hysl")
            hand.shoot("archives-by-initials")
            task = next(task for task in window.session.replica.tasks.open() if task.kind == "日常检查")
            window.start_visit(task.enterprise_id, task.id)
            hand.until(lambda: window.place().name == "visit", "the visit")
            made = visit(hand, desktop, wand, work / "printer", work / "desk")
            hand.until(lambda: window.session.replica.visits.state(made) == "filed", "the backend to file the visit")
            hand.shoot("visit-7-filed")
        finally:
            desktop.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
