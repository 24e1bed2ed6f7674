"""One page to be signed: its scan beside its boxes, and one tap to agree with the ink that was found."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.instruments.geometry import FOOT, PAGE_HEIGHT, PAGE_WIDTH
from fieldkit.model.evidence import SignatureState
from ui.inspection.box_row import ANSWERS, INK, BoxRow
from ui.inspection.paper_view import PaperView
from ui.inspection.session import VisitSession
from ui.inspection.signing import BoxStatus, PageStatus
from ui.style.buttons import Button
from ui.style.surfaces import clear_layout
from ui.style.words import Tag, secondary, section, set_look

STATES = {
    "missing": ("缺页，还没扫到", "warn", "scan-line"),
    "asks": ("有空白签名", "warn", "circle-alert"),
    "proposed": ("有笔迹，待核对", "info", "pen-line"),
    "signed": ("已签", "ok", "circle-check"),
    "refused": ("拒签已注明", "danger", "ban"),
    "absent": ("不在场已注明", "info", "user"),
}


STRIP = 168
"""Height in px of the signature foot beside the page."""


class PageCard(QFrame):
    """One page.

    Signals:
        looked_closer: the evidence id whose picture was pressed.
    """

    looked_closer = Signal(str)

    def __init__(self, session: VisitSession, page: int) -> None:
        super().__init__()
        self._session, self._page = session, page
        self._status: PageStatus | None = None
        self._strip_of = 0
        set_look(self, role="card")
        self.setAccessibleName(f"第 {page} 页")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(16)
        self.paper = PaperView(f"第 {page} 页扫描件", "等待扫描")
        self.paper.setFixedSize(118, 167)
        self.paper.pressed.connect(self._closer)
        row.addWidget(self.paper, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(section(f"第 {page} 页"))
        self._tag = Tag("")
        head.addWidget(self._tag)
        head.addStretch(1)
        self._agree = Button("签名属实", "primary", "pen-line", name=f"第 {page} 页签名属实")
        self._agree.clicked.connect(self._agree_with_ink)
        head.addWidget(self._agree)
        column.addLayout(head)
        self._strip = PaperView(f"第 {page} 页签名栏")
        self._strip.setFixedHeight(STRIP)
        self._strip.pressed.connect(self._closer)
        column.addWidget(self._strip)
        self._note = secondary("")
        column.addWidget(self._note)
        self._boxes = QVBoxLayout()
        self._boxes.setSpacing(4)
        column.addLayout(self._boxes)
        column.addStretch(1)
        row.addLayout(column, 1)

    @property
    def status(self) -> PageStatus | None:
        """What the card shows."""
        return self._status

    def show_status(self, status: PageStatus, *, editable: bool) -> None:
        """Show the page's state; nothing is built anew while it stays the same."""
        if status == self._status:
            return
        self._status = status
        self._tag.say(*STATES[status.state])
        proposed = [box for box in status.boxes if box.proposed]
        self._agree.setVisible(bool(proposed) and editable)
        self._agree.setText(f"{len(proposed)} 处笔迹是本人签名")
        note = ""
        if len(status.scans) > 1:
            note = f"扫了 {len(status.scans)} 次，以最后一张为准"
        if status.scan is not None and status.scan.bound_by == "person":
            note = "人工认定的页，笔迹须逐格核对"
        self._note.setText(note)
        self._note.setVisible(bool(note))
        clear_layout(self._boxes)
        plain = [box for box in status.boxes if not box.asks and not (box.answer and box.answer.note)]
        if status.scan is None and not any(box.answer for box in status.boxes):
            waits = "、".join(box.label for box in status.boxes)
            self._boxes.addWidget(secondary(f"待签：{waits}"))
            return
        if plain:
            self._boxes.addWidget(self._plain_boxes(plain, editable=editable))
        for box in status.boxes:
            if box in plain:
                continue
            line = BoxRow(status.page, box, editable=editable)
            line.answered.connect(lambda state, text, name=box.name: self._answered(name, state, text))
            line.taken_back.connect(lambda name=box.name: self._session.scanning.take_back(self._page, name))
            self._boxes.addWidget(line)

    def _plain_boxes(self, boxes: list[BoxStatus], *, editable: bool) -> QWidget:
        """Return the boxes that need nothing: a tag each, and one way back for those answered."""
        holder = QWidget()
        set_look(holder, role="clear")
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for place, box in enumerate(boxes):
            words, tone, icon = ANSWERS[box.answer.state] if box.answer else INK[box.ink]
            grid.addWidget(Tag(f"{box.label} {words}", tone, icon), place // 3, place % 3)
        grid.setColumnStretch(3, 1)
        row.addLayout(grid, 1)
        answered = [box for box in boxes if box.answer is not None]
        if answered and editable:
            back = Button("改", "quiet", name=f"第 {self._page} 页：改签名答复")
            back.setMinimumWidth(64)
            back.clicked.connect(lambda: self._take_back(answered))
            row.addWidget(back, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _take_back(self, boxes: list[BoxStatus]) -> None:
        for box in boxes:
            self._session.scanning.take_back(self._page, box.name)
        self._session.settle()

    def show_scan(self, image: QImage | None) -> None:
        """Show the straightened scan, and its signature foot large enough to judge by."""
        self.paper.show_image(image, "等待扫描")
        status = self._status
        sealed = status is not None and status.scan is not None and status.scan.bound_by == "seal"
        self._strip.setVisible(image is not None and sealed)
        if image is not None and sealed and image.cacheKey() != self._strip_of:
            self._strip_of = image.cacheKey()
            wide, high = image.width() / PAGE_WIDTH, image.height() / PAGE_HEIGHT
            foot = QRect(round(FOOT.x * wide), round(FOOT.y * high), round(FOOT.w * wide), round(FOOT.h * high))
            self._strip.show_image(image.copy(foot))

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard."""
        return self._agree if self._agree.isVisible() else self

    def _answered(self, box: str, state: SignatureState, note: str) -> None:
        desk = self._session.scanning
        if state == "refused" and box == "party":
            desk.answer_all(box, state, note)
        else:
            desk.answer_box(self._page, box, state, note)
        self._session.settle()

    def _agree_with_ink(self) -> None:
        self._session.scanning.agree(self._page)
        self._session.settle()

    def _closer(self) -> None:
        if self._status is not None and self._status.scan is not None:
            self.looked_closer.emit(self._status.scan.id)
