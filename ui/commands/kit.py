"""Opening the kit in $FIELDKIT_HOME for one command: which officer, and where the password comes from."""

from __future__ import annotations

import argparse
import os
import sys

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.errors import InvalidInput
from fieldkit.replica import Replica
from ui.home import home as home

PASSWORD = "FIELDKIT_PASSWORD"  # noqa: S105  # the variable's name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command that opens a kit takes."""
    parser.add_argument("--officer", metavar="NUMBER", help="who logs in; the kit's first officer by default")
    parser.add_argument("--password-stdin", action="store_true", help=f"read the password from stdin, not ${PASSWORD}")
    parser.add_argument("--json", action="store_true", help="for machines")


def password(args: argparse.Namespace) -> str:
    """Return the password, and take it out of the environment before any child process starts.

    Raises:
        InvalidInput: none was given.
    """
    given = os.environ.pop(PASSWORD, "")
    if getattr(args, "password_stdin", False):
        given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise InvalidInput("kit.no_password", variable=PASSWORD)
    return given


def unlock(args: argparse.Namespace) -> keys.Keys:
    """Return the kit's keys for the officer of `args`.

    Raises:
        NotEnrolled, WrongKey, LockedOut: as fieldkit.access.keys says.
    """
    folder = home()
    number = getattr(args, "officer", None) or keys.officers(folder)[0]
    return keys.unlock(folder, number, password(args))


def open_kit(args: argparse.Namespace, clock: Clock | None = None) -> Replica:
    """Open the kit and print what had to be repaired, one line each, to stderr.

    Raises:
        NotEnrolled, WrongKey, LockedOut, ReplicaTooNew, ReplicaDamaged: in words for the officer.
    """
    replica = Replica.open(home(), unlock(args), clock or Clock())
    for notice in replica.recovered:
        print(notice, file=sys.stderr)
    return replica
