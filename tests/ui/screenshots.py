"""Every page of the desktop as a picture, from the demo county: `python -m tests.ui.screenshots [--out DIR]`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from fieldkit.access.keys import Cost
from fieldkit.demo import PASSWORD
from tests.ui.finding import named
from tests.ui.inspection import pictures
from ui.app import Desktop, dress
from ui.new_kit import make_demo
from ui.shell.login import LoginWindow
from ui.shell.places import Place
from ui.shell.window import MainWindow

SIZE = (1366, 768)
DEADLINE_S = 60.0


def until(app: QApplication, ready: Callable[[], object], what: str) -> None:
    """Let Qt work until `ready` is true.

    Raises:
        TimeoutError: it did not become true in a minute.
    """
    deadline = time.monotonic() + DEADLINE_S
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


class Camera:
    """Takes pictures of a desktop and names them."""

    def __init__(self, app: QApplication, desktop: Desktop, out: Path, wanted: list[str]) -> None:
        self.app, self.desktop, self.out, self._wanted = app, desktop, out, wanted

    @property
    def window(self) -> MainWindow:
        """The main window."""
        assert self.desktop.window is not None
        return self.desktop.window

    def quiet(self) -> None:
        """Wait until no work is under way and everything is laid out."""
        still = 0

        def settled() -> bool:
            nonlocal still
            window = self.desktop.window
            busy = window is not None and (window.session.bridge.busy() or window.panel.moving())
            still = 0 if busy else still + 1
            return still > 20

        until(self.app, settled, "work to end")

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """Save one picture."""
        self.quiet()
        if not self._wanted or name in self._wanted:
            path = self.out / f"{name}.png"
            (widget or self.window).grab().save(str(path))
            with Image.open(path) as picture:  # 256 colours are enough for flat pages and a third of the size
                small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            small.save(path, optimize=True)
            print(name)

    def go(self, place: Place) -> None:
        """Show a page of the window."""
        self.window.go(place)
        self.quiet()


def take(camera: Camera) -> None:
    """Log in and visit every page."""
    desktop, app = camera.desktop, camera.app
    login = desktop.door()
    assert isinstance(login, LoginWindow)
    login.resize(1040, 640)
    camera.shoot("login", login)
    login.password.line.setText("wrong-password-1")
    login.try_it()
    until(app, lambda: login.notice.said(), "the refusal")
    camera.shoot("login-wrong", login)
    login.password.line.setText(PASSWORD)
    login.try_it()
    until(app, lambda: desktop.window is not None, "the window")
    window = camera.window
    window.showNormal()
    window.resize(*SIZE)
    until(app, lambda: window.session.syncing.state.state not in {"never", "running"}, "the first sync")
    camera.shoot("today")
    for name in ("tasks", "archives", "visits", "sync", "devices", "settings"):
        camera.go(Place(name))  # type: ignore[arg-type]  # each is a PlaceName
        camera.shoot(name)
    camera.go(Place("archives"))
    page = window.page()
    search = named(page, "搜索企业")
    search.setText("紧固件")
    until(app, lambda: page.model.rowCount() and not page._pause.isActive(), "results")
    camera.shoot("archives-search")
    search.setText("查无此企业")
    until(app, lambda: not page.model.rowCount() and not page._pause.isActive(), "no results")
    camera.shoot("archives-empty")
    page.clear_filters()
    enterprise = window.session.replica.tasks.open()[0].enterprise_id
    camera.go(Place("archive", enterprise))
    camera.shoot("archive")
    window.page().jump("排污许可")
    camera.shoot("archive-permits")
    window.topbar.search.setText("污水")
    window.search._ask()
    until(app, lambda: window.search.isVisible(), "search results")
    camera.shoot("search")
    window.search.shut()
    window.topbar.search.clear()
    for name, button in (("panel-devices", "设备 打印机"), ("panel-sync", "同步状态"), ("panel-officer", "执法人员")):
        named(window, button).click()
        camera.shoot(name)
        window.panel.close_panel()
    visit = window.session.replica.visits.rows(1)[0]
    _practise(camera)
    camera.go(Place("past_visit", visit.id))
    camera.shoot("past-visit")
    for theme in ("night", "outdoor"):
        window._choose_theme(theme)
        for name in ("today", "archives"):
            camera.go(Place(name))  # type: ignore[arg-type]  # each is a PlaceName
            camera.shoot(f"{name}-{theme}")
        camera.go(Place("archive", enterprise))
        camera.shoot(f"archive-{theme}")
    window._choose_theme("day")
    _go_offline(camera)
    window.resize(1279, 800)
    camera.go(Place("today"))
    camera.shoot("today-narrow")


def _practise(camera: Camera) -> None:
    """Practice mode on, an inspection begun, and what 今日 and 执法检查 say then."""
    window, app = camera.window, camera.app
    camera.go(Place("devices"))
    window.session.devices.practise(True)
    until(app, lambda: all(status.state == "ready" for status in window.session.devices.statuses), "practice devices")
    camera.quiet()
    camera.shoot("devices-practice")
    task = window.session.replica.tasks.open()[1]
    window.start_visit(task.enterprise_id, task.id)
    until(app, lambda: window.place().name == "visit", "the visit")
    camera.shoot("visit-begun")
    for name in ("today", "visits"):
        camera.go(Place(name))  # type: ignore[arg-type]  # each is a PlaceName
        camera.shoot(f"{name}-begun")
    other = window.session.replica.tasks.open()[0]
    window.start_visit(other.enterprise_id, other.id)
    until(app, lambda: window.place().name == "visit", "the other visit")
    pictures.take(window.page(), camera.shoot)


def _go_offline(camera: Camera) -> None:
    """The begun inspection handed in while the backend is away: it waits, with its reason."""
    window, kit = camera.window, camera.desktop._kit
    assert kit is not None
    if kit._backend is not None:
        kit._backend.stop()
    visit = kit.replica.visits.open()[0]
    kit.replica.visits.finalise(visit, kit.officer.number)
    until(camera.app, lambda: window.session.syncing.state.state == "offline", "being offline")
    camera.go(Place("sync"))
    camera.shoot("sync-offline")
    window.topbar.sync.click()
    camera.shoot("panel-sync-offline")
    window.panel.close_panel()


def main(argv: list[str] | None = None) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("names", nargs="*", help="only these")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fieldkit-demo-") as folder:
        home = Path(folder) / "kit"
        make_demo(home, Path(folder) / "kit-backend", cost=Cost(passes=1, memory_kib=8))
        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        dress(app, home)
        first = Desktop(app, Path(folder) / "none")
        first.begin()
        camera = Camera(app, first, args.out, args.names)
        door = first.door()
        assert door is not None
        camera.shoot("first-page", door)
        first.end()
        desktop = Desktop(app, home)
        desktop.begin()
        try:
            take(Camera(app, desktop, args.out, args.names))
        finally:
            desktop.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
