"""The six steps of a visit: which is done, which is open, which needs the officer, and what each still misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from fieldkit.instruments import checklists
from fieldkit.instruments.text_rules import GAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from fieldkit.instruments.check import CheckReport, RuleResult
    from ui.inspection.session import VisitSession

StepId = Literal["prepare", "inspect", "record", "print", "scan", "submit"]
Mark = Literal["done", "open", "needs"]

STEPS: tuple[tuple[StepId, str], ...] = (
    ("prepare", "准备"),
    ("inspect", "检查"),
    ("record", "笔录"),
    ("print", "打印签字"),
    ("scan", "扫描归档"),
    ("submit", "提交"),
)


EARLIER = frozenset({"inspectors", "notices", "recusal", "sampling"})
"""Groups of the record that earlier steps ask for: what they miss is said once, there."""


_GROUPS: dict[str, tuple[StepId, str]] = {
    "inspectors": ("prepare", "officers"),
    "notices": ("prepare", "notices"),
    "recusal": ("prepare", "recusal"),
    "sampling": ("inspect", "sampling"),
}
"""Where each of them is put right."""


class Missing(msgspec.Struct, frozen=True):
    """One thing still missing: the step and the place on it where it is put right."""

    step: StepId
    text: str
    target: str = ""


def missing_of(session: VisitSession, step: StepId) -> tuple[Missing, ...]:
    """Return what one step misses by itself."""
    return tuple(_MISSING[step](session))


def missing_for(session: VisitSession, step: StepId) -> tuple[Missing, ...]:
    """Return what stands before the main action of a step.

    Printing wants the record check's hard blocks met and prefilled parts confirmed; submitting wants all steps done.
    """
    if step in {"prepare", "inspect"}:
        return missing_of(session, step)
    if step in {"record", "print"}:
        return missing_of(session, "record")
    if step == "scan":
        return missing_of(session, "print") + missing_of(session, "scan")
    found: dict[tuple[str, str], Missing] = {}
    for name, _title in STEPS[:-1]:
        for item in missing_of(session, name):
            if name != "record" or item.target.split(".")[0] not in EARLIER:
                found.setdefault((item.text, item.target), item)
    order = [name for name, _title in STEPS]
    listed = tuple(found.values())
    return tuple(sorted((*listed, *_forbidden(session, listed)), key=lambda item: order.index(item.step)))


def _forbidden(session: VisitSession, listed: tuple[Missing, ...]) -> list[Missing]:
    """Return what the record check forbids or voids at "done" and no step has listed in its own words."""
    texts, places = {item.text for item in listed}, {(item.step, item.target) for item in listed}
    steps = {item.step for item in listed}
    found = []
    for rule in hard(session.check("done")):
        step, target = _place_of(rule)
        told = step in steps if target in {"print", "scan"} else (step, target) in places and step != "record"
        if not told and rule.message not in texts:
            found.append(Missing(step, rule.message, target))
    return found


def hard(report: CheckReport) -> tuple[RuleResult, ...]:
    """Return the rules of a record check that were missed and forbid or void."""
    ids = {*report.blocks, *report.vetoes}
    return tuple(rule for rule in report.rules if rule.id in ids)


def _place_of(rule: RuleResult) -> tuple[StepId, str]:
    """Return the step and the place on it where a rule is put right."""
    group = (rule.field or "").split(".")[0]
    if group in _GROUPS:
        return _GROUPS[group]
    if rule.field:
        return "record", rule.field
    return ("scan", "scan") if rule.id.startswith("signatures.") else ("print", "print")


def marks(session: VisitSession, at: StepId) -> dict[StepId, Mark]:
    """Return each step's mark; a step needs the officer once it was passed, or when its moment has come."""
    found: dict[StepId, Mark] = {}
    order = [name for name, _title in STEPS]
    for index, name in enumerate(order[:-1]):
        if not missing_of(session, name):
            found[name] = "done"
        elif index < order.index(at) or (name == "scan" and session.scanning.pages() and _something_asks(session)):
            found[name] = "needs"
        else:
            found[name] = "open"
    found["submit"] = "done" if session.final else "open"
    return found


def first_open(session: VisitSession) -> StepId:
    """Return the step to go on with when a visit is opened again."""
    return next((name for name, _title in STEPS[:-1] if missing_of(session, name)), "submit")


def _something_asks(session: VisitSession) -> bool:
    return bool(session.scanning.tray) or any(page.state == "asks" for page in session.scanning.pages())


def _prepare(session: VisitSession) -> list[Missing]:
    found = []
    if not session.officers.member:
        found.append(Missing("prepare", "你不是本次检查的执法人员，只能查看", "officers"))
    present = session.officers.present()
    found += [Missing("prepare", f"{row.officer.name}：{row.bar}", "officers") for row in present if row.bar]
    if len({row.officer.number for row in present}) < 2:
        found.append(Missing("prepare", "第二名执法人员未到场确认", "officers"))
    if not str(session.value("site_person", "name") or "").strip():
        found.append(Missing("prepare", "现场负责人姓名", "site_person"))
    notices = [notice.field for notice in session.form.notices]
    open_notices = [field for field in notices if session.value(*field.split(".")) is not True]
    if open_notices:
        found.append(Missing("prepare", f"还有 {len(open_notices)} 项告知未确认", "notices"))
    answer = session.value("recusal", "answer")
    if answer not in {"yes", "no"}:
        found.append(Missing("prepare", "是否申请回避未回答", "recusal"))
    elif answer == "yes" and not str(session.value("recusal", "reason") or "").strip():
        found.append(Missing("prepare", "申请回避的理由", "recusal"))
    return found


def _inspect(session: VisitSession) -> list[Missing]:
    found = []
    items = [item for theme in checklists.for_industry(session.enterprise.industry).themes for item in theme.items]
    open_items = [item for item in items if session.answer_of(item.id) is None]
    if open_items:
        found.append(Missing("inspect", f"还有 {len(open_items)} 项检查内容未判定", open_items[0].id))
    for item in items:
        answer = session.answer_of(item.id)
        if answer is not None and answer.verdict == "不符合" and not answer.finding.strip():
            found.append(Missing("inspect", f"“{item.label}”不符合，缺情况说明", item.id))
        elif answer is not None and answer.verdict == "不符合" and GAP in answer.finding:
            found.append(Missing("inspect", f"“{item.label}”情况说明里还留有“{GAP}”", item.id))
    done = session.value("sampling", "done")
    if done is None:
        found.append(Missing("inspect", "是否采样未说明", "sampling"))
    elif done is False and session.visit.samples:
        found.append(Missing("inspect", f"已登记 {len(session.visit.samples)} 份样品，笔录却写未采样", "sampling"))
    elif done is True and not session.visit.samples:
        found.append(Missing("inspect", "已采样，还没有登记样品", "sampling"))
    return found


def _record(session: VisitSession) -> list[Missing]:
    report = session.check("print")
    blocked = set(report.blocks)
    found = [Missing("record", rule.message, rule.field or "") for rule in report.rules if rule.id in blocked]
    unconfirmed = session.unconfirmed()
    if unconfirmed:
        found.append(Missing("record", f"{len(unconfirmed)} 处预填内容未核对", unconfirmed[0]))
    return found


def _print(session: VisitSession) -> list[Missing]:
    if session.printing.current is None:
        words = "笔录未打印" if session.revision is None else "笔录打印后有改动，需重新打印"
        return [Missing("print", words, "print")]
    if not session.printing.in_hand:
        return [Missing("print", "未确认纸张在手", "in_hand")]
    return []


def _scan(session: VisitSession) -> list[Missing]:
    pages = session.scanning.pages()
    if not pages or session.printing.current is None:
        return [Missing("scan", "还没有可扫回的签字页", "print")]
    found = []
    for page in pages:
        if not page.scans:
            found.append(Missing("scan", f"缺第 {page.page} 页", f"page{page.page}"))
            continue
        asking = [box.label for box in page.boxes if box.asks]
        if asking:
            found.append(Missing("scan", f"第 {page.page} 页 {'、'.join(asking)} 未签", f"page{page.page}"))
        elif any(box.proposed for box in page.boxes):
            found.append(Missing("scan", f"第 {page.page} 页签名待核对", f"page{page.page}"))
    if session.scanning.tray:
        found.append(Missing("scan", f"托盘里有 {len(session.scanning.tray)} 页未归位", "tray"))
    if session.scanning.reading:
        found.append(Missing("scan", f"{len(session.scanning.reading)} 页正在识别", "tray"))
    if session.photos.coming:
        found.append(Missing("scan", f"{session.photos.coming} 张照片正在存入", "tray"))
    return found


_MISSING: dict[StepId, Callable[[VisitSession], list[Missing]]] = {
    "prepare": _prepare,
    "inspect": _inspect,
    "record": _record,
    "print": _print,
    "scan": _scan,
    "submit": lambda _session: [],
}
