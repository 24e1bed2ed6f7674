"""The paper as it will print, beside the fields; one page at a time, larger on request."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.inspection.paper_view import PaperView, to_image
from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.words import label, secondary, set_look


class PreviewPanel(QWidget):
    """版面."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        self._session = session
        self._page = 0
        set_look(self, role="clear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._paper = PaperView("笔录版面", "正在排版…")
        column.addWidget(self._paper, 1)
        row = QHBoxLayout()
        self._back = Button("", "quiet", "chevron-left", name="版面上一页")
        self._on = Button("", "quiet", "chevron-right", name="版面下一页")
        self._where = label("", "secondary")
        self._back.clicked.connect(lambda: self._turn(-1))
        self._on.clicked.connect(lambda: self._turn(1))
        row.addWidget(self._back)
        row.addStretch(1)
        row.addWidget(self._where)
        row.addStretch(1)
        row.addWidget(self._on)
        column.addLayout(row)
        self._words = secondary("")
        self._words.hide()
        column.addWidget(self._words)

    def ask(self) -> None:
        """Have the paper brought up to date."""
        self._session.previewing.ask()
        self.show_preview()

    def show_preview(self) -> None:
        """Show what was drawn last; ask again if the record moved on meanwhile."""
        preview = self._session.previewing.preview
        count = len(preview.pages)
        self._page = max(0, min(self._page, count - 1))
        self._paper.show_image(to_image(preview.pages[self._page]) if count else None, "正在排版…")
        self._where.setText(f"第 {self._page + 1} 页 共 {count} 页" if count else "")
        self._back.setEnabled(self._page > 0)
        self._on.setEnabled(self._page + 1 < count)
        self._words.setText(preview.problem)
        self._words.setVisible(bool(preview.problem))
        if self._session.previewing.stale and self.isVisible():
            self._session.previewing.ask()

    def _turn(self, by: int) -> None:
        self._page += by
        self.show_preview()
