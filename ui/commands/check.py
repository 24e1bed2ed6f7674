"""The record check: every rule with its state, points and source.

Exit 0 when nothing forbids the stage, 1 when something does (said in one line on stderr).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from fieldkit.errors import CheckFailed
from fieldkit.instruments import datafile
from fieldkit.instruments.check import CheckReport, check

_MARKS = {"met": "✓", "missed": "✗", "not-applicable": "·"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare FORM, DATA, --stage and --json."""
    parser.add_argument("form", metavar="FORM", help="name of a form, as `inspection`")
    parser.add_argument("data", metavar="DATA.json", type=Path, help="the record's values (docs/forms.md)")
    parser.add_argument(
        "--stage", choices=("print", "done"), required=True, help="before printing, or before finishing"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Check and print the report.

    Raises:
        CheckFailed: a hard block forbids the stage; the report was printed before.
    """
    form, data = datafile.load(args.form, args.data)
    report = check(data.record(form), data.context(form), args.stage)
    if args.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")
    else:
        _print(report)
    if report.blocked:
        sys.stdout.flush()
        blocking = [rule for rule in report.rules if rule.id in report.blocks]
        raise CheckFailed(
            "form.blocked",
            stage={"print": "打印", "done": "办结"}[args.stage],
            rules="；".join(rule.message for rule in blocking),
            rules_en="; ".join(rule.message_en for rule in blocking),
        )
    return 0


def _print(report: CheckReport) -> None:
    for rule in report.rules:
        notes = [name for name, ids in (("禁止", report.blocks), ("一票否决", report.vetoes)) if rule.id in ids]
        points = f"{rule.points:g}分" if rule.points else ""
        aside = " · ".join(part for part in (points, *notes, rule.source) if part)
        print(f"{_MARKS[rule.state]} {rule.id:<26}{rule.message}  （{aside}）")
    print(f"得分 {report.score:g}/{report.out_of:g}（只计已建立的基本要素）；禁止 {len(report.blocks)} 项", end="")
    print(f"，一票否决 {len(report.vetoes)} 项")
