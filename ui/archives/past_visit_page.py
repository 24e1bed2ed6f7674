"""A visit that is over: what was recorded, its pages and photos, and where it stands on its way to the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.errors import NotFound
from fieldkit.model.operation import Filing
from fieldkit.model.visit import Visit
from ui.archives.facts import Facts
from ui.archives.pictures import PictureStrip, pictures_of
from ui.archives.timeline import state_tag
from ui.bridge import Latest
from ui.shell.places import Page, Place
from ui.shell.session import Session
from ui.shell.when import moment
from ui.style.buttons import Button
from ui.style.flow import Flow
from ui.style.surfaces import Card, Notice, Scroll, clear_layout
from ui.style.words import Tag, body, secondary, set_look, title

if TYPE_CHECKING:
    from fieldkit.replica import Replica


class PastVisit(msgspec.Struct, frozen=True):
    """The visit, where it stands, what the backend said, and the names of its officers."""

    visit: Visit
    state: str
    filing: Filing | None
    officers: dict[str, str]


def read(replica: Replica, visit_id: str) -> PastVisit:
    """Read a visit.

    Raises:
        NotFound: the kit does not hold it.
    """
    visit = replica.visits.get(visit_id)
    if visit is None:
        raise NotFound(what="这次检查")
    return PastVisit(
        visit,
        replica.visits.state(visit_id),
        replica.visits.filing(visit_id),
        {officer.number: officer.name for officer in replica.officers.roster()},
    )


class PastVisitPage(Page):
    """Read only."""

    wants = frozenset({"visit", "outbox", "blob"})

    def __init__(self, session: Session, visit_id: str) -> None:
        super().__init__()
        self._session, self._id = session, visit_id
        self._latest = Latest(session.bridge, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll(width=960)
        whole.addWidget(scroll)
        scroll.column.setSpacing(16)
        self.notice = Notice()
        scroll.column.addWidget(self.notice)
        holder = QWidget()
        set_look(holder, role="clear")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(16)
        scroll.column.addWidget(holder)
        scroll.column.addStretch(1)

    def refresh(self) -> None:
        """Read it anew."""
        replica, visit_id = self._session.replica, self._id
        self._latest.ask(lambda _: read(replica, visit_id), self._show, self.notice.fail, doing="打开检查")

    def _show(self, past: PastVisit) -> None:
        clear_layout(self._column)
        self._column.addWidget(self._head(past))
        self._column.addWidget(self._facts(past))
        for record in past.visit.records:
            situation = str(record.values.get("situation") or "")
            if situation:
                card = Card("检查情况")
                card.column.addWidget(body(situation))
                self._column.addWidget(card)
        faults = [answer for answer in past.visit.checklist if answer.verdict == "不符合"]
        if faults:
            card = Card(f"不符合 {len(faults)} 项")
            for answer in faults:
                card.column.addWidget(body(answer.finding or answer.item, "warn"))
            self._column.addWidget(card)
        self._column.addWidget(self._pictures(past.visit))

    def _head(self, past: PastVisit) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(title(past.visit.enterprise_name))
        tags = Flow()
        tags.add(state_tag(past.state))
        if past.visit.demo:
            tags.add(Tag("演示数据", "info", "flask-conical"))
        words.addWidget(tags)
        row.addLayout(words, 1)
        archive = Button("企业档案", "secondary", "archive")
        archive.clicked.connect(lambda: self.go.emit(Place("archive", past.visit.enterprise_id)))
        row.addWidget(archive, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _facts(self, past: PastVisit) -> Card:
        visit, filing, now = past.visit, past.filing, self._session.clock.now().at
        missing = f"还缺 {len(filing.missing)} 个附件" if filing and filing.missing else ""
        card = Card()
        card.column.addWidget(
            Facts(
                (
                    ("检查编号", visit.number),
                    ("执法人员", "、".join(past.officers.get(number, number) for number in visit.officers)),
                    ("开始", moment(visit.opened_at.at, now)),
                    ("完成", moment(visit.finalised_at.at, now) if visit.finalised_at else ""),
                    ("后台回执", filing.receipt if filing else "还没有"),
                    ("归档", moment(filing.filed_at, now) if filing and filing.filed_at else missing),
                    ("样品", "、".join(sample.number for sample in visit.samples)),
                )
            )
        )
        return card

    def _pictures(self, visit: Visit) -> Card:
        card = Card("打印件、扫描件和照片")
        pictures = pictures_of(visit)
        if pictures:
            card.column.addWidget(PictureStrip(pictures, self._session.replica, self._session.bridge))
        else:
            card.column.addWidget(secondary("这次检查没有打印件、扫描件和照片。"))
        return card
