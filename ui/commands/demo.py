"""One gate visit, unattended, through the real parts: fresh kit, embedded backend, emulated devices.

Writes every artefact and report.json into --out; exit 1 if any check of the report fails.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the artefacts; made anew")
    parser.add_argument("--json", action="store_true", help="print report.json on standard output")


def run(args: argparse.Namespace) -> int:
    """Make the visit, write the report, say what held."""
    from ui.demo import visit

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    report = visit(args.out, tell)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    for check in report.checks:
        tell(f"{'✓' if check.ok else '✗'} {check.name}: {check.got:g} {check.unit} (want {check.want:g})")
    tell(f"{args.out / 'report.json'}")
    return 0 if report.ok else 1
