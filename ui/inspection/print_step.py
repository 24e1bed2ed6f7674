"""打印签字: print the record, follow the paper, and see each page with its state."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.inspection.page_card import STATES
from ui.inspection.pages_preview import PagePicture, rasterise
from ui.inspection.paper_view import PaperView, to_image
from ui.inspection.print_card import PrintCard
from ui.inspection.revisions import corrected, last_sent
from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, EmptyState, clear_layout
from ui.style.words import Tag, body, label, secondary, section, set_look

DPI = 60.0
COLUMNS = 3
HOW = (
    ("users", "当事人逐页签名并写日期", "末页写明审阅意见，如“以上情况属实”"),
    ("pen-line", "两名执法人员和记录人每页签名", "执法人员一、二和记录人各签各格"),
    ("stamp", "改动处签名或按指印", "手写改动程序认不出，扫描后请自己核对"),
    ("ban", "拒签怎么办", "注明理由和经过，扫描后在该格选“拒签”；可请见证人签名"),
    ("user", "不在场怎么办", "扫描后在该格选“不在场”并注明"),
)


class PrintStep(Step):
    """The record on paper."""

    step = "print"

    def __init__(self, session: VisitSession) -> None:
        super().__init__(session)
        self._card = PrintCard(session)
        self.work.addWidget(self._card)
        self._corrections = Card()
        self._corrections.setAccessibleName("更正")
        self._heading = section("")
        self._corrections.column.addWidget(self._heading)
        self._shown: object = None
        self._correction_rows = QVBoxLayout()
        self._corrections.column.addLayout(self._correction_rows)
        self.work.addWidget(self._corrections)
        self._empty = EmptyState("file-text", "打印后在这里看到每一页", "打印即定稿，之后的改动会成为新的一版")
        self.work.addWidget(self._empty)
        self._pages = QWidget()
        set_look(self._pages, role="clear")
        self._grid = QGridLayout(self._pages)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(16)
        self.work.addWidget(self._pages)
        self.work.addStretch(1)
        self._sheets: list[tuple[PaperView, Tag]] = []
        self._drawn = ""
        self._build_help()

    def _build_help(self) -> None:
        self.help.addWidget(section("怎么签"))
        for icon, what, how in HOW:
            self.help.addWidget(_line(icon, what, how))
        self.help.addStretch(1)

    def refresh(self, kinds: frozenset[str]) -> None:
        """Show the job, the corrections and the pages."""
        if kinds & {"entered", "print", "revisions", "values", "settled", "finish"}:
            self._card.refresh()
            self._show_corrections()
            self._ask_pages()
        if kinds & {"entered", "print", "revisions", "evidence", "signatures", "finish"}:
            self._show_states()

    def _show_corrections(self) -> None:
        revision, record = self.session.revision, self.session.record
        changed = revision is not None and self.session.printing.current is None
        rows = revision.corrections if revision is not None else ()
        sent = last_sent(record)
        if changed:
            rows = corrected(record, sent) if sent is not None else ()
        if (rows, changed) == self._shown:
            return
        self._shown = (rows, changed)
        self._corrections.setVisible(bool(rows))
        self._heading.setText("新的一版将更正" if changed else "这一版更正了")
        clear_layout(self._correction_rows)
        for row in rows:
            self._correction_rows.addWidget(body(f"{row.label}：{_short(row.old)} → {_short(row.new)}"))

    def _ask_pages(self) -> None:
        """Draw the pages of the newest revision once, from the PDF that was kept."""
        revision = self.session.revision
        self._empty.setVisible(revision is None)
        if revision is None or revision.pdf.sha256 == self._drawn:
            return
        self._drawn = sha256 = revision.pdf.sha256
        blobs = self.session.tools.replica.blobs
        self.session.lane("preview").do(
            lambda: rasterise(blobs.read(sha256), DPI), self._pages_came, lambda _error: None
        )

    def _pages_came(self, pages: tuple[PagePicture, ...]) -> None:
        for view, tag in self._sheets:
            for widget in (view.parentWidget(), view, tag):
                if widget is not None and widget is not self._pages:
                    widget.deleteLater()
        self._sheets = []
        for place, picture in enumerate(pages):
            holder = QWidget()
            set_look(holder, role="clear")
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            view = PaperView(f"打印版第 {picture.page} 页")
            view.setFixedSize(212, 300)
            view.show_image(to_image(picture))
            tag = Tag("")
            column.addWidget(view)
            column.addWidget(label(f"第 {picture.page} 页 共 {len(pages)} 页", "secondary"))
            column.addWidget(tag)
            self._grid.addWidget(holder, place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignLeft)
            self._sheets.append((view, tag))
        self._grid.setColumnStretch(COLUMNS, 1)
        self._show_states()

    def _show_states(self) -> None:
        in_hand = self.session.printing.in_hand
        for (_view, tag), status in zip(self._sheets, self.session.scanning.pages(), strict=False):
            if status.state == "missing":
                tag.say("已打印，待签" if in_hand else "未确认纸张", "info" if in_hand else "warn", "printer")
            else:
                tag.say(*STATES[status.state])

    def jump(self, target: str) -> None:
        """Show the job's card."""
        self.reveal(self._card)

    def action(self) -> tuple[str, str, bool]:
        """Print, or go on once the paper is in hand."""
        desk = self.session.printing
        if not self.session.editable or desk.in_hand:
            return "去扫描归档", "arrow-right", True
        if desk.current is not None and self._asks():
            return "", "", False
        blocked = bool(self.session.check("print").blocks) or bool(self.session.unconfirmed())
        again = self.session.revision is not None and desk.current is None
        words = "打印新的一版" if again else "打印并送签"
        return words, "printer", not blocked and not desk.state.busy

    def says(self) -> str:
        """Say what comes next."""
        desk = self.session.printing
        if desk.in_hand:
            return "纸张在手，签好后逐页扫描"
        if desk.state.busy:
            return "正在打印，可以先去看别的步骤"
        if desk.current is None and self.session.revision is not None:
            return "笔录有改动，需要打印新的一版重新送签"
        return "请确认纸张是否都在手上" if desk.current is not None and self._asks() else "可以打印"

    def tone(self) -> str:
        """Amber while a hand is needed."""
        desk = self.session.printing
        if desk.in_hand:
            return "ok"
        return "info" if desk.state.busy else "warn" if self.session.revision is not None else "ok"

    def _asks(self) -> bool:
        """Whether the card waits for the word that the paper is in hand."""
        desk = self.session.printing
        sent = desk.current is not None and bool(desk.current.sent)
        return desk.state.phase == "taken" or (desk.state.phase == "idle" and sent)

    def entered(self) -> None:
        """Ask the printer how it is, once in a while, off the GUI thread."""
        self.session.printing.look()

    def act(self) -> None:
        """Print, or go on."""
        if self.session.printing.in_hand or not self.session.editable:
            self.next_step.emit("scan")
        else:
            self.session.printing.start()


def _line(icon: str, what: str, how: str) -> QWidget:
    holder = QWidget()
    set_look(holder, role="clear")
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 4, 0, 4)
    row.setSpacing(12)
    row.addWidget(IconLabel(icon, "accent"), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(body(what))
    words.addWidget(secondary(how))
    row.addLayout(words, 1)
    return holder


def _short(text: str) -> str:
    plain = text.replace("\n", " ") or "（空）"
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
