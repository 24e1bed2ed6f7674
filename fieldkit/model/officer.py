"""Who inspects: officers with their enforcement ID."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Role = Literal["执法人员", "中队长", "大队长", "局长", "档案员", "信访员"]


class Officer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An officer. `number` (执法证号) is also the log-in name; `expires_on` None means no valid ID is recorded."""

    number: str
    name: str
    unit: str
    squad: str
    county: str
    role: Role = "执法人员"
    expires_on: date | None = None
    demo: bool = False
