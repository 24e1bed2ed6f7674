"""Makes a kit in $FIELDKIT_HOME: of the fictional demo county with a backend of its own, or of a real one by its code.

fieldkit init --demo [--backend-data DIR]
fieldkit init --enrol 'fieldkit://enrol?u=…' --officer NUMBER      password: $FIELDKIT_PASSWORD or --password-stdin
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD
from fieldkit.errors import InvalidInput, KnownError
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from sync.report import SyncReport
from ui import embedded, new_kit
from ui.commands import kit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--demo", action="store_true", help="the fictional county, with a backend on this machine")
    what.add_argument("--enrol", metavar="CODE", help="the one-time code of your administrator")
    parser.add_argument("--backend-data", type=Path, metavar="DIR", help="of --demo; beside $FIELDKIT_HOME by default")
    kit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Make the kit, sync it once, and say what arrived and how to log in."""
    home = kit.home()
    home.parent.mkdir(parents=True, exist_ok=True)
    if args.demo:
        return _demo(args, home)
    return _enrol(args, home)


def _demo(args: argparse.Namespace, home: Path) -> int:
    made = new_kit.make_demo(home, args.backend_data or embedded.beside(home), _tell(args))
    if args.json:
        facts = {
            "kit": str(made.home),
            "backend": str(made.backend_data),
            "officers": made.officers,
            "sync": msgspec.to_builtins(made.first_sync),
        }
        print(msgspec.json.encode(facts).decode())
        return 0
    print(f"演示执法箱已建好：{made.home}（后台数据：{made.backend_data}）")
    print(f"首次同步取回 {made.first_sync.changes} 条。全部是演示数据。")
    print(f"登录：执法证号 {' 或 '.join(made.officers)}，密码 {PASSWORD}。打开：fieldkit")
    print(f"(Demo kit ready; {made.first_sync.changes} changes fetched; log in as {made.officers[0]} with {PASSWORD}.)")
    return 0


def _enrol(args: argparse.Namespace, home: Path) -> int:
    if not args.officer:
        raise InvalidInput("kit.no_officer")
    new_kit.refuse_existing(home)
    credentials = Credentials(args.officer, kit.password(args))
    clock = Clock()
    tell = _tell(args)
    tell("正在登记执法箱")
    officer = new_kit.make(home, args.enrol, credentials, clock)
    tell("正在取回本县的档案")
    report, later = _first_sync(home, credentials, clock)
    if args.json:
        facts = {"kit": str(home), "officers": [officer.number], "sync": msgspec.to_builtins(report)}
        print(msgspec.json.encode(facts).decode())
    else:
        print(f"执法箱已建好：{home}。{officer.name}（{officer.number}）可以登录。首次同步取回 {report.changes} 条。")
        print(f"(Kit ready; {officer.number} can log in; {report.changes} changes fetched.)")
    if later is not None:
        print(later, file=sys.stderr)
    return 0


def _first_sync(home: Path, credentials: Credentials, clock: Clock) -> tuple[SyncReport, KnownError | None]:
    """Sync once; the kit is made, so a line that breaks now is told and no failure."""
    with Replica.open(home, keys.unlock(home, credentials.officer, credentials.password), clock) as replica:
        engine = SyncEngine(replica, clock, lambda: credentials)
        try:
            return engine.run(), None
        except KnownError as error:
            return SyncReport(), error
        finally:
            engine.close()


def _tell(args: argparse.Namespace) -> new_kit.Tell:
    return (lambda _words: None) if args.json else (lambda words: print(f"{words}…", file=sys.stderr))
