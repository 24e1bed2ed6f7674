"""A page in the tray: its picture, why it waits, and the three things a person may say of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.model.evidence import Evidence
from ui.inspection.paper_view import PaperView
from ui.inspection.scanning import bindable
from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.words import Tag, secondary, set_look

PAPERS = ("营业执照", "排污许可证", "环评批复", "验收意见", "危险废物转移联单", "监测报告", "现场平面图", "生产台账")
"""What enterprises are usually asked for; any other title can be typed."""


class TrayItem(QFrame):
    """One page that waits.

    Signals:
        looked_closer: the evidence id whose picture was pressed.
    """

    looked_closer = Signal(str)

    def __init__(self, session: VisitSession, item: Evidence, place: int) -> None:
        super().__init__()
        self._session, self._item, self._name = session, item, f"托盘 {place}"
        set_look(self, role="card", tone="warn")
        self.setAccessibleName(f"{self._name}：{item.original.filename}")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(16)
        self.paper = PaperView(f"{self._name} 图像", "正在打开…")
        self.paper.setFixedSize(110, 156)
        self.paper.pressed.connect(lambda: self.looked_closer.emit(item.id))
        row.addWidget(self.paper, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(Tag(item.tray, "warn"))
        column.addWidget(secondary(item.original.filename))
        column.addLayout(self._paper_row())
        column.addLayout(self._page_row())
        column.addStretch(1)
        row.addLayout(column, 1)

    def show_scan(self, image: QImage | None) -> None:
        """Show the straightened picture."""
        self.paper.show_image(image, "没有图像")

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard."""
        return self._title

    def _paper_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._title = QComboBox()
        self._title.setEditable(True)
        self._title.addItems(PAPERS)
        self._title.setCurrentIndex(-1)
        self._title.setAccessibleName(f"{self._name} 材料名称")
        line = self._title.lineEdit()
        if line is not None:
            line.setPlaceholderText("材料名称，如 排污许可证")
        take = Button("存为企业材料", "secondary", "folder-open", name=f"{self._name} 存为企业材料")
        take.clicked.connect(self._as_paper)
        row.addWidget(self._title, 1)
        row.addWidget(take)
        return row

    def _page_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for status in self._session.scanning.pages():
            if not status.scans and bindable(self._item):
                button = Button(
                    f"这是第 {status.page} 页", "quiet", "file-check", name=f"{self._name} 认定为第 {status.page} 页"
                )
                button.clicked.connect(
                    lambda _=False, page=status.page: self._session.scanning.bind_by_hand(self._item.id, page)
                )
                row.addWidget(button)
        row.addStretch(1)
        drop = Button("与本次无关，移出", "quiet", "x", name=f"{self._name} 移出")
        drop.clicked.connect(lambda: self._session.scanning.set_aside(self._item.id))
        row.addWidget(drop)
        return row

    def _as_paper(self) -> None:
        title = self._title.currentText().strip()
        set_look(self._title, tone="" if title else "danger")
        if title:
            self._session.scanning.classify(self._item.id, title)
        else:
            self._title.setFocus()
