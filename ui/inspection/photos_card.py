"""照片: a strip that fills as photos arrive, each with what it shows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.model.evidence import Evidence
from ui.inspection.paper_view import PaperView
from ui.inspection.scan_pictures import ScanPictures
from ui.inspection.session import VisitSession
from ui.inspection.text_line import TextLine
from ui.style.buttons import Button
from ui.style.surfaces import Card, Notice, clear_layout
from ui.style.words import secondary, set_look


class PhotosCard(Card):
    """The photos of the visit."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__("照片")
        self._session = session
        self._pictures = ScanPictures(session, self.refresh)
        self._shown: tuple[str, ...] | None = None
        self._views: dict[str, PaperView] = {}
        row = QHBoxLayout()
        self._words = secondary("", wrap=False)
        row.addWidget(self._words)
        row.addStretch(1)
        self._add = Button("从文件添加照片", "secondary", "camera")
        self._add.clicked.connect(self._choose)
        row.addWidget(self._add)
        self.column.addLayout(row)
        self._notice = Notice()
        self.column.addWidget(self._notice)
        self._strip = QHBoxLayout()
        self._strip.setSpacing(12)
        self.column.addLayout(self._strip)

    def refresh(self) -> None:
        """Show the photos; built anew only when one came or went."""
        desk = self._session.photos
        photos = desk.photos
        self._add.setVisible(self._session.editable)
        if desk.coming:
            self._words.setText(f"正在存入 {desk.coming} 张…")
        else:
            self._words.setText(f"{len(photos)} 张" if photos else "还没有照片；原图逐字节保存，不改动")
        if desk.problem:
            self._notice.tell("warn", desk.problem)
        else:
            self._notice.hide()
        key = tuple(item.id for item in photos)
        if key != self._shown:
            self._shown, self._views = key, {}
            clear_layout(self._strip)
            for place, item in enumerate(photos, 1):
                self._strip.addWidget(self._one(item, place))
            self._strip.addStretch(1)
        for item in photos:
            self._views[item.id].show_image(self._pictures.get(item), "正在打开…")

    def _one(self, item: Evidence, place: int) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        holder.setFixedWidth(180)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        view = PaperView(f"照片 {place}")
        view.setFixedSize(180, 130)
        self._views[item.id] = view
        column.addWidget(view)
        line = TextLine(f"照片 {place} 证明对象", "证明什么")
        line.show_text(item.title)
        line.typed.connect(lambda text: self._session.photos.describe(item.id, text))
        line.left.connect(lambda: self._session.settle())
        line.setEnabled(self._session.editable)
        column.addWidget(line)
        return holder

    def _choose(self) -> None:
        dialog = QFileDialog(self, "选择照片", "", "照片 (*.jpg *.jpeg *.png)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take)
        dialog.open()

    def _take(self, files: list[str]) -> None:
        for file in files:
            self._session.photos.add(Path(file))
