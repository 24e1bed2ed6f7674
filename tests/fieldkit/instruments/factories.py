"""Records, contexts and keys that the tests of instruments build on."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fieldkit.instruments import forms
from fieldkit.instruments.check import CheckContext
from fieldkit.model.evidence import Sample, Signature
from fieldkit.model.officer import Officer
from fieldkit.model.record import BlobRef, Record, Revision, Values
from fieldkit.model.stamp import Stamp

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
COUNTY_KEY = bytes(range(32))
OTHER_COUNTY_KEY = bytes(range(1, 33))
DOCUMENT = "0b9f6a52-3c1d-4e7a-9f10-5d2c8e4b7a61"
NOW = Stamp(at=datetime(2026, 6, 11, 4, 0, tzinfo=UTC), source="server")
LONG_NAME = "海盐县示例杭州湾新材料循环经济产业园表面精饰与危险废物资源化综合利用开发有限公司"


@cache
def _example() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((EXAMPLES / "inspection.json").read_text("utf-8"))
    return data


def values(**changes: Any) -> Values:
    """Return the example's values with fields changed; ids are written with __ for the dot."""
    made: Values = copy.deepcopy(_example()["values"])
    for field_id, value in changes.items():
        made = forms.put(made, field_id.replace("__", "."), value)
    return made


def record(of: Values | None = None, *, demo: bool = True, revisions: tuple[Revision, ...] = ()) -> Record:
    return Record(
        id=DOCUMENT,
        form=forms.load("inspection").ref,
        number="盐环检（2026）演示第0007号",
        values=values() if of is None else of,
        revisions=revisions,
        demo=demo,
    )


def officers(second_expires: date | None = date(2027, 6, 30)) -> tuple[Officer, ...]:
    unit = "海盐县环境监察大队（演示）"
    return tuple(
        Officer(number=number, name=name, unit=unit, squad="一中队", county="330424", expires_on=expires, demo=True)
        for number, name, expires in (
            ("33042401001", "沈示范", date(2028, 12, 31)),
            ("33042401002", "陆演练", second_expires),
        )
    )


def sample() -> Sample:
    return Sample(id="s1", number="HY20260611-01", point_code="DW001")


def context(**changes: Any) -> CheckContext:
    known: dict[str, Any] = {"now": NOW, "officers": officers(), "samples": (sample(),)}
    return CheckContext(**{**known, **changes})


def revision(of: Values, *, number: int = 1, pages: int = 2, digest: str = "ab" * 32) -> Revision:
    return Revision(
        number=number,
        frozen_at=NOW,
        values=of,
        digest=digest,
        pages=pages,
        pdf=BlobRef(sha256="00" * 32, size=1, media_type="application/pdf"),
    )


def signatures(pages: int = 2, *, without: tuple[tuple[int, str], ...] = (), number: int = 1) -> tuple[Signature, ...]:
    return tuple(
        Signature(record_id=DOCUMENT, revision=number, page=page, box=box, state="signed")
        for page in range(1, pages + 1)
        for box in ("party", "inspector1", "inspector2", "recorder")
        if (page, box) not in without
    )


def crowded() -> Values:
    """Every field filled beyond what anyone expects, with rare characters."""
    return values(
        issuing_body="浙江省嘉兴市生态环境局海盐分局综合行政执法队生态环境保护综合执法大队第二中队派驻经济开发区分队",
        place="海盐县" + "武原街道示例路八号电镀车间（东侧）、" * 30 + "总排口",
        inspectors=[
            {"name": "沈示范", "number": "33042401001", "unit": LONG_NAME},
            {"name": "欧阳陆演练·阿卜杜拉", "number": "3304240100233042401002", "unit": LONG_NAME},
            {"name": "周第三", "number": "33042401003", "unit": ""},
        ],
        party__name=LONG_NAME,
        party__legal_person="𠮷田𠀋𪚥阿卜杜热合曼·买买提江",
        party__phone="0573-86000000转8012、13800000000",
        site_person={
            "name": "欧阳示例·阿卜杜拉",
            "age": 41,
            "id_number": "330424199001011234",
            "unit": LONG_NAME,
            "title": "安全环保部副经理兼危废管理员",
            "relation": "被检查单位现场环保工作的实际负责人",
            "address": "浙江省嘉兴市海盐县武原街道示例大道东段一百二十八号三期二号楼",
            "phone": "0573-86000000转8012",
            "post_code": "314300",
        },
        others=[{"name": f"见证人{n}", "unit": LONG_NAME, "title": "网格员", "relation": "见证人"} for n in range(4)],
        recusal={"answer": "yes", "reason": "检查人员之一与我公司存在利害关系，" * 12},
        situation="\n".join([values()["situation"]] * 3),
        sampling={"done": True, "note": "在总排口（DW001）采集水样1份，编号HY20260611-01；" * 6},
    )
