"""What happened before the demo begins: final visits with their records, tasks in every state, petitions."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec

from fieldkit.demo import names
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.evidence import Sample
from fieldkit.model.officer import Officer
from fieldkit.model.record import FormRef, Record
from fieldkit.model.stamp import BEIJING, Stamp, local
from fieldkit.model.task import Petition, Task, TaskKind, TaskState
from fieldkit.model.visit import Answer, Visit
from fieldkit.resource import resource

COUNTY = "330424"
ISSUER = "嘉兴市生态环境局海盐分局"
FORM = FormRef(guide="huanban-2024-9", form="inspection", version="2024.1")
_SELDOM = 0.15
"""Share of the other enterprises that were visited before."""

# kind, state, key source (index) or None for one of the others, squad's due day from today
_TASKS: tuple[tuple[TaskKind, TaskState, int, int], ...] = (
    ("日常检查", "下派", 0, 0),
    ("双随机", "下派", 1, 3),
    ("整改复查", "下派", 2, -4),
    ("专项行动", "签收", 5, 7),
    ("在线超标核查", "签收", 7, 1),
    ("三同时", "在办", 9, 12),
    ("双随机", "下派", 11, 9),
    ("日常检查", "退回", 13, 5),
    ("重污染天气", "下派", 15, 2),
    ("日常检查", "已结", 3, -20),
    ("双随机", "已结", 4, -35),
    ("专项行动", "归档", 6, -60),
)
_NOTES = {"退回": "企业停产，建议延期。", "整改复查": "核查上次检查提出问题的整改情况。"}


def visits(seed: int, today: date, enterprises: Sequence[Enterprise], officers: Sequence[Officer]) -> tuple[Visit, ...]:
    """Return earlier visits, oldest first: one to three of each key source, one of some others.

    They hold no printed revision and no blob: what was found stands in the record's values.
    """
    dated: list[tuple[date, int, Enterprise]] = []
    for n, enterprise in enumerate(enterprises):
        chance = names.chances(seed, f"past/{n}")
        many = chance.choice((1, 2, 2, 3)) if enterprise.level != "一般" else int(chance.random() < _SELDOM)
        if n == 0:
            many = 3
        ago = 60
        for _ in range(many):
            ago += chance.randint(20, 240)
            day = today - timedelta(days=ago)
            dated.append((day - timedelta(days=max(0, day.weekday() - 4)), n, enterprise))
    dated.sort(key=lambda entry: (entry[0], entry[1]))
    counters: dict[int, int] = {}
    made = []
    for day, n, enterprise in dated:
        counters[day.year] = counters.get(day.year, 0) + 1
        made.append(_visit(seed, day, n, counters[day.year], enterprise, officers))
    return tuple(made)


def tasks(
    seed: int, today: date, enterprises: Sequence[Enterprise], visits: Sequence[Visit], petitions: Sequence[Petition]
) -> tuple[Task, ...]:
    """Return about twelve tasks of the squads and one for each petition that was handed on."""
    last = {visit.enterprise_id: visit for visit in visits}
    by_id = {enterprise.id: enterprise for enterprise in enterprises}
    made = []
    for n, (kind, state, key, due) in enumerate(_TASKS):
        if key >= len(enterprises):
            continue
        enterprise = enterprises[key]
        past = last.get(enterprise.id)
        done = state in ("已结", "复核", "归档")
        if done and past is None:
            continue
        made.append(_task(seed, f"plan/{n}", today, kind, state, enterprise, due, past if done else None))
    for petition in petitions:
        if petition.task_id and petition.enterprise_id:
            enterprise = by_id[petition.enterprise_id]
            task = _task(seed, f"petition/{petition.number}", today, "信访查处", "下派", enterprise, 6, None)
            made.append(msgspec.structs.replace(task, petition_id=petition.id, note=petition.summary))
    return tuple(made)


def petitions(seed: int, today: date, enterprises: Sequence[Enterprise]) -> tuple[Petition, ...]:
    """Return six petitions without any petitioner; two were handed on and made a task."""
    states = ("交办", "交办", "来件登记", "查处", "答复", "结案")
    made = []
    for n, (row, state) in enumerate(zip(_texts()["petition"], states, strict=True)):
        chance = names.chances(seed, f"petition/{n}")
        index = (0, 8, 10, 12, 14, 16)[n]
        enterprise = enterprises[index] if index < len(enterprises) else enterprises[n % len(enterprises)]
        received = today - timedelta(days=2 + 9 * n)
        number = f"示信〔{received.year}〕{40 - n:04d}号"
        task_id = names.stable_id(seed, "task", f"petition/{number}") if state == "交办" else None
        made.append(
            Petition(
                id=names.stable_id(seed, "petition", n),
                number=number,
                topic=row["topic"],
                summary=row["summary"].format(water=enterprise.receiving_water or "沟渠"),
                received_at=_moment(received, chance.randint(8, 17), chance.randint(0, 59)),
                state=state,  # type: ignore[arg-type]  # the literals stand ten lines up
                enterprise_id=enterprise.id,
                due_on=received + timedelta(days=15),
                task_id=task_id,
                demo=True,
            )
        )
    return tuple(made)


def _task(
    seed: int,
    what: str,
    today: date,
    kind: TaskKind,
    state: TaskState,
    enterprise: Enterprise,
    due: int,
    past: Visit | None,
) -> Task:
    due_on = today + timedelta(days=due)
    given = (past.opened_at.at.date() if past else min(today, due_on)) - timedelta(days=6)
    return Task(
        id=names.stable_id(seed, "task", what),
        kind=kind,
        title=f"{kind}：{enterprise.name}",
        enterprise_id=enterprise.id,
        state=state,
        squad=enterprise.squad,
        dispatched_by="陈示海",
        dispatched_at=_moment(given, 8, 40),
        due_on=past.opened_at.at.date() + timedelta(days=5) if past else due_on,
        note=_NOTES.get(state, _NOTES.get(kind, "")),
        visit_id=past.id if past else None,
        demo=True,
    )


def _visit(seed: int, day: date, n: int, number: int, enterprise: Enterprise, officers: Sequence[Officer]) -> Visit:
    what = f"{n}/{day.isoformat()}"
    chance = names.chances(seed, f"visit/{what}")
    squad = [officer for officer in officers if officer.squad == enterprise.squad and officer.expires_on is not None]
    pair = sorted(chance.sample(squad, k=2), key=lambda officer: officer.number)
    start = _moment(day, chance.choice((9, 10, 14, 15)), chance.randrange(0, 60, 5))
    end = start + timedelta(minutes=chance.randrange(40, 110, 5))
    situation, sampled, answers = _situation(enterprise, day, chance)
    site_person = _site_person(enterprise, chance)
    values: dict[str, Any] = {
        "issuing_body": ISSUER,
        "time_from": _local(start),
        "time_to": _local(end),
        "place": enterprise.address,
        "inspectors": [{"name": o.name, "number": o.number, "unit": o.unit} for o in pair],
        "recorder": {"name": pair[1].name, "number": pair[1].number},
        "party": {
            "name": enterprise.name,
            "code": enterprise.uscc,
            "code_kind": "uscc",
            "legal_person": enterprise.legal_person,
            "title": enterprise.legal_person_title,
            "phone": enterprise.phone,
        },
        "site_person": site_person,
        "others": [],
        "notices": {"ids_shown": True, "recusal_told": True, "defence_told": True, "cooperation_told": True},
        "recusal": {"answer": "no", "reason": ""},
        "situation": situation,
        "sampling": {"done": sampled, "note": ""},
    }
    return Visit(
        id=names.stable_id(seed, "visit", what),
        enterprise_id=enterprise.id,
        enterprise_name=enterprise.name,
        county=COUNTY,
        squad=enterprise.squad,
        number=f"盐环示检〔{day.year}〕{number:04d}号",
        officers=tuple(officer.number for officer in pair),
        opened_at=Stamp(at=start, source="server"),
        state="final",
        checklist=answers,
        records=(
            Record(
                id=names.stable_id(seed, "record", what),
                form=FORM,
                number=f"盐环示笔〔{day.year}〕{number:04d}号",
                values=values,
                demo=True,
            ),
        ),
        samples=_samples(seed, what, day, number, enterprise, pair[0].name, start) if sampled else (),
        finalised_at=Stamp(at=end + timedelta(minutes=15), source="server"),
        demo=True,
    )


def _situation(enterprise: Enterprise, day: date, chance: random.Random) -> tuple[str, bool, tuple[Answer, ...]]:
    """Return the paragraphs of what was found, whether a sample was taken, and the answered checklist."""
    texts = _texts()
    outfall = {kind: next((o.code for o in enterprise.outfalls if o.medium == kind), "") for kind in ("废水", "废气")}
    some = outfall["废水"] or outfall["废气"] or "DA001"
    unaccepted = next((p for p in enterprise.projects if not p.acceptance_no), None)
    fitting = [row for row in texts["finding"] if row["kind"] not in outfall or outfall[row["kind"]]]
    found: Mapping[str, Any] = chance.choice(fitting)
    filled = {
        "name": enterprise.name,
        "product": "、".join(enterprise.products),
        "load": chance.randrange(50, 95, 5),
        "outfall": outfall.get(found["kind"]) or some,
        "day": f"{day - timedelta(days=chance.randint(20, 90)):%Y年%m月%d日}",
        "water": enterprise.receiving_water or "沟渠",
    }
    opening = chance.choice(texts["opening"])
    treatment = texts["stopped"] if "停产状态" in opening else chance.choice(texts["treatment"])
    formality = chance.choice(texts["formality"]) if enterprise.permits else texts["unlicensed"]
    paragraphs = [
        opening.format(**filled),
        texts["formality_missing"].format(project=unaccepted.name) if unaccepted else formality,
        treatment.format(**{**filled, "outfall": some}),
        found["text"].format(**filled),
    ]
    failed = {str(found["item"]): paragraphs[3]} if "item" in found else {}
    if unaccepted:
        failed["permits.acceptance"] = paragraphs[1]
    without = tuple(theme for theme, kind in (("water.", "废水"), ("air.", "废气")) if not outfall[kind])
    answers = [
        Answer(item, "不符合", failed[item])
        if item in failed
        else Answer(item, "不适用" if item.startswith(without) else "符合")
        for item in dict.fromkeys((*texts["looked_at"], *failed))
    ]
    return "\n".join(paragraphs), bool(found.get("sample")), tuple(answers)


def _site_person(enterprise: Enterprise, chance: random.Random) -> dict[str, Any]:
    return {
        "name": enterprise.contact,
        "age": chance.randint(28, 58),
        "id_number": "",
        "unit": enterprise.name,
        "title": chance.choice(names.parts().staff.site_titles),
        "relation": "受检单位工作人员",
        "address": enterprise.address,
        "phone": enterprise.phone,
        "post_code": "314300",
    }


def _samples(
    seed: int, what: str, day: date, number: int, enterprise: Enterprise, sampler: str, at: datetime
) -> tuple[Sample, ...]:
    water = next(outfall for outfall in enterprise.outfalls if outfall.medium == "废水")
    return (
        Sample(
            id=names.stable_id(seed, "sample", what),
            number=f"S{day:%Y%m%d}{number:03d}",
            point_code=water.code,
            point_name=water.name,
            medium="废水",
            items=water.pollutants[:3],
            preservative="硫酸，pH≤2",
            container="500 mL 聚乙烯瓶",
            sampler=sampler,
            taken_at=Stamp(at=at + timedelta(minutes=25), source="server"),
            state="已测",
        ),
    )


def _moment(day: date, hour: int, minute: int) -> datetime:
    """Return an aware UTC moment of a local (UTC+8) clock time."""
    return datetime.combine(day, time(hour, minute), BEIJING).astimezone(UTC)


def _local(moment: datetime) -> str:
    return local(moment).isoformat(timespec="minutes")


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(resource("demo", "findings.toml").read_text("utf-8"))
