"""Write THIRD_PARTY.md: each package of requirements/run.txt with version and licence, from the installed metadata."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Third-party notices

What fieldkit ships or needs at run time. The table comes from `tools/third_party.py`, which reads the installed
packages' own metadata; run it again after changing `requirements/run.txt`.

## Fonts and data

| what | where | licence |
|---|---|---|
| Noto Sans SC, regular | `resources/fonts/NotoSansSC-Regular.ttf` | SIL OFL 1.1 (`resources/fonts/NotoSansSC-OFL.txt`) |
| Noto Serif SC, regular | `resources/fonts/NotoSerifSC-Regular.ttf` | SIL OFL 1.1 (`resources/fonts/NotoSerifSC-OFL.txt`) |
| HanaMinB | Debian `fonts-hanazono`, copied at setup and into the bundle | HanaMin licence or SIL OFL 1.1 |
| towns and villages of the county, from `china-division` 2.7.0 | `resources/divisions` | MIT |

## Python packages

| package | version | licence |
|---|---|---|
"""


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
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", (ROOT / "requirements/run.txt").read_text(), re.M):
        try:
            rows.append(f"| {name} | {version} | {licence(name)} |")
        except PackageNotFoundError:
            rows.append(f"| {name} | {version} | other platforms only |")
    (ROOT / "THIRD_PARTY.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
