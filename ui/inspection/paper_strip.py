"""The enterprise's papers taken in: a strip of pictures with their titles that fills as they arrive."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.model.evidence import Evidence
from ui.inspection.paper_view import PaperView
from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.surfaces import clear_layout
from ui.style.words import ElidedLabel, secondary, set_look


class PaperStrip(QWidget):
    """企业材料.

    Signals:
        looked_closer: the evidence id whose picture was pressed.
    """

    looked_closer = Signal(str)

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        self._session = session
        set_look(self, role="clear")
        self.setAccessibleName("企业材料")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._views: dict[str, PaperView] = {}
        self._shown: tuple[str, ...] | None = None

    def refresh(self, picture: Callable[[Evidence], QImage | None]) -> None:
        """Show the papers; built anew only when one came or went."""
        papers = self._session.scanning.papers
        key = tuple(f"{item.id}{item.title}" for item in papers)
        if key != self._shown:
            self._shown, self._views = key, {}
            clear_layout(self._row)
            for item in papers:
                self._row.addWidget(self._one(item))
            if not papers:
                self._row.addWidget(secondary("还没有企业材料"))
            self._row.addStretch(1)
        for item in papers:
            self._views[item.id].show_image(picture(item), "正在打开…")

    def _one(self, item: Evidence) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        holder.setFixedWidth(120)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        view = PaperView(f"企业材料：{item.title}")
        view.setFixedSize(110, 156)
        view.pressed.connect(lambda: self.looked_closer.emit(item.id))
        self._views[item.id] = view
        column.addWidget(view)
        column.addWidget(ElidedLabel(item.title, "secondary"))
        if self._session.editable:
            back = Button("退回托盘", "quiet", name=f"退回托盘：{item.title}")
            back.clicked.connect(lambda: self._session.scanning.to_tray(item.id))
            column.addWidget(back)
        return holder
