"""一源一档: the archive of one enterprise, with the groups this version holds."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from fieldkit.model.place import Point

SupervisionLevel = Literal["国控", "省控", "市控", "县控", "一般"]
PermitClass = Literal["重点管理", "简化管理", "登记管理"]


class Permit(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """排污许可证. `number` as in HJ 608-2017."""

    number: str
    permit_class: PermitClass
    authority: str
    valid_from: date
    valid_to: date


class Project(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """建设项目: environmental impact approval and acceptance."""

    name: str
    eia_class: Literal["报告书", "报告表", "登记表"]
    approval_no: str = ""
    approval_date: date | None = None
    authority: str = ""
    acceptance_kind: str = ""
    acceptance_no: str = ""
    acceptance_date: date | None = None


class Outfall(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """排放口: DW (water) or DA (air) with three digits."""

    code: str
    name: str
    medium: Literal["废水", "废气"]
    destination: str = ""
    pollutants: tuple[str, ...] = ()
    height_m: float | None = None
    online: bool = False
    point: Point | None = None


class Paper(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """附件: a document of the archive, kept as a blob."""

    title: str
    kind: str
    sha256: str
    size: int
    media_type: str


class Enterprise(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One source, one file.

    `division` is the town's 9-digit code, `industry` a GB/T 4754-2017 class; `pinyin` (syllables parted by spaces)
    and `initials` are computed by the backend and shipped.
    """

    id: str
    name: str
    uscc: str = ""
    former_names: tuple[str, ...] = ()
    legal_person: str = ""
    legal_person_title: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""
    division: str = ""
    town: str = ""
    squad: str = ""
    industry: str = ""
    industry_name: str = ""
    enterprise_type: str = ""
    scale: str = ""
    level: SupervisionLevel = "一般"
    credit: str = ""
    products: tuple[str, ...] = ()
    receiving_water: str = ""
    point: Point | None = None
    permits: tuple[Permit, ...] = ()
    projects: tuple[Project, ...] = ()
    outfalls: tuple[Outfall, ...] = ()
    papers: tuple[Paper, ...] = ()
    pinyin: str = ""
    initials: str = ""
    demo: bool = False
