"""One checklist item: what to look at, the verdict large, and for 不符合 the finding in own words with its citation."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.instruments.checklists import ChecklistItem
from fieldkit.instruments.laws import law_book
from fieldkit.model.stamp import BEIJING
from fieldkit.model.visit import Answer
from ui.inspection.session import VisitSession
from ui.inspection.situation import stands
from ui.inspection.text_line import TextBlock
from ui.style.buttons import Button, Choices
from ui.style.words import body, label, secondary, set_look

VERDICTS = [("符合", "符合", ""), ("不符合", "不符合", "danger"), ("不适用", "不适用", "quiet")]


class ChecklistRow(QWidget):
    """One item, bound to the visit's answer."""

    def __init__(self, session: VisitSession, item: ChecklistItem, theme: str) -> None:
        super().__init__()
        self._name = f"{theme} {item.label}"
        self._session, self.item = session, item
        set_look(self, role="clear")
        self.setAccessibleName(f"检查项：{self._name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 6)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(body(item.label))
        words.addWidget(secondary(item.look))
        row.addLayout(words, 1)
        self.choices = Choices(self._name, VERDICTS, compact=True)
        self.choices.setFixedWidth(312)
        self.choices.chosen.connect(self._chosen)
        row.addWidget(self.choices)
        column.addLayout(row)
        self._column = column
        self._more: QWidget | None = None
        self._withdrawn: QWidget | None = None
        self.refresh()

    def _build_more(self) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        hint = self.item.finding or "看到了什么、在哪里、多久、多少"
        self.finding = TextBlock(f"{self._name}：情况说明", hint, rows=2, most=8)
        self.finding.typed.connect(self._typed)
        self.finding.left.connect(lambda: self._session.settle())
        column.addWidget(self.finding)
        day = self._session.now().at.astimezone(BEIJING).date()
        cited = law_book().words(self.item.cite, day) if self.item.cite else ""
        if cited:
            column.addWidget(secondary(f"涉嫌违反：{cited}"))
        if self.item.photograph:
            column.addWidget(secondary(f"取证拍摄：{self.item.photograph}"))
        row = QHBoxLayout()
        self._write = Button("写入现场情况", "secondary", "pen-line", name=f"{self._name}：写入现场情况")
        self._write.clicked.connect(self._to_situation)
        self._quote = Button("用参考句", "secondary", "file-text", name=f"{self._name}：用参考句")
        self._quote.setToolTip(self.item.finding)
        self._quote.clicked.connect(self._use_reference)
        self._written = label("", "secondary", "ok")
        row.addWidget(self._quote)
        row.addWidget(self._write)
        row.addWidget(self._written)
        row.addStretch(1)
        column.addLayout(row)
        return holder

    def refresh(self) -> None:
        """Show the answer."""
        answer = self._session.answer_of(self.item.id)
        self.choices.set_value(answer.verdict if answer is not None else None)
        self.choices.setEnabled(self._session.editable)
        found = answer is not None and answer.verdict == "不符合"
        self._show_withdrawn(answer)
        if found and self._more is None:
            self._more = self._build_more()  # most items never need it
            self._column.addWidget(self._more)
        if self._more is None:
            return
        self._more.setVisible(found)
        finding = answer.finding if answer is not None else ""
        self.finding.show_text(finding)
        self.finding.setEnabled(self._session.editable)
        written = self._stands(finding)
        self._quote.setVisible(bool(self.item.finding) and not finding.strip())
        self._quote.setEnabled(self._session.editable)
        self._write.setEnabled(self._session.editable and bool(finding.strip()) and not written)
        self._written.setText("已写入笔录的现场情况" if written else "")

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard: the finding where one is wanted."""
        return self.finding if self._more is not None and not self._more.isHidden() else self.choices

    def _show_withdrawn(self, answer: Answer | None) -> None:
        """Warn while the sentence of a verdict that was changed back stands in the record."""
        left = answer is not None and answer.verdict != "不符合" and self._stands(answer.finding)
        if left and self._withdrawn is None:
            self._withdrawn = self._build_withdrawn()
            self._column.addWidget(self._withdrawn)
        if self._withdrawn is None:
            return
        self._withdrawn.setVisible(left)
        self._withdrawn.setEnabled(self._session.editable)
        if answer is not None and left:
            self._left_words.setText(f"现场情况里仍写着：{answer.finding.strip()}")

    def _build_withdrawn(self) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 8)
        row.setSpacing(8)
        self._left_words = label("", "secondary", "warn", wrap=True)
        row.addWidget(self._left_words, 1)
        take = Button("从现场情况删去", "secondary", "trash-2", name=f"{self._name}：从现场情况删去")
        take.clicked.connect(self._take_out)
        row.addWidget(take)
        return holder

    def _stands(self, finding: str) -> bool:
        return stands(str(self._session.value("situation") or ""), finding)

    def _chosen(self, verdict: str) -> None:
        """Keep the finding while its sentence stands in the record, whatever the verdict: it must go out there."""
        old = self._session.answer_of(self.item.id)
        finding = old.finding if old is not None else ""
        if verdict != "不符合" and not self._stands(finding):
            finding = ""
        self._session.answer(self.item.id, verdict, finding, self.item.label)
        self._session.settle()

    def _take_out(self) -> None:
        answer = self._session.answer_of(self.item.id)
        if answer is not None:
            self._session.take_from_situation(answer.finding)
            self._session.answer(self.item.id, answer.verdict, "", self.item.label)
            self._session.settle()

    def _use_reference(self) -> None:
        self._session.answer(self.item.id, "不符合", self.item.finding, f"{self.item.label} 参考句")
        self._session.settle()
        self.finding.setFocus()

    def _typed(self, text: str) -> None:
        self._session.answer(self.item.id, "不符合", text, self.item.label)

    def _to_situation(self) -> None:
        self._session.add_to_situation(self.finding.toPlainText())
        self._session.settle()
