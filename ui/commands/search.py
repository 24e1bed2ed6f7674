"""Search everything in the kit: names, codes, pinyin initials, addresses, numbers."""

from __future__ import annotations

import argparse

import msgspec

from ui.commands import kit, whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("text", metavar="TEXT", help="some characters, pinyin initials, or part of a code")
    parser.add_argument("--limit", type=whole(1), default=20, metavar="N", help="at most this many (default: 20)")
    kit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print what was found, the best first; exit 0 also when it is nothing."""
    with kit.open_kit(args) as replica:
        hits = replica.search(args.text, limit=args.limit)
    if args.json:
        print(msgspec.json.encode(hits).decode())
        return 0
    for hit in hits:
        print(f"{KINDS.get(hit.kind, hit.kind)}\t{hit.title}\t{hit.snippet}\t{hit.id}")
    if not hits:
        print(f"没有找到 {args.text} (nothing found)")
    return 0


KINDS = {"enterprise": "档案", "task": "任务", "petition": "信访", "visit": "检查", "officer": "人员"}
