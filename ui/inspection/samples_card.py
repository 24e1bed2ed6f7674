"""采样: taken or not, said in so many words; a bottle per point of the archive, each with its label."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from fieldkit.model.enterprise import Outfall
from ui.inspection.sample_row import SampleRow
from ui.inspection.session import VisitSession
from ui.inspection.text_line import TextLine
from ui.style.buttons import Button, Choices
from ui.style.surfaces import Card, clear_layout
from ui.style.words import secondary, set_look

OFFERED = 8
"""Outfalls offered as buttons; a further point is named by hand."""


class SamplesCard(Card):
    """The samples of the visit."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__("采样")
        self._session = session
        self._choices = Choices("是否采样", [("yes", "已采样", ""), ("no", "未采样", "quiet")], compact=True)
        self._choices.chosen.connect(self._chosen)
        self.column.addWidget(self._choices)
        self._note = TextLine("采样情况", "未采样的说明原因；已采样的写明点位、数量")
        self._note.typed.connect(lambda text: session.set_value(("sampling", "note"), text, "采样情况"))
        self._note.left.connect(lambda: session.settle())
        self.column.addWidget(self._note)
        self._add = self._build_add()
        self.column.addWidget(self._add)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(10)
        self.column.addLayout(self._rows)
        self._shown: dict[str, SampleRow] = {}
        self.refresh()

    def _build_add(self) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(secondary("点一个排放口，加一瓶："))
        grid = QGridLayout()
        grid.setSpacing(8)
        offered: list[tuple[str, Outfall | None]] = [
            (f"{outfall.code} {outfall.name}", outfall) for outfall in self._session.enterprise.outfalls[:OFFERED]
        ]
        for place, (text, outfall) in enumerate([*offered, ("其他点位", None)]):
            button = Button(text, "secondary", "plus", name=f"加一瓶：{text}")
            button.clicked.connect(lambda _=False, outfall=outfall: self._new(outfall))
            grid.addWidget(button, place // 3, place % 3)
        column.addLayout(grid)
        return holder

    def refresh(self) -> None:
        """Show the answer and the bottles."""
        done = self._session.value("sampling", "done")
        self._choices.set_value({True: "yes", False: "no"}.get(done) if isinstance(done, bool) else None)
        self._choices.setEnabled(self._session.editable)
        self._note.setVisible(isinstance(done, bool))
        self._note.show_text(str(self._session.value("sampling", "note") or ""))
        self._note.setEnabled(self._session.editable)
        samples = self._session.visit.samples
        self._add.setVisible(done is True and self._session.editable)
        if [sample.id for sample in samples] != list(self._shown):
            clear_layout(self._rows)
            self._shown = {sample.id: SampleRow(self._session, sample) for sample in samples}
            for row in self._shown.values():
                self._rows.addWidget(row)
        for row in self._shown.values():
            row.refresh()

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard."""
        return self._choices

    def _chosen(self, answer: str) -> None:
        self._session.set_value(("sampling", "done"), answer == "yes", "是否采样")
        self._session.settle()

    def _new(self, outfall: Outfall | None) -> None:
        self._session.labels.new_sample(outfall)
        self._session.settle()
