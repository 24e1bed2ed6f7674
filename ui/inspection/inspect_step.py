"""检查: the checklist by theme, photos, samples; at the right last time's findings, what to look at first."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel

from fieldkit.instruments import checklists
from fieldkit.instruments.checklists import Theme
from ui.inspection.archive_help import ArchiveHelp
from ui.inspection.checklist_row import ChecklistRow
from ui.inspection.photos_card import PhotosCard
from ui.inspection.samples_card import SamplesCard
from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.style.buttons import Button
from ui.style.surfaces import Card
from ui.style.words import rule, secondary, section


class InspectStep(Step):
    """The walk round."""

    step = "inspect"
    ready = "检查项都已判定"

    def __init__(self, session: VisitSession) -> None:
        super().__init__(session)
        self._rows: dict[str, ChecklistRow] = {}
        self._counts: list[tuple[Theme, QLabel, Button]] = []
        for theme in checklists.for_industry(session.enterprise.industry).themes:
            self.work.addWidget(self._theme_card(theme))
        self._samples = SamplesCard(session)
        self.work.addWidget(self._samples)
        self._photos = PhotosCard(session)
        self.work.addWidget(self._photos)
        self.work.addStretch(1)
        self._help = ArchiveHelp(session, history_first=True)
        self.help.addWidget(self._help)

    def _theme_card(self, theme: Theme) -> Card:
        card = Card()
        card.setAccessibleName(theme.title)
        card.column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(section(theme.title))
        count = secondary("", wrap=False)
        head.addWidget(count)
        head.addStretch(1)
        rest = Button("本节其余不适用", "quiet", name=f"{theme.title}：其余不适用")
        rest.clicked.connect(lambda: self._rest_not_applicable(theme))
        head.addWidget(rest)
        card.column.addLayout(head)
        for place, item in enumerate(theme.items):
            if place:
                card.column.addWidget(rule())
            row = ChecklistRow(self.session, item, theme.title)
            self._rows[item.id] = row
            card.column.addWidget(row)
        self._counts.append((theme, count, rest))
        return card

    def _rest_not_applicable(self, theme: Theme) -> None:
        for item in theme.items:
            if self.session.answer_of(item.id) is None:
                self.session.answer(item.id, "不适用", "", item.label)
        self.session.settle()

    def refresh(self, kinds: frozenset[str]) -> None:
        """Show answers, samples and photos as they stand."""
        if kinds & {"entered", "answers", "restored", "values", "finish"}:
            for row in self._rows.values():
                row.refresh()
            for theme, count, rest in self._counts:
                answered = sum(self.session.answer_of(item.id) is not None for item in theme.items)
                count.setText(f"{answered} / {len(theme.items)}")
                rest.setVisible(answered < len(theme.items) and self.session.editable)
        if kinds & {"entered", "samples", "values", "restored", "label", "finish"}:
            self._samples.refresh()
        if kinds & {"entered", "evidence", "finish"}:
            self._photos.refresh()
        if "entered" in kinds:
            self._help.refresh()

    def jump(self, target: str) -> None:
        """Show a checklist item or the samples."""
        if target in self._rows:
            self.reveal(self._rows[target].focus_target())
        elif target == "sampling":
            self.reveal(self._samples.focus_target())

    def action(self) -> tuple[str, str, bool]:
        """Go on to 笔录."""
        return "写笔录", "arrow-right", True

    def act(self) -> None:
        """Go on."""
        self.next_step.emit("record")
