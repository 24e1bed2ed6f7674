"""Pushes what waits, pulls what changed, brings the attachments; with --once a single time, else until stopped.

A demo kit's own backend is started if it isn't running, and stopped again at the end.
"""

from __future__ import annotations

import argparse
import sys
import threading

import msgspec

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.errors import BugError, KnownError
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from sync.report import Lane, SyncReport
from sync.worker import SyncWorker
from ui import embedded
from ui.commands import kit

_LANES = {"hello": "连接", "operations": "记录", "changes": "档案", "blobs": "附件"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--once", action="store_true", help="sync a single time and end")
    kit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Sync; exit 1 if it could not reach the end (with --once)."""
    home = kit.home()
    number = args.officer or keys.officers(home)[0]
    credentials = Credentials(number, kit.password(args))
    clock = Clock()
    with Replica.open(home, keys.unlock(home, number, credentials.password), clock) as replica:
        for notice in replica.recovered:
            print(notice, file=sys.stderr)
        backend = embedded.ensure(replica)
        engine = SyncEngine(replica, clock, lambda: credentials)
        try:
            if args.once:
                _print(engine.run(progress=_tell), as_json=args.json)
            else:
                _keep_on(engine, as_json=args.json)
        finally:
            engine.close()
            if backend is not None:
                backend.stop()
    return 0


def _keep_on(engine: SyncEngine, *, as_json: bool) -> None:
    """Sync now and every few minutes until Ctrl-C."""
    ended = threading.Event()

    def finished(outcome: SyncReport | KnownError | BugError) -> None:
        if isinstance(outcome, SyncReport):
            _print(outcome, as_json=as_json)
        else:
            print(outcome, file=sys.stderr)

    worker = SyncWorker(
        lambda cancel, progress, patient: engine.run(cancel, progress, patient=patient), finished, _tell
    )
    worker.start()
    worker.request()
    try:
        ended.wait()
    finally:
        worker.stop()
        worker.join()


def _print(report: SyncReport, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(report).decode(), flush=True)
        return
    print(
        f"上传记录 {report.operations} 项（确认 {report.acknowledged}），附件 {report.blobs} 个"
        f" {report.blob_bytes / 1e6:.1f} MB，取回 {report.changes} 条，待传 {report.waiting} 项。"
    )
    print(
        f"({report.operations} sent, {report.acknowledged} acknowledged; {report.blobs} attachments,"
        f" {report.blob_bytes / 1e6:.1f} MB; {report.changes} changes fetched; {report.waiting} waiting.)"
    )
    for problem in report.problems:
        print(f"  {problem.what}：{problem.why}（{problem.code}）")


def _tell(lane: Lane, done: int, total: int, sent: int) -> None:
    """Show the step on a terminal; elsewhere nothing."""
    if sys.stderr.isatty():
        of = f"/{total}" if total else ""
        print(f"\r{_LANES[lane]} {done}{of}  {sent / 1e6:.1f} MB\033[K", end="", file=sys.stderr, flush=True)
