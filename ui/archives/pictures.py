"""Pages, scans and photos of a visit as a strip; pressed, one opens large below, in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from fieldkit.model.record import BlobRef
from fieldkit.model.visit import Visit
from ui.bridge import Bridge, Latest, Ticket
from ui.style.buttons import Button
from ui.style.flow import Flow
from ui.style.surfaces import Notice
from ui.style.words import ElidedLabel, set_look

if TYPE_CHECKING:
    from fieldkit.replica import Replica

THUMB = 168
LARGE = 860
KIND_WORDS = {"signed_page": "签字页", "paper": "企业材料", "photo": "照片", "other": "其他"}


class Picture(msgspec.Struct, frozen=True):
    """One picture: what it is, the blob it comes from, and which page of a PDF (0: the blob is a picture)."""

    words: str
    blob: BlobRef
    page: int = 0


def pictures_of(visit: Visit) -> tuple[Picture, ...]:
    """Return the printed pages of each record's last revision, then scans and photos in the order they came."""
    found: list[Picture] = []
    for record in visit.records:
        if record.revisions:
            last = record.revisions[-1]
            found += [Picture(f"打印件 第 {page} 页", last.pdf, page) for page in range(1, last.pages + 1)]
    for item in visit.evidence:
        bound = f" 第 {item.bound.page} 页" if item.bound else ""
        found.append(Picture(f"{item.title or KIND_WORDS[item.kind]}{bound}", item.page or item.original))
    return tuple(found)


def load(replica: Replica, picture: Picture, side: int) -> QImage:
    """Return a picture whose longer side is `side` px; null when it is not on this machine or can't be drawn."""
    if not replica.blobs.has(picture.blob.sha256):
        return QImage()
    data = replica.blobs.read(picture.blob.sha256)
    if picture.page:
        from ui.inspection.pages_preview import rasterise

        drawn = rasterise(data, 72 * side / 842, (picture.page,))[0]
        image = QImage(drawn.rgb, drawn.width, drawn.height, drawn.width * 3, QImage.Format.Format_RGB888).copy()
    else:
        image = QImage.fromData(data)
    if image.isNull():
        return image
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


class PictureStrip(QWidget):
    """The strip and, below it, the one that was pressed."""

    def __init__(self, pictures: Sequence[Picture], replica: Replica, bridge: Bridge) -> None:
        super().__init__()
        set_look(self, role="clear")
        self._replica, self._latest = replica, Latest(bridge, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        strip = Flow(gap=16)
        for picture in pictures:
            strip.add(self._thumb(picture, bridge))
        column.addWidget(strip)
        self.notice = Notice()
        column.addWidget(self.notice)
        self._close = Button("收起大图", "link", "chevron-up")
        self._close.clicked.connect(lambda: self._open(None))
        self.large = QLabel()
        set_look(self.large, role="thumb")
        self.large.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.large.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column.addWidget(self._close, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.large)
        self._open(None)

    def _thumb(self, picture: Picture, bridge: Bridge) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        holder.setFixedWidth(THUMB + 16)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        button = QPushButton()
        set_look(button, role="thumb")
        button.setAccessibleName(f"看大图 {picture.words}")
        button.setFixedSize(THUMB + 16, THUMB + 16)
        button.setIconSize(QSize(THUMB, THUMB))
        button.clicked.connect(lambda: self._ask(picture))
        column.addWidget(button)
        column.addWidget(ElidedLabel(picture.words, "secondary"))
        replica = self._replica

        def show(image: QImage) -> None:
            if image.isNull():
                button.setText("不在本机")
                button.setEnabled(False)
                return
            button.setIcon(QIcon(QPixmap.fromImage(image)))

        def unreadable(_: KnownError) -> None:
            button.setText("读取失败")

        def fetch(_: Ticket) -> QImage:
            return load(replica, picture, THUMB * 2)

        bridge.run(fetch, button, show, unreadable, doing="读取扫描件")
        return holder

    def _ask(self, picture: Picture) -> None:
        replica = self._replica
        self._latest.ask(lambda _: load(replica, picture, LARGE * 2), self._open, self.notice.fail, doing="打开大图")

    def _open(self, image: QImage | None) -> None:
        shown = image is not None and not image.isNull()
        self.large.setVisible(shown)
        self._close.setVisible(shown)
        if image is not None and shown:
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(2.0)
            self.large.setPixmap(picture)
            self.large.setFixedHeight(round(picture.height() / 2) + 4)
            self.large.setAccessibleName("大图")
