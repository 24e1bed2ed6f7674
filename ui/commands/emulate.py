"""One device emulator as a process of its own: practice without hardware (docs/devices.md).

NAME is printer (IPP), label-printer (ESC/POS over TCP), gps (NMEA on a pseudo-terminal) or wand (a folder that
fills). It prints one JSON line when it is ready and takes commands, such as `fault paper-out` and `clear`, on
standard input until that ends. `fieldkit emulate NAME --help` lists its options and faults.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from devices.emulators.process import EMULATORS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", choices=EMULATORS, metavar="NAME", help=", ".join(EMULATORS))
    parser.add_argument("options", nargs=argparse.REMAINDER, help="the emulator's own options")


def run(args: argparse.Namespace) -> int:
    """Run the emulator until its standard input ends."""
    code: int = import_module(EMULATORS[args.name]).main(args.options)
    return code
