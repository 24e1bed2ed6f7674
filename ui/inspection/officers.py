"""Who inspects: the officer logged in first, the second one chosen from the roster and confirmed by an own password."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

import msgspec

from fieldkit.access import keys
from fieldkit.errors import BugError, KnownError
from fieldkit.model.officer import Officer
from fieldkit.model.stamp import BEIJING
from ui.inspection import cells
from ui.inspection.lane import in_english, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.inspection.session import VisitSession


class OfficerRow(msgspec.Struct, frozen=True):
    """One officer of the roster as the choice shows them; `bar` says why they can't be chosen, or is empty."""

    officer: Officer
    standing: Literal["valid", "expires soon", "expired", "unrecorded"]
    words: str
    bar: str = ""


def standing(officer: Officer, today: date) -> OfficerRow:
    """Return an officer's standing on a day: an expired or unrecorded 执法证 bars from inspecting (DOMAIN, 5)."""
    if officer.expires_on is None:
        return OfficerRow(officer, "unrecorded", "执法证有效期未登记", "执法证有效期未登记，不能参加检查")
    if officer.expires_on < today:
        words = f"执法证已于 {officer.expires_on} 过期"
        return OfficerRow(officer, "expired", words, f"{words}，不能参加检查")
    days = (officer.expires_on - today).days
    if days <= 30:
        return OfficerRow(officer, "expires soon", f"执法证 {days} 天后到期")
    return OfficerRow(officer, "valid", f"执法证有效至 {officer.expires_on}")


class OfficersDesk:
    """The officers of one visit."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self.confirming = ""
        self.problem = self.problem_en = ""

    @property
    def member(self) -> bool:
        """Whether the officer logged in is one of the visit's; anyone else may only look."""
        return self._session.tools.officer.number in self._session.visit.officers

    def present(self) -> tuple[OfficerRow, ...]:
        """Return the officers of the visit, the one logged in first."""
        replica, today = self._session.tools.replica, self._today()
        rows = []
        for number in self._session.visit.officers:
            known = replica.officers.get(number)
            if known is not None:
                rows.append(standing(known, today))
        return tuple(rows)

    def choice(self) -> tuple[OfficerRow, ...]:
        """Return who may be asked to join: the roster without those present, those able first, own squad first."""
        own = self._session.tools.officer.squad
        here = set(self._session.visit.officers)
        on_kit = set(keys.officers(self._session.tools.home))
        rows = []
        for officer in self._session.tools.replica.officers.roster():
            if officer.number in here:
                continue
            row = standing(officer, self._today())
            if not row.bar and officer.number not in on_kit:
                row = msgspec.structs.replace(row, bar="还没有加入本执法箱，请先在“设置”里添加")
            rows.append(row)
        return tuple(sorted(rows, key=lambda row: (bool(row.bar), row.officer.squad != own, row.officer.number)))

    def confirm(self, number: str, password: str, then: Callable[[bool], None] | None = None) -> None:
        """Have the second officer confirm with an own password; it is checked off the owner's thread."""
        row = next((row for row in self.choice() if row.officer.number == number), None)
        if row is None or row.bar:
            self._failed(KnownError("visit.officer_barred", why=row.bar if row else "名册中没有此人"), then)
            return
        self.confirming, self.problem = number, ""
        self._session.tell("officers")
        tools, visit_id = self._session.tools, self._session.visit.id

        def unlock() -> None:
            keys.unlock(tools.home, number, password)
            tools.replica.audit.write(number, "visit.joined", visit_id)

        self._session.lane("desk").do(
            unlock,
            lambda _none: self._joined(row.officer, then),
            lambda error: self._failed(error, then),
        )

    def dismiss(self, number: str) -> None:
        """Take the second officer off the visit; the one logged in stays."""
        if number != self._session.tools.officer.number:
            self._take(tuple(item for item in self._session.visit.officers if item != number))

    def _joined(self, officer: Officer, then: Callable[[bool], None] | None) -> None:
        self.confirming = ""
        self._take((*self._session.visit.officers, officer.number))
        if then is not None:
            then(True)

    def _failed(self, error: KnownError | BugError, then: Callable[[bool], None] | None) -> None:
        self.confirming, self.problem, self.problem_en = "", sentence(error), in_english(error)
        self._session.tell("officers")
        if then is not None:
            then(False)

    def _take(self, numbers: tuple[str, ...]) -> None:
        """Set the officers and the record's inspectors with them; the recorder is one of those present."""
        session = self._session
        found = [session.tools.replica.officers.get(number) for number in numbers]
        people = [officer for officer in found if officer is not None]
        record = session.record
        values = dict(record.values)
        values["inspectors"] = [{"name": item.name, "number": item.number, "unit": item.unit} for item in people]
        recorder = values.get("recorder")
        if not isinstance(recorder, dict) or recorder.get("number") not in numbers:
            last = people[-1]
            values["recorder"] = {"name": last.name, "number": last.number}
        visit = msgspec.structs.replace(session.visit, officers=numbers)
        visit = cells.with_record(visit, msgspec.structs.replace(record, values=values))
        session.replace(visit, "officers", "values")

    def _today(self) -> date:
        return self._session.now().at.astimezone(BEIJING).date()
