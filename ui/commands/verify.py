"""Prove that nothing in the kit has changed by itself: databases page by page, attachments, the audit chain."""

from __future__ import annotations

import argparse

import msgspec

from fieldkit.clock import Clock
from ui.commands import kit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report; exit 0 if all is well, 1 if anything is not. Nothing is repaired."""
    from fieldkit.replica import verify_kit

    report = verify_kit(kit.home(), kit.unlock(args), Clock())
    if args.json:
        print(msgspec.json.encode(report).decode())
    else:
        print("，".join(f"{name} {count}" for name, count in report.checked.items()))
        for problem in report.problems:
            print(f"{problem.where}：{problem.what}")
        print("数据完好 (all is well)" if report.ok else "发现损坏 (damage found)")
    return 0 if report.ok else 1
