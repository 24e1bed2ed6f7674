"""Write the package table of THIRD_PARTY.md from the installed metadata of requirements/run.txt; the rest stays."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = "| package | version | licence |\n|---|---|---|\n"


def licence(name: str) -> str:
    """Return a package's licence in few words."""
    about = metadata(name)
    if expression := about.get("License-Expression"):
        return expression
    trove = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    return ", ".join(trove) or (about.get("License") or "see package").splitlines()[0]


def main() -> None:
    """Write the table."""
    rows = []
    pins = (ROOT / "requirements/run.txt").read_text("utf-8")
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", pins, re.M):
        try:
            rows.append(f"| {name} | {version} | {licence(name)} |")
        except PackageNotFoundError:
            rows.append(f"| {name} | {version} | other platforms only |")
    page = ROOT / "THIRD_PARTY.md"
    head = page.read_text("utf-8").partition(TABLE)[0]
    page.write_text(head + TABLE + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
