"""The demo county's enterprises: key sources first, then the others, with permits, projects and outfalls."""

from __future__ import annotations

import random
from datetime import date, timedelta

from fieldkit.demo import names, places
from fieldkit.model.enterprise import Enterprise, Outfall, Permit, PermitClass, Project, SupervisionLevel
from fieldkit.model.place import Point

AUTHORITY = "嘉兴市生态环境局海盐分局"
GATE = "海盐示例紧固件有限公司"
"""The enterprise of the demo visit; `hysl` finds it."""
LONGEST = "海盐县示例杭州湾新材料循环经济产业园表面精饰与危险废物资源化综合利用开发有限公司"
"""Forty characters, to prove that lines are measured."""
RARE = "李𬭎"
"""A legal person whose name lies beyond the basic plane."""

# The first enterprises are the same in every county of any size: name, industry, town, legal person, permit days left.
_FIRST = (
    (GATE, "C3482", "330424001", "", 23),
    ("海盐示例印染有限公司", "C1713", "330424101", RARE, 410),
    (LONGEST, "C3360", "330424106", "", -12),
)


def enterprises(seed: int, today: date, key_sources: int, others: int) -> tuple[Enterprise, ...]:
    """Return `key_sources` key sources, then `others` enterprises under general supervision."""
    taken = {name for name, *_ in _FIRST}
    return tuple(_one(seed, today, number, number < key_sources, taken) for number in range(key_sources + others))


def _one(seed: int, today: date, number: int, key: bool, taken: set[str]) -> Enterprise:
    chance = names.chances(seed, f"enterprise/{number}")
    staff, place = names.parts().staff, names.parts().place
    industry = _industry(key, chance)
    town = chance.choice(places.towns())
    legal = names.person(chance)
    left: int | None = _days_left(chance)
    if number < len(_FIRST):
        name, code, town_code, fixed_legal, left = _FIRST[number]
        industry = next(i for i in names.industries() if i.code == code)
        town = next(t for t in places.towns() if t.code == town_code)
        legal = fixed_legal or legal
    else:
        name = names.enterprise(chance.choice(industry.trades), number, taken, chance)
    code = names.uscc(number)
    point = places.place(town, chance)
    level: SupervisionLevel = chance.choices(("国控", "省控", "市控", "县控"), (1, 2, 4, 5))[0] if key else "一般"
    return Enterprise(
        id=names.stable_id(seed, "enterprise", number),
        name=name,
        uscc=code,
        former_names=(name.replace("有限公司", "厂"),) if chance.random() < 0.08 else (),
        legal_person=legal,
        legal_person_title=chance.choice(staff.titles),
        contact=names.person(chance),
        phone=names.phone(number),
        address=f"海盐县{town.name}{chance.choice(town.villages)}{chance.choice(place.roads)}{number % 399 + 1}号",
        division=town.code,
        town=town.name,
        squad=town.squad,
        industry=industry.code,
        industry_name=industry.name,
        enterprise_type=chance.choice(staff.types),
        scale=chance.choice(staff.scales[:3] if key else staff.scales[1:]),
        level=level,
        credit=chance.choice(staff.credits),
        products=tuple(chance.sample(industry.products, k=min(2, len(industry.products)))),
        receiving_water=chance.choice(place.waters) if industry.water else "",
        point=point,
        permits=_permits(code, key, left, today, chance),
        projects=_projects(name, industry, today, chance),
        outfalls=_outfalls(industry, key, chance, point.lon, point.lat),
        demo=True,
    )


def _industry(key: bool, chance: random.Random) -> names.Industry:
    rows = names.industries()
    return chance.choices(rows, [row.key if key else row.other for row in rows])[0]


def _days_left(chance: random.Random) -> int | None:
    """Days to the permit's end; None means none is held. Some are over, some nearly."""
    roll = chance.random()
    if roll < 0.06:
        return None
    if roll < 0.11:
        return -chance.randint(1, 90)
    if roll < 0.20:
        return chance.randint(1, 60)
    return chance.randint(90, 1700)


def _permits(code: str, key: bool, left: int | None, today: date, chance: random.Random) -> tuple[Permit, ...]:
    if left is None:
        return ()
    end = today + timedelta(days=left)
    managed: PermitClass = (
        chance.choice(("重点管理", "重点管理", "简化管理")) if key else chance.choice(("简化管理", "登记管理"))
    )
    mark = chance.choice("WXYZ") if managed == "登记管理" else chance.choice("PQRU")
    return (
        Permit(
            number=f"{code}001{mark}",
            permit_class=managed,
            authority=AUTHORITY,
            valid_from=end - timedelta(days=5 * 365),
            valid_to=end,
        ),
    )


def _projects(name: str, industry: names.Industry, today: date, chance: random.Random) -> tuple[Project, ...]:
    made: list[Project] = []
    for n in range(chance.choices((1, 2, 3), (6, 3, 1))[0]):
        approved = today - timedelta(days=chance.randint(400, 4000))
        accepted = chance.random() > 0.12
        done = approved + timedelta(days=chance.randint(150, 390))
        kind = "新建" if n == 0 else chance.choice(("扩建", "技改"))
        made.append(
            Project(
                name=f"{name}{industry.products[0]}{kind}项目",
                eia_class=chance.choice(("报告书", "报告表", "报告表", "登记表")),
                approval_no=f"盐环示建〔{approved.year}〕{chance.randint(1, 180)}号",
                approval_date=approved,
                authority=AUTHORITY,
                acceptance_kind="自主验收" if accepted else "",
                acceptance_no=f"示验〔{done.year}〕{chance.randint(1, 90)}号" if accepted else "",
                acceptance_date=done if accepted else None,
            )
        )
    return tuple(sorted(made, key=lambda project: project.approval_date or today))


def _outfalls(
    industry: names.Industry, key: bool, chance: random.Random, lon: float, lat: float
) -> tuple[Outfall, ...]:
    made: list[Outfall] = []

    def near() -> Point:
        return Point(
            lon=round(lon + chance.uniform(-0.001, 0.001), 6),
            lat=round(lat + chance.uniform(-0.001, 0.001), 6),
            crs="WGS84",
            source="演示",
            accuracy_m=20.0,
        )

    if industry.water:
        direct = industry.code == "D4620"
        made.append(
            Outfall(
                code="DW001",
                name="废水总排口",
                medium="废水",
                destination="直接进入水体" if direct else "进入城镇污水处理厂",
                pollutants=industry.water,
                online=key,
                point=near(),
            )
        )
        if key and any(p in industry.water for p in ("总铬", "总镍")):
            metals = tuple(p for p in industry.water if p in ("总铬", "六价铬", "总镍"))
            made.append(
                Outfall(
                    code="DW002",
                    name="含重金属废水车间排口",
                    medium="废水",
                    destination="进入厂内综合污水处理站",
                    pollutants=metals,
                    point=near(),
                )
            )
    for n in range(1, 1 + (chance.randint(1, 4 if key else 2) if industry.air else 0)):
        made.append(
            Outfall(
                code=f"DA{n:03d}",
                name=f"{n}#废气排放口",
                medium="废气",
                destination="大气",
                pollutants=industry.air,
                height_m=float(chance.choice((15, 15, 20, 25, 45))),
                online=key and n == 1,
                point=near(),
            )
        )
    return tuple(made)
