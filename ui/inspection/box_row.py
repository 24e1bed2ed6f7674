"""One signature box of a page: what ink was found, and the officer's answer where ink alone does not settle it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.model.evidence import SignatureState
from ui.inspection.signing import BoxStatus
from ui.inspection.text_line import TextLine
from ui.style.buttons import Button
from ui.style.words import Tag, label, secondary, set_look

INK: dict[str | None, tuple[str, str, str]] = {
    None: ("等待扫描", "", "scan-line"),
    "signed": ("有笔迹", "ok", "pen-line"),
    "empty": ("空白，未签", "warn", "circle-alert"),
    "unsure": ("看不清", "warn", "circle-help"),
}
ANSWERS = {
    "signed": ("已签", "ok", "signature"),
    "refused": ("拒签", "danger", "ban"),
    "absent": ("不在场", "info", "user"),
}


class BoxRow(QWidget):
    """One box.

    Signals:
        answered: state and note.
        taken_back: the answer is to be forgotten.
    """

    answered = Signal(str, str)
    taken_back = Signal()

    def __init__(self, page: int, status: BoxStatus, *, editable: bool) -> None:
        super().__init__()
        set_look(self, role="clear")
        self._where = f"第 {page} 页 {status.label}"
        self.setAccessibleName(self._where)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        name = label(status.label)
        name.setMinimumWidth(92)
        row.addWidget(name)
        if status.answer is not None:
            words, tone, icon = ANSWERS[status.answer.state]
            row.addWidget(Tag(words, tone, icon))
            if status.answer.note:
                row.addWidget(secondary(status.answer.note), 1)
            else:
                row.addStretch(1)
            if editable:
                back = Button("改", "quiet", name=f"{self._where}：改答复")
                back.clicked.connect(self.taken_back)
                row.addWidget(back)
        elif status.ink is None:
            row.addWidget(Tag("等待扫描", "", "scan-line"))
            row.addStretch(1)
        else:
            words, tone, icon = INK[status.ink]
            row.addWidget(Tag(words, tone, icon))
            row.addStretch(1)
            if status.asks and editable:
                for text, state in (("拒签", "refused"), ("不在场", "absent"), ("看到已签", "signed")):
                    button = Button(text, "secondary", name=f"{self._where}：{text}")
                    button.clicked.connect(lambda _=False, state=state: self._ask(state))
                    row.addWidget(button)
        column.addLayout(row)
        if status.asks and editable:
            column.addWidget(secondary("补签后重扫这一页即可；拒签、不在场要注明"))
        self._note_row = self._build_note()
        column.addWidget(self._note_row)
        self._state: SignatureState = "refused"

    def _build_note(self) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._note = TextLine(f"{self._where}：说明")
        self._note.returnPressed.connect(self._give)
        self._ok = Button("记下", "primary", name=f"{self._where}：记下")
        self._ok.clicked.connect(self._give)
        row.addWidget(self._note, 1)
        row.addWidget(self._ok)
        holder.hide()
        return holder

    def _ask(self, state: SignatureState) -> None:
        """Refusal and absence want words, in place; ink the officer sees wants none."""
        if state == "signed":
            self.answered.emit("signed", "")
            return
        self._state = state
        self._note.setPlaceholderText("拒签的理由和经过" if state == "refused" else "为什么不在场、向谁说明")
        self._note_row.show()
        self._note.setFocus()

    def _give(self) -> None:
        note = self._note.text().strip()
        set_look(self._note, tone="" if note else "danger")
        if note:
            self.answered.emit(self._state, note)
