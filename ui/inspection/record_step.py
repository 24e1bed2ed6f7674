"""笔录: the form section by section, with the record check and the paper as it will print at the side."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from ui.inspection.check_panel import CheckPanel
from ui.inspection.form_section import FormSection
from ui.inspection.preview_panel import PreviewPanel
from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.style.buttons import Choices


class RecordStep(Step):
    """The record; every section comes from the form's definition."""

    step = "record"
    ready = "体检通过，预填内容都已核对"

    def __init__(self, session: VisitSession) -> None:
        super().__init__(session)
        self._sections: list[FormSection] = []
        for part in session.form.sections:
            fields = session.form.of_section(part.id)
            if fields:
                made = FormSection(session, part, fields)
                self._sections.append(made)
                self.work.addWidget(made)
        self.work.addStretch(1)
        self._tabs = Choices("右侧显示", [("check", "体检", ""), ("paper", "版面", "")], compact=True, value="check")
        self._tabs.chosen.connect(self._show_tab)
        row = QHBoxLayout()
        row.addWidget(self._tabs)
        self.help.addLayout(row)
        self._stack = QStackedWidget()
        self._check = CheckPanel()
        self._check.went.connect(self.jump)
        self._paper = PreviewPanel(session)
        self._stack.addWidget(self._check)
        self._stack.addWidget(self._paper)
        self.help.addWidget(self._stack, 1)

    def refresh(self, kinds: frozenset[str]) -> None:
        """Values at once; check and paper once typing pauses."""
        if kinds & {"entered", "values", "confirmed", "restored", "officers", "finish"}:
            for part in self._sections:
                part.refresh()
        if kinds & {"settled", "entered"}:
            self._check.show_report(self.session.check("print"))
            if self._stack.currentWidget() is self._paper:
                self._paper.ask()
        if "preview" in kinds:
            self._paper.show_preview()

    def jump(self, target: str) -> None:
        """Show a field: its id, or the head of it ("party" finds party.name)."""
        for part in self._sections:
            for field_id in part.frames:
                if target and (
                    field_id == target or field_id.startswith(f"{target}.") or target.startswith(f"{field_id}.")
                ):
                    self.reveal(part.focus_target(field_id))
                    return

    def action(self) -> tuple[str, str, bool]:
        """Go on to 打印签字."""
        return "去打印签字", "arrow-right", True

    def act(self) -> None:
        """Go on."""
        self.next_step.emit("print")

    def _show_tab(self, name: str) -> None:
        self._stack.setCurrentWidget(self._paper if name == "paper" else self._check)
        self.refresh(frozenset({"settled"}))
