"""The end of a visit: what is still missing, and the one transaction that makes it final and queues it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.inspection.lane import in_english, sentence
from ui.inspection.steps import Missing, missing_for

if TYPE_CHECKING:
    from fieldkit.errors import BugError, KnownError
    from fieldkit.model.visit import Visit
    from ui.inspection.session import VisitSession


class FinishDesk:
    """Finalises one visit. What is queued is said to be queued, never sent."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self.working = False
        self.problem = self.problem_en = ""

    def missing(self) -> tuple[Missing, ...]:
        """Return everything that stands between this visit and the queue, in the order of the steps."""
        return missing_for(self._session, "submit")

    def finalise(self) -> None:
        """Save, check once more, then make the visit final and queue it in one transaction."""
        if self.working or not self._session.editable:
            return
        missing = self.missing()
        if missing:
            self._failed_with(f"还差 {len(missing)} 项，暂不能提交。内容都已保存。")
            return
        self.working, self.problem = True, ""
        self._session.tell("finish")
        self._session.settle(self._saved)

    def _saved(self, saved: bool) -> None:
        if not saved:
            self.working = False
            self._failed_with(f"还没有存上，未提交：{self._session.saved.why}")
            return
        session, visit = self._session, self._session.visit
        replica, officer = session.tools.replica, session.tools.officer.number

        def queue() -> Visit:
            replica.visits.finalise(visit, officer)
            final = replica.visits.get(visit.id)
            return visit if final is None else final

        session.lane("desk").do(queue, self._queued, self._failed)

    def _queued(self, visit: Visit) -> None:
        self.working = False
        self._session.taken_as_final(visit)

    def _failed(self, error: KnownError | BugError) -> None:
        self.working = False
        self._failed_with(sentence(error), in_english(error))

    def _failed_with(self, words: str, words_en: str = "") -> None:
        self.problem, self.problem_en = words, words_en
        self._session.tell("finish")
