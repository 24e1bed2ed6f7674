"""Administrative divisions (GB/T 2260 and its statistical extension): code to name, as far as shipped tables reach."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from fieldkit.resource import resource

_ABOVE: Final = {"33": "浙江省", "3304": "嘉兴市", "330424": "海盐县"}
"""The levels above the shipped county table. Source: GB/T 2260."""


def name(code: str) -> str:
    """Return the name of a province (2 digits), city (4), county (6), town (9) or village (12), "" if unknown."""
    return _names().get(code, "")


def full_name(code: str) -> str:
    """Return the names from province down to `code`, as far as known: 浙江省嘉兴市海盐县武原街道."""
    return "".join(name(code[:length]) for length in (2, 4, 6, 9, 12) if length <= len(code))


def towns(county: str) -> dict[str, str]:
    """Return the towns of a county, code to name, in the order of codes."""
    return {code: town for code, town in sorted(_names().items()) if len(code) == 9 and code.startswith(county)}


@cache
def _names() -> dict[str, str]:
    names = dict(_ABOVE)
    for file in sorted(resource("divisions").glob("[0-9]*.json")):
        table = json.loads(file.read_text("utf-8"))
        for rows in table.values():
            if isinstance(rows, list):
                names.update({row["code"]: row["name"] for row in rows})
    return names
