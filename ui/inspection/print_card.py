"""Where the paper is, in words, from freezing to taken; and the question that only a person answers."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from fieldkit.model.stamp import BEIJING
from ui.inspection.printing import Phase, PrintState
from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, Progress
from ui.style.words import label, secondary, set_look

_LOOKS: dict[Phase, tuple[str, str]] = {
    "idle": ("printer", "ink-quiet"),
    "freezing": ("hourglass", "info"),
    "sending": ("printer", "info"),
    "printing": ("printer", "info"),
    "needs hand": ("triangle-alert", "warn"),
    "taken": ("circle-help", "warn"),
    "in hand": ("circle-check", "ok"),
    "cancelled": ("ban", "ink-quiet"),
    "failed": ("octagon-alert", "danger"),
    "changed": ("triangle-alert", "warn"),
}


class PrintCard(Card):
    """The printing's state and its questions."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        self._session = session
        self.setAccessibleName("打印状态")
        row = QHBoxLayout()
        row.setSpacing(14)
        self._icon = IconLabel("printer", "ink-quiet", 32)
        row.addWidget(self._icon)
        self._words = label("", "section", wrap=True)
        row.addWidget(self._words, 1)
        self._again = Button("重新打印", "secondary", "printer")
        self._again.clicked.connect(session.printing.start)
        row.addWidget(self._again)
        self.column.addLayout(row)
        self._english = secondary("")
        self.column.addWidget(self._english)
        self._detail = secondary("")
        self.column.addWidget(self._detail)
        self._progress = Progress()
        self._progress.cancelled.connect(session.printing.cancel)
        self.column.addWidget(self._progress)
        self._question = QWidget()
        set_look(self._question, role="clear")
        answers = QHBoxLayout(self._question)
        answers.setContentsMargins(0, 0, 0, 0)
        answers.setSpacing(12)
        yes = Button("在手，一页不少", "primary", "check", main=True, name="纸张在手")
        no = Button("不全或没出来", "secondary", "x", main=True, name="纸张不在手")
        yes.clicked.connect(lambda: session.printing.paper_in_hand(True))
        no.clicked.connect(lambda: session.printing.paper_in_hand(False))
        answers.addWidget(yes, 1)
        answers.addWidget(no, 1)
        self.column.addWidget(self._question)

    def refresh(self) -> None:
        """Show the state."""
        desk = self._session.printing
        state = self._state()
        icon, tone = _LOOKS[state.phase]
        self._icon.show_icon(icon, tone)
        set_look(self, tone="warn" if state.phase in {"needs hand", "taken", "changed"} else "")
        self._words.setText(state.words)
        self.setAccessibleDescription(state.words)
        self._english.setText(state.words_en)
        self._english.setVisible(bool(state.words_en))
        revision = desk.current or self._session.revision
        detail = ""
        if revision is not None:
            frozen = revision.frozen_at.at.astimezone(BEIJING).strftime("%H:%M")
            detail = f"第{revision.number}版 · {revision.pages} 页 · {frozen} 定稿"
        if desk.printer_words and not state.busy:
            detail = f"{detail} · 打印机：{desk.printer_words}" if detail else f"打印机：{desk.printer_words}"
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        if state.busy:
            self._progress.start("可随时取消，已定稿的内容不会丢", name="取消打印")
        else:
            self._progress.hide()
        waits = state.phase == "taken" and self._session.editable
        self._question.setVisible(waits)
        self._again.setVisible(self._session.editable and not state.busy and not waits and desk.current is not None)

    def _state(self) -> PrintState:
        """Return the state of this run, or what the disk knows when the visit was opened again."""
        desk, revision = self._session.printing, self._session.revision
        if revision is not None and desk.current is None and not desk.state.busy and desk.state.phase != "failed":
            paper = revision.sent or revision.printed
            words = f"第{revision.number}版不再送签，请打印新的一版" if paper else "请打印新的一版"
            return PrintState("changed", f"笔录有改动，{words}", revision.number)
        if desk.state.phase != "idle":
            return desk.state
        if desk.in_hand:
            return PrintState("in hand", "已打印，纸张在手")
        if desk.current is not None and desk.current.sent:
            return PrintState("taken", "上次已送打印机，之后没有确认：纸张都在手上吗？")
        if desk.current is not None:
            return PrintState("idle", "已定稿，还没有送打印机")
        return desk.state
