"""The recusal answer: two equal buttons, none chosen before someone answered; yes asks for the reason, no clears it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.inspection.session import VisitSession
from ui.inspection.text_line import TextLine
from ui.style.buttons import Choices
from ui.style.surfaces import Card, Notice
from ui.style.words import secondary, set_look


class RecusalCard(Card):
    """是否申请回避."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__("是否申请回避")
        self.setAccessibleName("回避")
        self._session = session
        self.column.addWidget(secondary("由现场负责人当场回答；没有默认答案，不得事先填写"))
        field = session.form.field("recusal.answer")
        self.choices = Choices("是否申请回避", [(choice.id, choice.label, "") for choice in field.choices])
        self.choices.chosen.connect(self._chosen)
        self.column.addWidget(self.choices)
        self._why = QWidget()
        set_look(self._why, role="clear")
        column = QVBoxLayout(self._why)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._reason = TextLine("申请回避的理由", "对方陈述的理由")
        self._reason.typed.connect(lambda text: session.set_value(("recusal", "reason"), text, "回避理由"))
        self._reason.left.connect(lambda: session.settle())
        column.addWidget(self._reason)
        self._told = told = Notice()
        told.tell("warn", "请立即报告负责人，由负责人决定是否回避；决定作出前检查可以继续。")
        column.addWidget(told)
        self.column.addWidget(self._why)
        self.refresh()

    def refresh(self) -> None:
        """Show the answer."""
        answer = self._session.value("recusal", "answer")
        self.choices.set_value(answer if isinstance(answer, str) else None)
        self.choices.setEnabled(self._session.editable)
        reason = str(self._session.value("recusal", "reason") or "")
        self._why.setVisible(answer == "yes" or bool(reason.strip()))  # a reason that may not stay must be seen
        self._told.setVisible(answer == "yes")
        self._reason.show_text(reason)
        self._reason.setEnabled(self._session.editable)

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard: the reason once 申请 was chosen."""
        return self._reason if self._session.value("recusal", "answer") == "yes" else self.choices

    def _chosen(self, answer: str) -> None:
        self._session.set_value(("recusal", "answer"), answer, "是否申请回避")
        if answer == "no":
            self._session.set_value(("recusal", "reason"), "", "回避理由")
        self._session.settle()
