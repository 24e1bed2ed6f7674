"""Checklists as data: what to look at and photograph on a visit, by theme, and the sentence a finding makes."""

from __future__ import annotations

import tomllib
from functools import cache

import msgspec

from fieldkit.instruments.laws import Citation
from fieldkit.resource import resource


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at. `finding` is a sentence with …… where the officer goes on; `cite` may be empty."""

    id: str
    label: str
    look: str
    photograph: str = ""
    finding: str = ""
    cite: tuple[Citation, ...] = ()


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A group of items."""

    id: str
    title: str
    items: tuple[ChecklistItem, ...]


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """The themes for some industries; `industries` are prefixes of GB/T 4754 codes, empty for all."""

    id: str
    title: str
    version: str
    industries: tuple[str, ...] = ()
    themes: tuple[Theme, ...]

    def item(self, item_id: str) -> ChecklistItem | None:
        """Return an item by id, or None."""
        return next((item for theme in self.themes for item in theme.items if item.id == item_id), None)


@cache
def all_checklists() -> tuple[Checklist, ...]:
    """Return every checklist shipped."""
    return tuple(
        msgspec.convert(tomllib.loads(file.read_text("utf-8")), Checklist)
        for file in sorted(resource("checklists").glob("*.toml"))
    )


def labels() -> dict[str, str]:
    """Return the label of every item of every checklist shipped, by its id."""
    return {item.id: item.label for checklist in all_checklists() for theme in checklist.themes for item in theme.items}


def for_industry(industry: str) -> Checklist:
    """Return the checklist with the longest prefix of an industry code (`C3482`), else the general one."""

    def fit(checklist: Checklist) -> int:
        if not checklist.industries:
            return 0
        return max((len(prefix) for prefix in checklist.industries if industry.startswith(prefix)), default=-1)

    return max(all_checklists(), key=fit)
