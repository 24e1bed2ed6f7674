"""Permit numbers and the codes of outfalls, facilities and equipment (HJ 608-2017)."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from fieldkit.standards import uscc
from fieldkit.standards.uscc import MalformedCode

PATTERN: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}[0-9A-Z]")

UnitKind = Literal["outfall", "facility", "equipment"]

_UNITS: Final[tuple[tuple[UnitKind, re.Pattern[str]], ...]] = (
    ("outfall", re.compile(r"D[AW][0-9]{3}")),
    ("facility", re.compile(r"T[AWNS][0-9]{3}")),
    ("equipment", re.compile(r"MF[0-9]{4}")),
)


class PermitNumber(NamedTuple):
    """A permit number in its parts: holder (18), sequence (3 digits), mark (1 character, not a check digit)."""

    holder: str
    sequence: str
    mark: str

    @property
    def has_uscc(self) -> bool:
        """Whether the holder's part is a unified social credit code; units without one have H9…."""
        return uscc.is_valid(self.holder)


def parse(text: str) -> PermitNumber:
    """Return the parts of a permit number.

    The holder's check digit is not asked for: units without a credit code have a number of another make.

    Raises:
        MalformedCode: not 22 characters of the standard's form.
    Source: HJ 608-2017, 5.
    """
    code = uscc.compact(text)
    if not PATTERN.fullmatch(code):
        raise MalformedCode(
            code=code,
            why="许可证编号应为18位代码、3位数字和1位标识",
            why_en="a permit number is 18 characters of code, 3 digits and 1 mark",
        )
    return PermitNumber(code[:18], code[18:21], code[21])


def is_valid(text: str) -> bool:
    """Return whether `text` has the form of a permit number."""
    return PATTERN.fullmatch(uscc.compact(text)) is not None


def unit_kind(text: str) -> UnitKind | None:
    """Return what a code like DW001, TA002 or MF0003 names, or None.

    Source: HJ 608-2017, 6.
    """
    return next((kind for kind, pattern in _UNITS if pattern.fullmatch(text)), None)
