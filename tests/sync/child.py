"""A kit's process that syncs and kills itself at a named point: `python -m tests.sync.child HOME POINT`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD
from fieldkit.replica import Replica
from sync.engine import SyncEngine
from tests.sync.kits import CREDENTIALS, OFFICER, SHORT

POINTS = (
    "connecting",
    "operations-marked",
    "operations-arrived",
    "operations-settled",
    "page-arrived",
    "page-stored",
    "upload-begun",
    "chunk-arrived",
    "blob-arrived",
)


def die(*_args: object, **_kwargs: object) -> Any:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call that does its work and then dies before anybody hears of it."""

    def fatal(*args: object, **kwargs: object) -> Any:
        call(*args, **kwargs)
        die()

    return fatal


def arm(point: str, replica: Replica, engine: SyncEngine) -> Callable[..., None]:
    """Plant the point and return the progress callback to run with."""
    from sync.client import SyncClient

    targets: dict[str, tuple[Any, str]] = {
        "operations-marked": (replica.outbox, "sent"),
        "operations-arrived": (SyncClient, "operations"),
        "operations-settled": (replica.outbox, "settle"),
        "page-arrived": (SyncClient, "changes"),
        "page-stored": (replica.changes, "apply"),
        "upload-begun": (replica.blobs, "uploading"),
    }
    if point in targets:
        owner, name = targets[point]
        setattr(owner, name, after(getattr(owner, name)))
    elif point == "blob-arrived":
        replica.blobs.stored = die  # type: ignore[method-assign]  # that is the point

    def progress(lane: str, _done: int, _total: int, sent: int) -> None:
        if (point == "connecting" and lane == "hello") or (point == "chunk-arrived" and lane == "blobs" and sent > 0):
            die()

    return progress


def main() -> None:
    home, point = Path(sys.argv[1]), sys.argv[2]
    clock = Clock()
    replica = Replica.open(home, keys.unlock(home, OFFICER, PASSWORD), clock)
    engine = SyncEngine(replica, clock, lambda: CREDENTIALS, SHORT)
    engine.run(progress=arm(point, replica, engine))
    sys.exit("the point was not reached")


if __name__ == "__main__":
    main()
