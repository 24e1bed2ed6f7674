"""What every bench hands back: figures by name, and checks with a limit each (DESIGN, JSON shapes that stay)."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Check:
    """One measured value against what is wanted of it."""

    name: str
    got: float
    want: float
    unit: str = ""
    better: Literal["higher", "lower"] = "higher"

    @property
    def ok(self) -> bool:
        """Whether the value is at least as good as wanted; nothing measured (NaN) is not."""
        return self.got >= self.want if self.better == "higher" else self.got <= self.want

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "got": self.got, "want": self.want, "unit": self.unit, "better": self.better,
            "ok": self.ok,
        }  # fmt: skip


@dataclass
class Result:
    """A bench's outcome."""

    figures: dict[str, float] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there are checks and all are ok."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    def as_json(self, name: str) -> dict[str, Any]:
        system = f"{platform.system()} {platform.machine()}"
        machine = f"{system}, {os.cpu_count()} cores, Python {platform.python_version()}"
        return {
            "name": name,
            "machine": machine,
            "figures": self.figures,
            "checks": [check.as_json() for check in self.checks],
        }
