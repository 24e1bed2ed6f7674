"""One archive: header with what to know and the main action, then its groups as anchored sections."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.archives.content import Archive, read
from ui.archives.groups import basics, history, outfalls, papers, permits, petitions, projects, tasks
from ui.bridge import Latest
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.style.buttons import Button
from ui.style.flow import Flow
from ui.style.surfaces import Notice, Scroll, clear_layout
from ui.style.words import Tag, label, secondary, set_look
from ui.tasks.content import distance_m, distance_words

COPIED_MS = 1500


class ArchivePage(Page):
    """Everything the kit knows of one enterprise."""

    wants = frozenset({"enterprise", "visit", "task", "petition", "outbox"})

    def __init__(self, session: Session, enterprise_id: str) -> None:
        super().__init__()
        self._session, self._id = session, enterprise_id
        self._latest = Latest(session.bridge, self)
        self._archive: Archive | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._head = QFrame()
        set_look(self._head, role="topbar")
        self._head_column = QVBoxLayout(self._head)
        self._head_column.setContentsMargins(24, 16, 24, 8)
        self._head_column.setSpacing(8)
        whole.addWidget(self._head)
        self.notice = Notice()
        whole.addWidget(self.notice)
        self._scroll = Scroll()
        whole.addWidget(self._scroll, 1)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        self._wide, self._narrow = QVBoxLayout(), QVBoxLayout()
        self._wide.setSpacing(16)
        self._narrow.setSpacing(16)
        columns.addLayout(self._wide, 1)
        side = QWidget()
        set_look(side, role="clear")
        side.setFixedWidth(380)
        side_column = QVBoxLayout(side)
        side_column.setContentsMargins(0, 0, 0, 0)
        side_column.addLayout(self._narrow)
        side_column.addStretch(1)
        columns.addWidget(side)
        self._scroll.column.addLayout(columns)
        self._scroll.column.addStretch(1)
        self._anchors: dict[str, QWidget] = {}
        self.start: Button | None = None

    def refresh(self) -> None:
        """Read the archive anew."""
        replica, enterprise_id, today = self._session.replica, self._id, self._session.today()
        self._latest.ask(lambda _: read(replica, enterprise_id, today), self._show, self._failed, doing="打开企业档案")

    def _failed(self, error: KnownError) -> None:
        self.notice.fail(error)

    def _show(self, archive: Archive) -> None:
        self.notice.hide()
        if archive == self._archive:
            return
        self._archive = archive
        at = self._scroll.verticalScrollBar().value()
        self._show_sections(archive)
        self._show_head(archive)
        QTimer.singleShot(0, self, lambda: self._scroll.verticalScrollBar().setValue(at))

    def _show_head(self, archive: Archive) -> None:
        clear_layout(self._head_column)
        enterprise = archive.enterprise
        top = QWidget()
        set_look(top, role="clear")
        row = QHBoxLayout(top)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(label(enterprise.name, "title", wrap=True, selectable=True))
        under = QHBoxLayout()
        under.setSpacing(4)
        if enterprise.uscc:
            code = label(enterprise.uscc, "secondary", selectable=True)
            code.setAccessibleName(f"统一社会信用代码 {enterprise.uscc}")
            under.addWidget(code)
            copy = Button("复制", "quiet", "copy", name="复制统一社会信用代码")
            copy.clicked.connect(lambda: self._copy(copy, enterprise.uscc))
            under.addWidget(copy)
        way = distance_words(distance_m(self._session.devices.fix(), enterprise.point))
        under.addWidget(secondary("　".join(filter(None, (enterprise.address or enterprise.town, way)))), 1)
        words.addLayout(under)
        row.addLayout(words, 1)
        visit = archive.open_visit()
        self.start = Button("继续检查" if visit else "开始检查", "primary", "clipboard-check", main=True)
        self.start.clicked.connect(self.begin)
        row.addWidget(self.start)
        self._head_column.addWidget(top)
        tags = Flow()
        tags.add(Tag(enterprise.level, "accent" if enterprise.level != "一般" else ""))
        if enterprise.demo:
            tags.add(Tag("演示数据", "info", "flask-conical"))
        for reminder in archive.reminders:
            tags.add(Tag(reminder.text, reminder.tone))
        self._head_column.addWidget(tags)
        anchors = QWidget()
        set_look(anchors, role="clear")
        anchor_row = QHBoxLayout(anchors)
        anchor_row.setContentsMargins(0, 0, 0, 0)
        anchor_row.setSpacing(24)
        for name in self._anchors:
            button = Button(name, "link", name=f"转到 {name}")
            button.clicked.connect(lambda _=False, name=name: self.jump(name))
            anchor_row.addWidget(button)
        anchor_row.addStretch(1)
        self._head_column.addWidget(anchors)

    def _show_sections(self, archive: Archive) -> None:
        clear_layout(self._wide)
        clear_layout(self._narrow)
        self._anchors = {}
        today = self._session.today()
        wide = (
            ("检查历史", history(archive, today, lambda visit_id: self.go.emit(self._place_of(visit_id)))),
            ("排污许可", permits(archive.enterprise, today)),
            ("建设项目", projects(archive.enterprise)),
            ("排放口", outfalls(archive.enterprise)),
        )
        narrow = (
            ("基本信息", basics(archive.enterprise)),
            ("任务", tasks(archive, today)),
            ("信访", petitions(archive, today)),
            ("附件", papers(archive.enterprise)),
        )
        for place, cards in ((self._wide, wide), (self._narrow, narrow)):
            for name, card in cards:
                place.addWidget(card)
                self._anchors[name] = card
        self._wide.addStretch(1)

    def _place_of(self, visit_id: str) -> Place:
        archive = self._archive
        running = archive is not None and any(
            visit.id == visit_id and visit.state == "open" for visit in archive.visits
        )
        return Place("visit" if running else "past_visit", visit_id)

    def jump(self, name: str) -> None:
        """Scroll a section to the top."""
        card = self._anchors[name]
        body = self._scroll.widget()
        if body is not None:
            self._scroll.verticalScrollBar().setValue(max(card.mapTo(body, card.rect().topLeft()).y() - 16, 0))

    def begin(self) -> None:
        """Begin the inspection, or go on with the one that is open."""
        archive = self._archive
        if archive is None:
            return
        visit, task = archive.open_visit(), archive.open_task()
        if visit is not None:
            self.go.emit(Place("visit", visit.id))
        else:
            self.start_visit.emit(self._id, task.id if task else "")

    def _copy(self, button: Button, code: str) -> None:
        QApplication.clipboard().setText(code)
        button.setText("已复制")
        button.set_icon("check")

        def settle() -> None:
            button.setText("复制")
            button.set_icon("copy")

        QTimer.singleShot(COPIED_MS, button, settle)

    def focus_first(self) -> None:
        """Begin at the main action."""
        if self.start is not None:
            self.start.setFocus()
