"""One checklist item: what to look at, the verdict large, and for 不符合 the finding with its citation in place."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.instruments.checklists import ChecklistItem
from fieldkit.instruments.laws import law_book
from fieldkit.model.stamp import BEIJING
from ui.inspection.session import VisitSession
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
        self.refresh()

    def _build_more(self) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        self.finding = TextBlock(f"{self._name}：情况说明", "看到了什么、在哪里、多久、多少", rows=2, most=8)
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
        self._written = label("", "secondary", "ok")
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
        if found and self._more is None:
            self._more = self._build_more()  # most items never need it
            self._column.addWidget(self._more)
        if self._more is None:
            return
        self._more.setVisible(found)
        finding = answer.finding if answer is not None else ""
        self.finding.show_text(finding)
        self.finding.setEnabled(self._session.editable)
        stands = bool(finding.strip()) and finding.strip() in str(self._session.value("situation") or "")
        self._write.setEnabled(self._session.editable and bool(finding.strip()) and not stands)
        self._written.setText("已写入笔录的现场情况" if stands else "")

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard: the finding where one is wanted."""
        return self.finding if self._more is not None and not self._more.isHidden() else self.choices

    def _chosen(self, verdict: str) -> None:
        finding = ""
        if verdict == "不符合":
            old = self._session.answer_of(self.item.id)
            finding = old.finding if old is not None and old.finding else self.item.finding
        self._session.answer(self.item.id, verdict, finding, self.item.label)
        self._session.settle()

    def _typed(self, text: str) -> None:
        self._session.answer(self.item.id, "不符合", text, self.item.label)

    def _to_situation(self) -> None:
        self._session.add_to_situation(self.finding.toPlainText())
        self._session.settle()
