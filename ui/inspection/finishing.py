"""The end of a visit: what is still missing, and the one transaction that makes it final and queues it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fieldkit.errors import KnownError
from fieldkit.model.operation import Filing
from fieldkit.model.stamp import local
from ui.inspection.checking import check_visit
from ui.inspection.lane import in_english, sentence
from ui.inspection.steps import Missing, hard, missing_for

if TYPE_CHECKING:
    from fieldkit.errors import BugError
    from fieldkit.model.visit import Visit
    from fieldkit.replica.visits import VisitState
    from ui.inspection.session import VisitSession


class Fate(msgspec.Struct, frozen=True):
    """Where a final visit stands on its way, as an officer reads it: `title` in large, `words` below."""

    state: str
    icon: str
    tone: str
    short: str
    title: str
    words: str


class FinishDesk:
    """Finalises one visit and follows it on its way. What is queued is said to be queued, never sent."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self.working = False
        self.problem = self.problem_en = ""
        self.fate = fate_of("waiting")

    def follow(self) -> None:
        """Look where a final visit stands now; tells "fate" when that is news."""
        session = self._session
        if not session.final:
            return
        replica, visit_id = session.tools.replica, session.visit.id

        def look() -> Fate:
            state = replica.visits.state(visit_id)
            why = next((item.why for item in replica.outbox.items() if item.entity_id == visit_id), "")
            return fate_of(state, replica.visits.filing(visit_id), why)

        session.lane("desk").do(look, self._followed, lambda _: None)

    def _followed(self, fate: Fate) -> None:
        if fate != self.fate:
            self.fate = fate
            self._session.tell("fate")

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
        visit = self._session.visit
        self._session.tell("finish")
        self._session.settle(lambda saved: self._saved(visit, saved))

    def _saved(self, visit: Visit, saved: bool) -> None:
        """Queue exactly the visit that was checked and saved; the record check is asked once more of it."""
        if not saved:
            self.working = False
            self._failed_with(f"还没有存上，未提交：{self._session.saved.why}")
            return
        tools, enterprise = self._session.tools, self._session.enterprise
        replica, officer = tools.replica, tools.officer.number

        def queue() -> Visit:
            stops = hard(check_visit(tools, enterprise, visit, "done"))
            if stops:
                raise KnownError(
                    "visit.not_ready",
                    why="；".join(rule.message for rule in stops),
                    why_en="; ".join(rule.message_en for rule in stops),
                )
            replica.visits.finalise(visit, officer)
            final = replica.visits.get(visit.id)
            return visit if final is None else final

        self._session.lane("desk").do(queue, self._queued, self._failed)

    def _queued(self, visit: Visit) -> None:
        self.working = False
        self._session.taken_as_final(visit)
        self._session.scanning.release()
        self.follow()

    def _failed(self, error: KnownError | BugError) -> None:
        self.working = False
        self._failed_with(sentence(error), in_english(error))

    def _failed_with(self, words: str, words_en: str = "") -> None:
        self.problem, self.problem_en = words, words_en
        self._session.tell("finish")
        self._session.scanning.release()


def fate_of(state: VisitState, filing: Filing | None = None, why: str = "") -> Fate:
    """Return the words for a final visit's state.

    Args:
        state: as `replica.visits.state` says.
        filing: what the backend said of it, once it holds it.
        why: what the backend said last of its operation.
    """
    because = f"原因：{why}。" if why else ""
    receipt = f"回执号 {filing.receipt}" if filing is not None and filing.receipt else ""
    if state == "filed" and filing is not None:
        at = filing.filed_at or filing.received_at
        told = f"{receipt}，{local(at):%Y-%m-%d %H:%M} 归档。后台已收到笔录和全部附件，并核对一致。"
        return Fate(state, "circle-check", "ok", "已归档", "已归档", told.removeprefix("，"))
    if state == "sent":
        told = "，".join(filter(None, ("后台已收下笔录", receipt))) + "。附件还在传，全部收到并核对一致后归档。"
        return Fate(state, "cloud-upload", "accent", "已上传，附件未齐", "已上传，附件还没传齐", told)
    if state == "conflict":
        told = f"{because}内容都在本机。请联系管理员核对，不要重做。"
        return Fate(state, "triangle-alert", "warn", "有冲突", "需要处理：后台的内容已被别人先改", told)
    if state == "rejected":
        told = f"{because}内容都在本机，不会再自动上传。请把原因告诉管理员。"
        return Fate(state, "octagon-alert", "danger", "被退回", "需要处理：这次检查被退回", told)
    if state == "quarantined":
        told = f"{because}后台已原样保管。请告诉负责人，不要重做。"
        return Fate(state, "hourglass", "warn", "待负责人核定", "待负责人核定", told)
    return Fate(
        "waiting",
        "cloud-upload",
        "accent",
        "已排队，等待上传",
        "排队成功，回到网络后自动上传",
        f"{because}笔录、扫描件和样品都已定稿保存在本机。收到回执、附件都传齐后，这里会变为“已归档”。",
    )
