"""扫描归档: pages land where they belong, unclear ones in the tray, papers in their strip; what is missing is named."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.model.evidence import Evidence
from ui.inspection.aside_list import AsideList
from ui.inspection.landing_list import LandingList
from ui.inspection.loupe import Loupe
from ui.inspection.page_card import PageCard
from ui.inspection.paper_strip import PaperStrip
from ui.inspection.scan_pictures import ScanPictures
from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.inspection.tray_item import TrayItem
from ui.style.surfaces import EmptyState, clear_layout
from ui.style.words import secondary, section, set_look


class ScanStep(Step):
    """The pages that come back."""

    step = "scan"
    ready = "每一页都已归位，签名都已核对"

    def __init__(self, session: VisitSession) -> None:
        super().__init__(session)
        self._pictures = ScanPictures(session, self._picture_came)
        self._loupe = Loupe(session)
        self._loupe.hide()
        self.work.addWidget(self._loupe)
        self._body = QWidget()
        set_look(self._body, role="clear")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._tray_head = section("托盘：这是哪一页？")
        column.addWidget(self._tray_head)
        self._tray = QVBoxLayout()
        self._tray.setSpacing(12)
        column.addLayout(self._tray)
        column.addWidget(section("签字页"))
        self._empty = EmptyState("printer", "还没有打印笔录", "打印并签字后，扫描的页面会按页签自己归位")
        column.addWidget(self._empty)
        self._pages = QVBoxLayout()
        self._pages.setSpacing(12)
        column.addLayout(self._pages)
        head = QHBoxLayout()
        head.addWidget(section("企业材料"))
        head.addStretch(1)
        column.addLayout(head)
        self._papers = PaperStrip(session)
        self._papers.looked_closer.connect(self._look_closer)
        column.addWidget(self._papers)
        column.addWidget(secondary("扫到的营业执照、许可证等没有页签，先落在托盘里，选好名称即可存入"))
        self._aside = AsideList(session)
        column.addWidget(self._aside)
        self.work.addWidget(self._body)
        self.work.addStretch(1)
        self._cards: list[PageCard] = []
        self._items: dict[str, TrayItem] = {}
        self._landings = LandingList(session)
        self.help.addWidget(self._landings)

    def refresh(self, kinds: frozenset[str]) -> None:
        """Show pages, tray and papers as they stand."""
        if kinds & {"entered", "scan", "evidence", "signatures", "revisions", "restored", "finish", "values", "print"}:
            self._show_tray()
            self._show_pages()
            self._papers.refresh(self._pictures.get)
            self._aside.refresh()
        if kinds & {"entered", "scan", "evidence"}:
            self._landings.refresh()

    def _show_tray(self) -> None:
        tray = self.session.scanning.tray
        missing = tuple(page.page for page in self.session.scanning.pages() if not page.scans)
        shown = {f"{item.id}{missing}": item for item in tray}
        if set(shown) != set(self._items):
            clear_layout(self._tray)
            self._items = {}
            for place, (key, item) in enumerate(shown.items(), 1):
                made = TrayItem(self.session, item, place)
                made.looked_closer.connect(self._look_closer)
                self._items[key] = made
                self._tray.addWidget(made)
                made.show_scan(self._pictures.get(item))
        self._tray_head.setVisible(bool(tray))

    def _show_pages(self) -> None:
        pages = self.session.scanning.pages()
        self._empty.setVisible(not pages)
        while len(self._cards) > len(pages):
            card = self._cards.pop()
            card.hide()
            card.deleteLater()
        while len(self._cards) < len(pages):
            made = PageCard(self.session, len(self._cards) + 1)
            made.looked_closer.connect(self._look_closer)
            self._cards.append(made)
            self._pages.addWidget(made)
        for card, status in zip(self._cards, pages, strict=True):
            card.show_status(status, editable=self.session.editable)
            card.show_scan(self._pictures.get(status.scan) if status.scan is not None else None)

    def _picture_came(self) -> None:
        self._show_pages()
        for item in self.session.scanning.tray:
            for key, widget in self._items.items():
                if key.startswith(item.id):
                    widget.show_scan(self._pictures.get(item))
        self._papers.refresh(self._pictures.get)

    def _look_closer(self, evidence_id: str) -> None:
        item = self._evidence(evidence_id)
        if item is not None:
            self._loupe.look_at(item)
            self.reveal(self._loupe)

    def _evidence(self, evidence_id: str) -> Evidence | None:
        return next((item for item in self.session.visit.evidence if item.id == evidence_id), None)

    def jump(self, target: str) -> None:
        """Show the tray, or a page ("page2")."""
        if target == "tray" and self._items:
            self.reveal(next(iter(self._items.values())).focus_target())
        elif target.startswith("page"):
            place = int(target.removeprefix("page")) - 1
            if place < len(self._cards):
                self.reveal(self._cards[place].focus_target())

    def action(self) -> tuple[str, str, bool]:
        """Go on to 提交."""
        return "去提交", "arrow-right", True

    def act(self) -> None:
        """Go on."""
        self.next_step.emit("submit")
