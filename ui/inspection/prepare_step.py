"""准备: officers, the person on site, four notices, the recusal answer; at the right what the archive warns of."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from fieldkit.instruments import wording
from ui.inspection.archive_help import ArchiveHelp
from ui.inspection.field_frame import FieldFrame
from ui.inspection.officers_card import OfficersCard
from ui.inspection.recusal_card import RecusalCard
from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.inspection.steps import missing_of
from ui.inspection.tile import Tile
from ui.style.surfaces import Card
from ui.style.words import secondary

PERSON = ("site_person.name", "site_person.title", "site_person.relation", "site_person.phone")
"""What is asked at the door; the rest of the person's data waits in 笔录."""


class PrepareStep(Step):
    """The first step."""

    step = "prepare"
    ready = "人员、告知和回避都已确认"

    def __init__(self, session: VisitSession) -> None:
        super().__init__(session)
        self._officers = OfficersCard(session)
        self.work.addWidget(self._officers)
        self._fields = [FieldFrame(session, session.form.field(name)) for name in PERSON]
        self.work.addWidget(self._person_card())
        self._tiles: dict[str, Tile] = {}
        self._notices = self._notices_card()
        self.work.addWidget(self._notices)
        self._recusal = RecusalCard(session)
        self.work.addWidget(self._recusal)
        self.work.addStretch(1)
        self._help = ArchiveHelp(session)
        self.help.addWidget(self._help)

    def _person_card(self) -> Card:
        card = Card("现场负责人")
        card.setAccessibleName("现场负责人信息")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for place, field in enumerate(self._fields):
            grid.addWidget(field, place // 2, place % 2)
        card.column.addLayout(grid)
        return card

    def _notices_card(self) -> Card:
        card = Card("现场告知")
        card.column.addWidget(secondary("逐项念给现场负责人听，对方确认一项点一项；再点一次可以撤回"))
        grid = QGridLayout()
        grid.setSpacing(12)
        for place, notice in enumerate(self.session.form.notices):
            name = self.session.form.field(notice.field).label
            tile = Tile(name, "", "点按：现场负责人已确认", "现场负责人已确认")
            tile.clicked.connect(lambda checked, field=notice.field, name=name: self._confirmed(field, name, checked))
            self._tiles[notice.field] = tile
            grid.addWidget(tile, place // 2, place % 2)
        card.column.addLayout(grid)
        return card

    def _confirmed(self, field: str, name: str, checked: bool) -> None:
        self.session.set_value(tuple(field.split(".")), True if checked else None, name)
        self.session.settle()

    def refresh(self, kinds: frozenset[str]) -> None:
        """Show officers, person, notices and recusal as they stand."""
        if kinds & {"entered", "officers", "restored"}:
            self._officers.refresh()
        if kinds & {"entered", "values", "restored", "confirmed", "finish"}:
            for field in self._fields:
                field.refresh()
            self._recusal.refresh()
            self._show_notices()
        if "entered" in kinds:
            self._help.refresh()

    def _show_notices(self) -> None:
        for notice in self.session.form.notices:
            tile = self._tiles[notice.field]
            tile.say(_said(self.session, notice.text))
            tile.setChecked(self.session.value(*notice.field.split(".")) is True)
            tile.setEnabled(self.session.editable)

    def jump(self, target: str) -> None:
        """Show officers, person, the first open notice, or recusal."""
        places: dict[str, QWidget] = {
            "officers": self._officers.focus_target(),
            "site_person": self._fields[0].focus_target(),
            "recusal": self._recusal.focus_target(),
            "notices": next((tile for tile in self._tiles.values() if not tile.isChecked()), self._notices),
        }
        if target in places:
            self.reveal(places[target])

    def entered(self) -> None:
        """Put the keyboard where the first missing thing is."""
        missing = missing_of(self.session, "prepare")
        if missing and missing[0].target == "site_person":
            self._fields[0].focus_target().setFocus()

    def action(self) -> tuple[str, str, bool]:
        """Go on to 检查; free even while something is missing."""
        return "开始检查", "arrow-right", True

    def act(self) -> None:
        """Go on."""
        self.next_step.emit("inspect")


def _said(session: VisitSession, text: str) -> str:
    """Return a notice as it is read aloud, with the authority and the officers named."""
    names = "、".join(row.officer.name for row in session.officers.present())
    return wording.fill(text.replace("{inspector_names}", names), session.form, session.values)
