"""The command line: `fieldkit` opens the desktop, `fieldkit COMMAND` does one thing without it.

Each command is a module here with `add_arguments(parser)` and `run(args) -> int`; it is imported only when called.
Exit 0 done, 1 an error told in one line on stderr, 2 wrong usage. A program error is one line too; FIELDKIT_DEBUG=1
adds its traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from fieldkit import __version__
from fieldkit.errors import KnownError
from fieldkit.outcome import end, speak_any_encoding

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
    speak_any_encoding()
    if not arguments:
        return end(_desktop)
    parser = argparse.ArgumentParser(
        prog="fieldkit", description="Without a command: opens the desktop.", epilog=_listing(), formatter_class=_Raw
    )
    parser.add_argument("--version", action="version", version=f"fieldkit {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    name = parser.parse_args(arguments[:1]).command
    module = import_module(f"ui.commands.{name}_" if name == "print" else f"ui.commands.{name}")
    command = argparse.ArgumentParser(prog=f"fieldkit {name}", description=module.__doc__, formatter_class=_Raw)
    module.add_arguments(command)
    args = command.parse_args(arguments[1:])
    try:
        return end(lambda: int(module.run(args)))
    except KeyboardInterrupt:
        print("已停止 (stopped)", file=sys.stderr)
        return 1


def _desktop() -> int:
    """Open the window, where there is a display: Qt ends the whole process without one."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    shown = os.environ.get("DISPLAY") or (os.environ.get("WAYLAND_DISPLAY") and platform != "xcb")
    if sys.platform == "linux" and not shown and platform in ("", "xcb", "wayland"):
        raise KnownError("display.none")
    from ui.app import main as desktop

    return desktop()


def whole(low: int) -> Callable[[str], int]:
    """Return an argument type: a whole number not below `low`."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low:
            raise argparse.ArgumentTypeError(f"应为不小于 {low} 的整数 (a whole number, {low} or more): {text}")
        return value

    return number


_Raw = argparse.RawDescriptionHelpFormatter


def _listing() -> str:
    return "\n".join(f"  {name:<10}{line}" for name, line in COMMANDS.items())
