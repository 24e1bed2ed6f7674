"""What was left out of the visit, each with the way back."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.surfaces import clear_layout
from ui.style.words import body, section, set_look


class AsideList(QWidget):
    """已移出; hidden while nothing was left out."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        self._session = session
        self._shown: object = None
        set_look(self, role="clear")
        self.setAccessibleName("已移出的扫描件")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(section("已移出，不随本次检查提交"))
        self._rows = QVBoxLayout()
        column.addLayout(self._rows)
        self.hide()

    def refresh(self) -> None:
        """Show what lies aside; built anew only when it changed."""
        aside, editable = self._session.scanning.aside, self._session.editable
        if (aside, editable) == self._shown:
            return
        self._shown = (aside, editable)
        clear_layout(self._rows)
        for place, (sha256, name) in enumerate(aside, 1):
            row = QHBoxLayout()
            row.addWidget(body(name), 1)
            if editable:
                back = Button("放回", "quiet", "undo-2", name=f"移出 {place} 放回")
                back.clicked.connect(lambda _=False, sha256=sha256: self._session.scanning.put_back(sha256))
                row.addWidget(back)
            holder = QWidget()
            set_look(holder, role="clear")
            row.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(row)
            self._rows.addWidget(holder)
        self.setVisible(bool(aside))
