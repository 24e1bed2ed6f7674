"""What the panel from the right holds: devices, sync, and who is logged in."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.archives.facts import Facts
from ui.settings.devices_page import device_line
from ui.settings.sync_content import Backlog
from ui.shell.session import Session
from ui.shell.topbar import sync_words
from ui.shell.when import day, moment
from ui.style.buttons import Button
from ui.style.surfaces import Notice
from ui.style.words import Tag, body, label, rule, secondary, set_look


def _column() -> tuple[QWidget, QVBoxLayout]:
    holder = QWidget()
    set_look(holder, role="clear")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    return holder, column


def devices(session: Session, show_page: Callable[[], None]) -> QWidget:
    """Return each device with its state and reason."""
    holder, column = _column()
    for place, status in enumerate(session.devices.statuses):
        if place:
            column.addWidget(rule())
        column.addWidget(device_line(status))
    look = Button("重新查看", "secondary", "refresh-cw", name="重新查看设备")
    look.clicked.connect(session.devices.look)
    page = Button("设备页", "quiet", name="打开设备页")
    page.clicked.connect(show_page)
    column.addSpacing(8)
    column.addWidget(look)
    column.addWidget(page)
    return holder


def duty_words(session: Session) -> str:
    """Return how the officer's own duty stands."""
    state, now = session.duty.state, session.clock.now().at
    since = f"{moment(state.since, now)} 起" if state.since is not None else ""
    return {
        "off": "没有出勤，不记录轨迹",
        "on": f"出勤中，{since}，轨迹 {state.fixes} 个点",
        "interrupted": f"上次没有收勤，{since}；现在没有记录，到“今日”继续或收勤",
    }[state.status]


def syncing(session: Session, backlog: Backlog, show_page: Callable[[], None]) -> QWidget:
    """Return how syncing stands, why, and what to do."""
    holder, column = _column()
    state = session.syncing.state
    words, tone, icon = sync_words(state, backlog)
    column.addWidget(Tag(words, tone, icon))
    if backlog.attention:
        column.addWidget(Tag(backlog.attention_words(), "warn", "triangle-alert"))
        column.addWidget(body("这些不会自动上传。请打开同步页，看每一项的原因和办法。", "warn"))
    if backlog.going:
        column.addWidget(body(f"{backlog.words()}，有网络时自动上传。"))
    elif not backlog.attention:
        column.addWidget(body("没有待传内容。"))
    if state.last_at is not None:
        column.addWidget(secondary(f"上次成功 {moment(state.last_at, session.clock.now().at)}"))
    if state.error is not None:
        notice = Notice()
        notice.fail(state.error)
        column.addWidget(notice)
    now = Button("立即同步", "primary", "refresh-cw", name="立即同步（侧栏）")
    now.clicked.connect(session.syncing.now)
    page = Button("查看每一项", "quiet", name="打开同步页")
    page.clicked.connect(show_page)
    column.addSpacing(8)
    column.addWidget(now)
    column.addWidget(page)
    return holder


def officer(session: Session, show_settings: Callable[[], None], lock: Callable[[], None]) -> QWidget:
    """Return who is logged in, until when the enforcement ID is valid, and how to lock the kit."""
    holder, column = _column()
    who = session.officer
    column.addWidget(label(who.name, "title"))
    column.addWidget(
        Facts(
            (
                ("执法证号", who.number),
                ("单位", who.unit),
                ("中队", who.squad),
                ("职务", who.role),
                ("出勤", duty_words(session)),
                ("执法证有效", f"至 {day(who.expires_on)}" if who.expires_on else "没有记录"),
            )
        )
    )
    if who.expires_on is not None and who.expires_on < session.today():
        column.addWidget(Tag("执法证已过期，不能作为检查人员", "danger"))
    settings = Button("设置", "secondary", "settings", name="打开设置")
    settings.clicked.connect(show_settings)
    leave = Button("锁定并换人", "secondary", "lock")
    leave.clicked.connect(lock)
    column.addSpacing(8)
    column.addWidget(settings)
    column.addWidget(leave)
    return holder
