"""The preview beside the archive list on wide panels: what one wants to know before opening the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.archives.facts import Facts
from ui.archives.rows import Row
from ui.shell.when import day
from ui.style.buttons import Button
from ui.style.flow import Flow
from ui.style.surfaces import Card, EmptyState, clear_layout
from ui.style.words import Tag, label, set_look

WIDTH = 380
FROM = 1360
"""The page is at least so wide (px) where the preview shows."""


class ArchivePreview(Card):
    """One row, larger.

    Signals:
        opened: the enterprise's id; its archive is wanted.
    """

    opened = Signal(str)

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("企业预览")
        holder = QWidget()
        set_look(holder, role="clear")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.column.addWidget(holder)
        self.column.addStretch(1)
        self.show_row(None)

    def show_row(self, row: Row | None) -> None:
        """Show a row, or what will stand here."""
        clear_layout(self._column)
        if row is None:
            self._column.addWidget(EmptyState("building", "选中一家企业", "这里显示要点，回车打开档案。"))
            return
        enterprise, today = row.enterprise, self._today()
        self._column.addWidget(label(enterprise.name, "section", wrap=True))
        tags = Flow()
        tags.add(Tag(enterprise.level, "accent" if enterprise.level != "一般" else ""))
        if enterprise.demo:
            tags.add(Tag("演示数据", "info", "flask-conical"))
        for reminder in row.reminders:
            tags.add(Tag(reminder.text, reminder.tone))
        self._column.addWidget(tags)
        permit = enterprise.permits[-1] if enterprise.permits else None
        self._column.addWidget(
            Facts(
                (
                    ("信用代码", enterprise.uscc),
                    ("地址", enterprise.address),
                    ("法定代表人", enterprise.legal_person),
                    ("环保联系人", "　".join(filter(None, (enterprise.contact, enterprise.phone)))),
                    ("行业", enterprise.industry_name),
                    ("许可", f"{permit.permit_class}，至{day(permit.valid_to)}" if permit else ""),
                    ("排放口", "、".join(outfall.code for outfall in enterprise.outfalls)),
                    ("上次检查", day(row.last_visit, today) if row.last_visit else "未检查过"),
                ),
                name_width=84,
            )
        )
        button = Button("打开档案", "primary", "archive")
        button.clicked.connect(lambda: self.opened.emit(enterprise.id))
        self._column.addWidget(button)
