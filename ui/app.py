"""The desktop's composition root: dresses Qt, logs in, opens the kit, shows the window, and ends every worker.

The log-in window comes first and loads only what it needs (Qt, SQLCipher, argon2); the rest is imported on a worker
thread after the password was right.
"""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from fieldkit.access import keys as kit_keys
from fieldkit.errors import KnownError, NotEnrolled
from ui.bridge import Bridge, Report, Ticket
from ui.home import home as kit_home
from ui.settings.store import SettingsFile
from ui.shell.login import LoginWindow
from ui.style.fonts import load_fonts
from ui.style.sheet import apply_theme

if TYPE_CHECKING:
    from fieldkit.access.keys import Keys
    from sync.enrol import Enrolling
    from ui.inspection.open_visits import OpenVisits
    from ui.open_kit import OpenKit
    from ui.shell.window import MainWindow

logger = logging.getLogger(__name__)

SWITCH_S = 0.001
"""Three busy Python threads stop the window for 106 ms at the default of 5 ms (DESIGN, Threads)."""

SAVING_S = 30.0
"""At the end, visits that were left get this long to save and to read their scans."""


def unusable(pyside: str = pyside_version, python: tuple[int, int] = sys.version_info[:2]) -> str:
    """Return why this pair of PySide6 and Python can't be used, or "".

    PySide6 6.12.0 on CPython before 3.12 drops a reference to None at nearly every call and aborts after some
    thousands of paint calls.
    """
    major, minor = (int(part) for part in pyside.split(".")[:2])
    if (major, minor) == (6, 12) and python < (3, 12):
        return (
            f"PySide6 {pyside} 不能在 Python {python[0]}.{python[1]} 上使用：运行一段时间后会崩溃。"
            "请安装 PySide6-Essentials 6.11.3。"
            f" (PySide6 {pyside} crashes on Python {python[0]}.{python[1]}; install PySide6-Essentials 6.11.3.)"
        )
    return ""


def dress(app: QApplication, home: Path) -> None:
    """Put style, fonts and theme on the application."""
    app.setApplicationName("fieldkit")
    app.setApplicationDisplayName("移动执法箱")
    app.setStyle("Fusion")
    app.setFont(load_fonts())
    apply_theme(app, SettingsFile(home).read().theme)


class Desktop(QObject):
    """What is open: a first page, the log-in, or a kit with its window.

    Args:
        app: the application, dressed.
        home: the kit's folder.
    """

    def __init__(self, app: QApplication, home: Path) -> None:
        super().__init__()
        self._app, self._home = app, home
        self._bridge = Bridge(self)
        self._door: QWidget | None = None
        self._kit: OpenKit | None = None
        self._enrolling: tuple[str, Enrolling] | None = None
        self._visits: OpenVisits | None = None
        self._shut = threading.Event()
        self._shut.set()
        self.window: MainWindow | None = None
        self._hook_before = sys.excepthook
        sys.excepthook = self._surprised

    def begin(self) -> None:
        """Show the log-in, the first page where no kit is, or why the kit that is there can't be opened."""
        try:
            kit_keys.officers(self._home)
        except NotEnrolled:
            self._show_first_page()
        except KnownError as error:
            self._show_shut(error)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._show_shut(KnownError("error.known", what=f"读不了执法箱的密钥文件（{why}）"))
        else:
            self._show_login()

    def _show_shut(self, error: KnownError) -> None:
        from ui.shell.shut_door import ShutDoor

        shut = ShutDoor(error)
        shut.again.connect(self.begin)
        self._replace_door(shut)

    def door(self) -> QWidget | None:
        """Return the window shown before the kit is open."""
        return self._door

    def _show_first_page(self) -> None:
        from ui.shell.first_page import FirstPage

        page = FirstPage(self._bridge, self._make_demo, self._enrol)
        page.made.connect(self._show_login)
        self._replace_door(page)

    def _make_demo(self, ticket: Ticket) -> None:
        from ui import embedded
        from ui.new_kit import make_demo

        self._home.parent.mkdir(parents=True, exist_ok=True)
        make_demo(
            self._home,
            embedded.beside(self._home),
            lambda words: ticket.progress(0, 0, words),
            lambda _lane, done, total, _bytes: ticket.progress(done, total),
            ticket.cancelled,
        )

    def _enrol(self, ticket: Ticket, code: str, number: str, password: str) -> KnownError | None:
        from fieldkit.clock import Clock
        from fieldkit.replica import Replica
        from sync.client import Credentials
        from sync.engine import SyncEngine
        from sync.enrol import Enrolling
        from ui import new_kit

        credentials, clock = Credentials(number, password), Clock()
        self._home.parent.mkdir(parents=True, exist_ok=True)
        ticket.progress(0, 0, "正在登记执法箱")
        if self._enrolling is None or self._enrolling[0] != code:
            self._enrolling = code, Enrolling(code, clock)
        new_kit.make(self._home, self._enrolling[1], credentials, clock)
        self._enrolling = None
        keys = kit_keys.unlock(self._home, number, password)
        with Replica.open(self._home, keys, clock) as replica:
            engine = SyncEngine(replica, clock, lambda: credentials)
            try:
                ticket.progress(0, 0, "正在取回本县档案")
                engine.run(ticket.cancelled, lambda _lane, done, total, _bytes: ticket.progress(done, total))
            except KnownError as error:  # the kit is made; what is missing comes with the next sync
                return error
            finally:
                engine.close()
        return None

    def _show_login(self) -> None:
        login = LoginWindow(self._home, self._bridge)
        login.unlocked.connect(self._unlocked)
        self._replace_door(login)

    def _replace_door(self, door: QWidget | None) -> None:
        before, self._door = self._door, door
        if door is not None:
            door.show()
        if before is not None:
            before.hide()
            before.deleteLater()

    def _unlocked(self, keys: Keys, number: str, password: str) -> None:
        home, login, shut = self._home, self._door, self._shut

        def open_files(_: Ticket) -> OpenKit:
            shut.wait()  # the kit of the officer before: its last sync step and copy may take seconds
            from sync.client import Credentials
            from ui.open_kit import OpenKit
            from ui.shell import window  # noqa: F401  # its imports are long: here they don't hold the log-in

            return OpenKit(home, keys, Credentials(number, password))

        def failed(error: KnownError) -> None:
            if isinstance(login, LoginWindow):
                login.fail(error)

        self._bridge.run(open_files, self, self._opened, failed, doing="打开执法箱")

    def _opened(self, kit: OpenKit) -> None:
        from ui.inspection.open_visits import OpenVisits
        from ui.shell.places import Page
        from ui.shell.session import Session
        from ui.shell.window import MainWindow

        self._kit = kit
        bridge = Bridge(self)
        bridge.watch(kit.replica.subscribe)
        session = Session(
            home=kit.home,
            keys=kit.keys,
            replica=kit.replica,
            clock=kit.clock,
            bridge=bridge,
            officer=kit.officer,
            county=kit.enrolment.county,
            county_name=kit.enrolment.county_name,
            settings=kit.settings,
            devices=kit.devices,
            syncing=kit.syncing,
            duty=kit.duty,
        )

        visits = OpenVisits(kit.tools, bridge.post, self._tell_unsaved)
        self._visits = visits

        def open_visit(visit_id: str) -> Page:
            from ui.inspection.visit_page import VisitPage

            work = visits.open(visit_id)
            try:
                return VisitPage(work, leave=visits.leave)
            except BaseException:
                visits.leave(work)
                raise

        self.window = MainWindow(session, open_visit, kit.begin_visit)
        self.window.logged_out.connect(self._logged_out)
        self.window.resize(1366, 768)
        if self._app.primaryScreen().availableSize().width() <= 1400:
            self.window.showMaximized()
        else:
            self.window.show()
        self._replace_door(None)
        kit.start()
        QTimer.singleShot(0, self, _freeze)

    def _logged_out(self) -> None:
        """Lock at once; the workers of the kit end behind the log-in window."""
        self.begin()
        self._shut = shut = threading.Event()
        self._drain()
        kit = self._let_go()
        if kit is None:
            shut.set()
            return

        def close(_: Ticket) -> None:
            try:
                kit.close()
            finally:
                shut.set()

        self._bridge.run(close, self, doing="锁定")

    def _tell_unsaved(self, words: str) -> None:
        if self.window is not None:
            self.window.notice.tell("danger", words, action="知道了")

    def _drain(self) -> None:
        """Let the visits that were left save and read to the end, in sight and for a bounded time."""
        visits, self._visits = self._visits, None
        if visits is None:
            return
        note: QLabel | None = None
        deadline = time.monotonic() + SAVING_S
        while visits.unfinished() and time.monotonic() < deadline:
            words = "正在保存，请不要关机：\n" + "\n".join(visits.unfinished())
            if note is None:
                note = QLabel()
                note.setMargin(32)
                note.setWindowTitle("移动执法箱")
                note.show()
            note.setText(words)
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        lost = visits.unfinished()
        visits.close(1.0)
        if note is not None:
            note.hide()
            note.deleteLater()
        if lost:
            logger.error("not saved at the end: %s", "; ".join(lost))
            QMessageBox.critical(None, "没有存上", "以下内容没有存上：\n" + "\n".join(lost))

    def _let_go(self) -> OpenKit | None:
        window, self.window = self.window, None
        kit, self._kit = self._kit, None
        if window is not None:
            window.session.bridge.close()
            window.deleteLater()
        return kit

    def end(self) -> None:
        """Close what is open and join every worker."""
        if self.window is not None:
            self.window.close()
        self._drain()
        kit = self._let_go()
        if kit is not None:
            kit.close()
        self._shut.wait()
        self._bridge.close()
        sys.excepthook = self._hook_before

    def _surprised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an error no one caught on this thread and offer it as a report, rather than end the day's work."""
        logger.error("not caught", exc_info=(kind, error, trace))
        if self.window is not None:
            report = Report("", "".join(traceback.format_exception(kind, error, trace)))
            self.window.session.bridge.reported.emit(report)


def _freeze() -> None:
    gc.collect()
    gc.freeze()


def main() -> int:
    """Run the desktop and return its exit code."""
    why_not = unusable()
    if why_not:
        print(why_not, file=sys.stderr)
        return 1
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(SWITCH_S)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    app = QApplication(sys.argv[:1])
    home = kit_home()
    dress(app, home)
    desktop = Desktop(app, home)
    desktop.begin()
    try:
        return app.exec()
    finally:
        desktop.end()
