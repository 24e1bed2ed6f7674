"""同步: today's line, what waits and why, sync now with progress and a way out, what the last one did."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from sync.report import SyncReport
from ui.bridge import Latest
from ui.settings.sync_content import KIND_WORDS, STATE_WORDS, Backlog, Waiting, next_try, read
from ui.settings.syncing import SyncState
from ui.shell.places import Page
from ui.shell.session import Session
from ui.shell.when import moment, size
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, EmptyState, Notice, Progress, Scroll, clear_layout, page_head
from ui.style.words import ElidedLabel, Tag, body, label, rule, secondary, set_look


class SyncPage(Page):
    """Nothing here needs a decision on a good day; on a bad one it says what and why."""

    wants = frozenset({"outbox", "blob", "blobs", "enrolment"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._latest = Latest(session.bridge, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll(width=960)
        whole.addWidget(scroll)
        scroll.column.setSpacing(16)
        scroll.column.addLayout(page_head("同步"))
        self._now = Card()
        self._now.setAccessibleName("同步状态卡")
        row = QHBoxLayout()
        row.setSpacing(16)
        self._icon = IconLabel("cloud", "ink-quiet", 40)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._state = label("", "section")
        self._line = secondary("")
        words.addWidget(self._state)
        words.addWidget(self._line)
        self.attention = body("", "warn")
        self.attention.hide()
        words.addWidget(self.attention)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        self.button = Button("立即同步", "primary", "refresh-cw", main=True)
        self.button.clicked.connect(session.syncing.now)
        row.addWidget(self.button)
        self._now.column.addLayout(row)
        self.progress = Progress()
        self.progress.cancelled.connect(session.syncing.cancel)
        self._now.column.addWidget(self.progress)
        self.notice = Notice()
        self._now.column.addWidget(self.notice)
        scroll.column.addWidget(self._now)
        self._list = Card("待传内容")
        holder = QWidget()
        set_look(holder, role="clear")
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(10)
        self._list.column.addWidget(holder)
        scroll.column.addWidget(self._list)
        self._last = Card("最近一次同步")
        self._last_rows = QVBoxLayout()
        self._last_rows.setSpacing(8)
        self._last.column.addLayout(self._last_rows)
        scroll.column.addWidget(self._last)
        scroll.column.addStretch(1)
        self._waiting: Waiting | None = None
        self.show_state(session.syncing.state)

    def refresh(self) -> None:
        """Read what waits anew."""
        replica = self._session.replica
        self._latest.ask(lambda _: read(replica), self._show, self._failed, doing="打开同步")

    def _failed(self, error: KnownError) -> None:
        self.notice.fail(error)

    def show_state(self, state: SyncState) -> None:
        """Show how syncing stands; called in the GUI thread at each change."""
        now = self._session.clock.now().at
        words, icon, tint = {
            "never": ("这次开机后还没有同步", "cloud", "ink-quiet"),
            "running": ("正在同步", "refresh-cw", "accent"),
            "done": ("已与服务器一致", "cloud", "ok"),
            "offline": ("离线：内容都在本机，有网络时自动上传", "cloud-off", "ink-quiet"),
            "failed": ("同步没有完成", "triangle-alert", "warn"),
        }[state.state]
        backlog = self._waiting.backlog if self._waiting is not None else Backlog()
        if state.state == "done" and (backlog.going or backlog.attention):
            words, icon, tint = "这次同步已结束，还有内容没有传完", "cloud-upload", "ink"
        if state.state in {"never", "done"} and backlog.attention:
            icon, tint = "triangle-alert", "warn"
        self._state.setText(words)
        self._icon.show_icon(icon, tint)
        at = f"上次成功 {moment(state.last_at, now)}" if state.last_at else "本次登录后尚未成功同步"
        server = self._waiting.server if self._waiting is not None else ""
        self._line.setText("　".join(filter(None, (backlog.words(), at, server))))
        self.attention.setText(f"{backlog.attention_words()}：不会自动上传，见下面每一项的办法")
        self.attention.setVisible(bool(backlog.attention))
        running = state.state == "running"
        self.button.setVisible(not running)
        if running:
            self.progress.start(_running_words(state), name="取消同步")
            self.progress.step(state.done, state.total)
        else:
            self.progress.hide()
        if state.error is not None:
            self.notice.fail(state.error)
        else:
            self.notice.hide()
        self._show_last(state)

    def _show_last(self, state: SyncState) -> None:
        clear_layout(self._last_rows)
        self._last.setVisible(state.last is not None)
        if state.last is None:
            return
        for text in _report_lines(state.last):
            self._last_rows.addWidget(body(text))
        for problem in state.last.problems[:5]:
            self._last_rows.addWidget(body(problem.why, "warn"))

    def _show(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self.show_state(self._session.syncing.state)
        clear_layout(self._rows)
        if not waiting.items and not waiting.blobs:
            self._rows.addWidget(
                EmptyState(
                    "circle-check",
                    "没有待传内容",
                    "提交的检查先排在这里，后台收到后自动离开；每一项都会说明为什么还没走。",
                )
            )
        now = self._session.clock.now().at
        offline = self._session.syncing.state.state == "offline"
        for place, item in enumerate(waiting.items):
            if place:
                self._rows.addWidget(rule())
            row = QWidget()
            set_look(row, role="clear")
            row.setAccessibleName(f"待传 {item.title}")
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(16)
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addWidget(ElidedLabel(f"{KIND_WORDS.get(item.kind, item.kind)}　{item.title}"))
            why = item.why or ("现在连不上服务器" if offline else "")
            words.addWidget(secondary("　".join(filter(None, (why, next_try(item, now))))))
            line.addLayout(words, 1)
            text, tone, icon = STATE_WORDS.get(item.state, (item.state, "", ""))
            line.addWidget(Tag(text, tone, icon), 0, Qt.AlignmentFlag.AlignTop)
            self._rows.addWidget(row)
        if waiting.blobs:
            if waiting.items:
                self._rows.addWidget(rule())
            self._rows.addWidget(
                secondary(f"随附扫描件、照片和打印件 {waiting.blobs} 个，共 {size(waiting.blob_bytes)}")
            )


def _running_words(state: SyncState) -> str:
    amount = f"　{state.done}/{state.total}" if state.total else f"　{state.done}" if state.done else ""
    sent = f"　已传 {size(state.sent_bytes)}" if state.sent_bytes else ""
    return f"{state.words}{amount}{sent}"


def _report_lines(report: SyncReport) -> tuple[str, ...]:
    up = f"上传 {report.operations} 项，后台确认 {report.acknowledged} 项" if report.operations else "没有要上传的记录"
    blobs = f"附件 {report.blobs} 个，{size(report.blob_bytes)}" if report.blobs else ""
    down = f"取回更新 {report.changes} 条" if report.changes else "档案和任务没有更新"
    return tuple(filter(None, (up, blobs, down)))
