"""`python -m tests.bench NAME [--json]`: measure one part against limits or peers in the same run.

Each module here with a `run() -> Result` is a bench under its own name. Exit 0 only if all checks are ok.
"""

from __future__ import annotations

import argparse
import json
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.report import Result


def main() -> int:
    folder = Path(__file__).parent
    names = sorted(
        module.name for module in pkgutil.iter_modules([str(folder)]) if module.name not in ("__main__", "report")
    )
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--json", action="store_true", help="the whole result for machines")
    args = parser.parse_args()
    result: Result = import_module(f"tests.bench.{args.name}").run()
    if args.json:
        print(json.dumps(result.as_json(args.name), ensure_ascii=False, indent=1))
    else:
        for figure, value in result.figures.items():
            print(f"{figure:<44}{value:>12.4g}")
        for check in result.checks:
            sign = "≥" if check.better == "higher" else "≤"
            print(f"{'ok ' if check.ok else 'NOT'} {check.name}: {check.got:.4g} {sign} {check.want:.4g} {check.unit}")
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
