"""The command line: `fieldkit` opens the desktop, `fieldkit COMMAND` does one thing without it.

Each command is a module here with `add_arguments(parser)` and `run(args) -> int`; it is imported only when called.
Exit 0 done, 1 a known error told in one line on stderr, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from fieldkit import __version__
from fieldkit.errors import KnownError

COMMANDS = {
    "init": "make a kit in $FIELDKIT_HOME: --demo, or --enrol CODE",
    "demo": "one gate visit, unattended, through the real parts",
    "search": "search everything in the replica",
    "show": "one archive, by credit code or id",
    "render": "an instrument from data, as PDF",
    "check": "the record check: each rule, its points and source",
    "scan": "straighten pages, read codes and seals, find signatures",
    "print": "print a PDF",
    "devices": "what is connected and how it is",
    "emulate": "one device emulator, for practice without hardware",
    "sync": "push what waits, pull what changed",
    "outbox": "what waits and why",
    "verify": "integrity of databases and blobs",
    "doctor": "what this machine lacks",
}
"""Command name → one line of help; the module is `ui.commands.<name>` (`print` is `ui.commands.print_`)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the desktop or one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments:
        from ui.app import main as desktop

        return desktop()
    parser = argparse.ArgumentParser(
        prog="fieldkit", description="Without a command: opens the desktop.", epilog=_listing(), formatter_class=_Raw
    )
    parser.add_argument("--version", action="version", version=f"fieldkit {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    name = parser.parse_args(arguments[:1]).command
    module = import_module(f"ui.commands.{name}_" if name == "print" else f"ui.commands.{name}")
    command = argparse.ArgumentParser(prog=f"fieldkit {name}", description=module.__doc__, formatter_class=_Raw)
    module.add_arguments(command)
    try:
        code: int = module.run(command.parse_args(arguments[1:]))
    except KnownError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已停止 (stopped)", file=sys.stderr)
        return 1
    return code


_Raw = argparse.RawDescriptionHelpFormatter


def _listing() -> str:
    return "\n".join(f"  {name:<10}{line}" for name, line in COMMANDS.items())
