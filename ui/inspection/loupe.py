"""A closer look at one scan, in place: the straightened page or the original, as wide as there is room."""

from __future__ import annotations

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout

from fieldkit.model.evidence import Evidence
from ui.inspection.paper_view import PaperView
from ui.inspection.scan_pictures import load_picture
from ui.inspection.session import VisitSession
from ui.style.buttons import Button, Choices
from ui.style.surfaces import Card
from ui.style.words import ElidedLabel

SIDE = 2200


class Loupe(Card):
    """One scan, large; closed by 收起."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        self._session = session
        self._item: Evidence | None = None
        self.setAccessibleName("放大查看")
        row = QHBoxLayout()
        self._title = ElidedLabel("", "section")
        row.addWidget(self._title, 1)
        self._which = Choices("查看", [("page", "拉直后", ""), ("original", "原图", "")], compact=True, value="page")
        self._which.chosen.connect(lambda _which: self._load())
        row.addWidget(self._which)
        close = Button("收起", "secondary", "x")
        close.clicked.connect(self.hide)
        row.addWidget(close)
        self.column.addLayout(row)
        self._paper = PaperView("放大的页面")
        self._paper.setMinimumHeight(900)
        self.column.addWidget(self._paper)

    def look_at(self, item: Evidence) -> None:
        """Show a scan."""
        self._item = item
        self._title.set_whole(item.title or item.original.filename)
        self._which.setVisible(item.page is not None)
        self._which.set_value("page" if item.page is not None else "original")
        self._load()
        self.show()

    def _load(self) -> None:
        item, session = self._item, self._session
        if item is None:
            return
        self._paper.show_image(None, "正在打开…")
        blob = item.page if item.page is not None and self._which.value() != "original" else item.original
        session.lane("preview").do(
            lambda: load_picture(session, blob.sha256, SIDE),
            lambda image: self._came(item, image),
            lambda _error: self._paper.show_image(None, "图像打不开"),
        )

    def _came(self, item: Evidence, image: QImage) -> None:
        if item is self._item:
            self._paper.show_image(image if not image.isNull() else None, "图像打不开")
