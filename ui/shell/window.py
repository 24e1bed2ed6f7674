"""The main window: top bar, rail, the pages and the way between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from devices.status import DeviceStatus
from fieldkit.errors import KnownError
from ui.archives.archive_page import ArchivePage
from ui.archives.list_page import ArchiveListPage
from ui.archives.past_visit_page import PastVisitPage
from ui.archives.visits_page import VisitsPage
from ui.bridge import Report, Ticket
from ui.settings.devices_page import DevicesPage
from ui.settings.settings_page import SettingsPage
from ui.settings.sync_content import Backlog, count
from ui.settings.sync_page import SyncPage
from ui.settings.syncing import SyncState
from ui.shell import panels
from ui.shell.places import RAIL_OF, Page, Place, PlaceName
from ui.shell.rail import Rail
from ui.shell.report import ReportStrip
from ui.shell.search_popup import SearchPopup
from ui.shell.session import Session
from ui.shell.side_panel import SidePanel
from ui.shell.topbar import TopBar
from ui.style.sheet import apply_theme
from ui.style.surfaces import Notice
from ui.style.tokens import ThemeName, sizes
from ui.style.words import set_look
from ui.tasks.content import of_squad
from ui.tasks.tasks_page import TasksPage
from ui.tasks.today_page import TodayPage

if TYPE_CHECKING:
    from fieldkit.replica.search import Hit

SETTLE_MS = 80
"""Touches of the replica closer together than this refresh a page once."""
LASTING: tuple[PlaceName, ...] = ("today", "tasks", "archives", "visits", "sync", "devices", "settings")
CHIPS_NARROW_BELOW = 1500


class MainWindow(QMainWindow):
    """Everything behind the log-in.

    Args:
        session: the open kit.
        open_visit: makes the page of an open visit.
        begin_visit: makes an open visit of an enterprise for a task ("" for none) and returns its id; runs on a
            worker thread.

    Signals:
        logged_out: the officer asked to lock the kit; the window has closed.
    """

    logged_out = Signal()

    def __init__(
        self, session: Session, open_visit: Callable[[str], Page], begin_visit: Callable[[str, str], str]
    ) -> None:
        super().__init__()
        self.session, self._open_visit, self._begin_visit = session, open_visit, begin_visit
        self.setWindowTitle("移动执法箱")
        self.setMinimumSize(1024, 680)
        self._history: list[Place] = []
        self._lasting: dict[PlaceName, Page] = {}
        self._dirty: set[Page] = set()
        self._touched: set[str] = set()
        where = " · ".join(filter(None, (session.county_name, session.officer.squad)))
        self.topbar = TopBar(where, session.officer.name, session.devices.statuses)
        self.rail = Rail()
        self.notice = Notice()
        self.report = ReportStrip()
        self.stack = QStackedWidget()
        whole = QWidget()
        set_look(whole, role="page")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.topbar)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        self._middle = QWidget()
        set_look(self._middle, role="clear")
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.notice)
        middle.addWidget(self.report)
        middle.addWidget(self.stack, 1)
        row.addWidget(self._middle, 1)
        column.addLayout(row, 1)
        self.setCentralWidget(whole)
        self.panel = SidePanel(self._middle)
        self.search = SearchPopup(self.topbar.search, session.replica, session.bridge, whole)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._refresh_touched)
        self._backlog = Backlog()
        self._sync_shown = session.syncing.state.state
        self._stop_listening: list[Callable[[], None]] = []
        self._connect()
        self.go(Place("today"))
        recovered = session.replica.recovered
        if recovered:
            self.notice.tell(
                "warn", "\n".join(notice.zh for notice in recovered), "\n".join(n.en for n in recovered), "知道了"
            )

    def _connect(self) -> None:
        session, bridge = self.session, self.session.bridge
        self.topbar.back.connect(self.back)
        self.topbar.devices_pressed.connect(self._devices_panel)
        self.topbar.sync_pressed.connect(self._sync_panel)
        self.topbar.officer_pressed.connect(self._officer_panel)
        self.panel.closed.connect(self.topbar.uncheck)
        self.rail.chosen.connect(lambda name: self.go(Place(cast("PlaceName", name))))
        self.rail.fold_toggled.connect(self._fold)
        self.notice.acted.connect(self.notice.hide)
        self.search.opened.connect(self._open_hit)
        bridge.reported.connect(self._report)
        bridge.touched.connect(self._touch)
        self._stop_listening.append(
            session.devices.listen(lambda statuses: bridge.post(lambda: self._show_devices(statuses)))
        )
        self._stop_listening.append(session.syncing.listen(lambda state: bridge.post(lambda: self._show_sync(state))))
        for keys, act in (
            ("Ctrl+K", self.topbar.focus_search),
            ("Alt+Left", self.back),
            ("F5", session.syncing.now),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)
        self._count()
        self._show_sync(session.syncing.state)

    # moving

    def go(self, place: Place) -> None:
        """Show a place; where one was is remembered for 返回."""
        if self._history and self._history[-1] == place:
            self.panel.close_panel()
            return
        self._history.append(place)
        try:
            self._show(place)
        except BaseException:
            self._history.remove(place)  # the page could not be made: one is still where one was
            raise

    def back(self) -> None:
        """Show where one was before."""
        if self.panel.isVisible():
            self.panel.close_panel()
        elif len(self._history) > 1:
            self._history.pop()
            self._show(self._history[-1])

    def place(self) -> Place:
        """Return where one is."""
        return self._history[-1]

    def page(self) -> Page:
        """Return the page that shows."""
        return cast("Page", self.stack.currentWidget())

    def _show(self, place: Place) -> None:
        self.panel.close_panel()
        leaving = self.stack.currentWidget()
        try:
            page = self._page(place)
        except KnownError as error:
            self._history.pop()
            self.notice.fail(error, "知道了")
            return
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        if isinstance(leaving, Page) and leaving is not page and leaving not in self._lasting.values():
            leaving.leave()
            self.stack.removeWidget(leaving)
            leaving.deleteLater()
        self.rail.mark(RAIL_OF.get(place.name, place.name))
        self.topbar.back_button.setEnabled(len(self._history) > 1)
        self._dirty.discard(page)
        page.refresh()
        page.focus_first()

    def _page(self, place: Place) -> Page:
        if place.name in LASTING:
            if place.name not in self._lasting:
                self._lasting[place.name] = self._wire(self._make_lasting(place.name))
            return self._lasting[place.name]
        if place.name == "archive":
            return self._wire(ArchivePage(self.session, place.id))
        if place.name == "past_visit":
            return self._wire(PastVisitPage(self.session, place.id))
        return self._wire(self._open_visit(place.id))

    def _make_lasting(self, name: PlaceName) -> Page:
        if name == "settings":
            settings = SettingsPage(self.session)
            settings.theme_chosen.connect(self._choose_theme)
            return settings
        makers: dict[PlaceName, Callable[[Session], Page]] = {
            "today": TodayPage,
            "tasks": TasksPage,
            "archives": ArchiveListPage,
            "visits": VisitsPage,
            "sync": SyncPage,
            "devices": DevicesPage,
        }
        return makers[name](self.session)

    def _wire(self, page: Page) -> Page:
        page.go.connect(self.go)
        page.start_visit.connect(self.start_visit)
        return page

    def start_visit(self, enterprise_id: str, task_id: str) -> None:
        """Begin an inspection and show it."""
        begin = self._begin_visit

        def make(_: Ticket) -> str:
            return begin(enterprise_id, task_id)

        self.session.bridge.run(
            make, self, lambda visit_id: self.go(Place("visit", visit_id)), self._failed, doing="开始检查"
        )

    def _failed(self, error: KnownError) -> None:
        self.notice.fail(error, "知道了")

    def _report(self, report: Report) -> None:
        self.report.offer(report)

    def _open_hit(self, hit: Hit) -> None:
        replica = self.session.replica

        def find(_: Ticket) -> Place | None:
            if hit.kind == "enterprise":
                return Place("archive", hit.id)
            if hit.kind == "visit":
                return Place("visit" if replica.visits.state(hit.id) == "open" else "past_visit", hit.id)
            thing = replica.tasks.get(hit.id) if hit.kind == "task" else replica.petitions.get(hit.id)
            return Place("archive", thing.enterprise_id) if thing is not None and thing.enterprise_id else None

        def show(place: Place | None) -> None:
            if place is not None:
                self.go(place)
            else:
                self.notice.tell("info", f"“{hit.title}”没有关联企业。", action="知道了")

        self.session.bridge.run(find, self, show, self._failed, doing="打开搜索结果")

    # following

    def _touch(self, kinds: frozenset[str]) -> None:
        self._touched |= kinds
        if "finished" in kinds:
            self.session.syncing.now()
        if not self._settle.isActive():
            self._settle.start()

    def _refresh_touched(self) -> None:
        kinds, self._touched = frozenset(self._touched), set()
        if kinds & {"outbox", "blob", "task", "visit"}:
            self._count()
        page = self.page()
        if page.wants & kinds:
            page.refresh()

    def _count(self) -> None:
        replica, squad = self.session.replica, self.session.officer.squad

        def read(_: Ticket) -> tuple[int, int, Backlog]:
            return len(of_squad(replica.tasks.open(), squad)), len(replica.visits.open()), count(replica)

        self.session.bridge.run(read, self, self._show_counts, doing="计数")

    def _show_counts(self, counts: tuple[int, int, Backlog]) -> None:
        tasks, visits, backlog = counts
        renew, self._backlog = backlog != self._backlog, backlog
        self.rail.count("tasks", tasks)
        self.rail.count("visits", visits)
        self.rail.count("sync", backlog.operations + backlog.attention + backlog.blobs)
        self.topbar.show_sync(self.session.syncing.state, backlog)
        if renew:
            self._renew_panel("同步", self._sync_content)

    def _show_devices(self, statuses: tuple[DeviceStatus, ...]) -> None:
        self.topbar.show_devices(statuses)
        self._renew_panel("设备", self._devices_content)
        page = self.page()
        if isinstance(page, TodayPage | DevicesPage):
            page.show_devices(statuses)

    def _show_sync(self, state: SyncState) -> None:
        self.topbar.show_sync(state, self._backlog)
        if state.state != self._sync_shown:
            self._sync_shown = state.state
            self._renew_panel("同步", self._sync_content)
        page = self._lasting.get("sync")
        if isinstance(page, SyncPage):
            page.show_state(state)
            if state.state != "running" and page is self.page():
                page.refresh()

    # panels, look, end

    def _devices_panel(self) -> None:
        self._open_panel("设备", self._devices_content())

    def _devices_content(self) -> QWidget:
        return panels.devices(self.session, lambda: self.go(Place("devices")))

    def _sync_panel(self) -> None:
        self._open_panel("同步", self._sync_content())

    def _sync_content(self) -> QWidget:
        return panels.syncing(self.session, self._backlog, lambda: self.go(Place("sync")))

    def _officer_panel(self) -> None:
        content = panels.officer(self.session, lambda: self.go(Place("settings")), self.lock)
        self._open_panel("执法人员", content)

    def _open_panel(self, heading: str, content: QWidget) -> None:
        if self.panel.isVisible() and self.panel.accessibleName() == f"侧栏 {heading}":
            self.panel.close_panel()
        else:
            self.topbar.uncheck()
            self.panel.open_with(heading, content)

    def _renew_panel(self, heading: str, make: Callable[[], QWidget]) -> None:
        """Bring an open panel up to date."""
        if self.panel.isVisible() and self.panel.accessibleName() == f"侧栏 {heading}":
            self.panel.open_with(heading, make())

    def _choose_theme(self, name: str) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, cast("ThemeName", name))
        settings = self.session.settings
        settings.change(theme=name)

    def _fold(self, folded: bool) -> None:
        self.session.settings.change(rail_folded=folded)
        self._fit()

    def _fit(self) -> None:
        folded = self.session.settings.read().rail_folded
        self.rail.fold(folded, forced=self.width() < sizes().fold_below)
        self.topbar.set_narrow(self.width() < CHIPS_NARROW_BELOW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the rail when there is little room."""
        self._fit()
        super().resizeEvent(event)

    def lock(self) -> None:
        """Close the kit and go back to the log-in."""
        self.close()
        self.logged_out.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let every page save and end its work."""
        for stop in self._stop_listening:
            stop()
        self._stop_listening = []
        current = self.stack.currentWidget()
        if isinstance(current, Page):
            current.leave()
        for page in self._lasting.values():
            if page is not current:
                page.leave()
        super().closeEvent(event)
