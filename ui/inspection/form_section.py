"""A section of a form as a card: its fields in a grid, and one tap to confirm what the archive prefilled in it."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from fieldkit.instruments.forms import Field, Section
from ui.inspection.field_frame import FieldFrame
from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.surfaces import Card
from ui.style.words import section as heading

_WIDE = {"long_text", "people", "officers", "choice"}
"""Types that take the whole width of a section."""


class FormSection(Card):
    """One section, made from the form's definition."""

    def __init__(self, session: VisitSession, section: Section, fields: tuple[Field, ...]) -> None:
        super().__init__()
        self._session = session
        self._title = section.title
        self.setAccessibleName(f"笔录：{section.title}")
        head = QHBoxLayout()
        head.addWidget(heading(section.title))
        head.addStretch(1)
        self._confirm = Button("", "secondary", "check", name=f"核对本节：{section.title}")
        self._confirm.clicked.connect(self._agree)
        head.addWidget(self._confirm)
        self.column.addLayout(head)
        self.frames = {field.id: FieldFrame(session, field) for field in fields}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        row, half = 0, False
        for field in fields:
            if field.type in _WIDE:
                row += half
                grid.addWidget(self.frames[field.id], row, 0, 1, 2)
                row, half = row + 1, False
            else:
                grid.addWidget(self.frames[field.id], row, int(half))
                row, half = (row + 1, False) if half else (row, True)
        self.column.addLayout(grid)
        self.refresh()

    def refresh(self) -> None:
        """Show values and marks."""
        for frame in self.frames.values():
            frame.refresh()
        waiting = self._waiting()
        self._confirm.setVisible(len(waiting) > 1 and self._session.editable)
        self._confirm.setText(f"本节 {len(waiting)} 处预填核对无误")

    def focus_target(self, field_id: str) -> QWidget:
        """Return what takes the keyboard for a field."""
        return self.frames[field_id].focus_target()

    def _waiting(self) -> tuple[str, ...]:
        unconfirmed = self._session.unconfirmed()
        return tuple(field for field in self.frames if field in unconfirmed)

    def _agree(self) -> None:
        self._session.confirm(self._waiting(), f"核对 {self._title}")
        self._session.settle()
