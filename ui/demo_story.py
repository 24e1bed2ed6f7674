"""What is said and seen in the unattended gate visit, from `resources/demo/gate_visit.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import msgspec

from fieldkit.resource import resource


class Story(msgspec.Struct, frozen=True):
    """The site person's fields, the situation found, and the checklist items found wanting with what was seen."""

    site_person: dict[str, Any]
    situation: str
    findings: dict[str, str]


@cache
def story() -> Story:
    """Read the story."""
    told = tomllib.loads(resource("demo", "gate_visit.toml").read_text("utf-8"))
    return Story(told["site_person"], "\n".join(told["situation"]["paragraphs"]), told["findings"])
