"""A child process that saves without end and tells each save that returned; its parent kills it.

`python -m tests.fieldkit.replica.saver HOME [FAILPOINT COUNT]`: with a failpoint it kills itself at the COUNTth time
that named step is reached, before the step.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from fieldkit.crypto import durable
from fieldkit.model.operation import OpResult
from fieldkit.replica import Replica, audit, blobs, copies, driver, outbox
from tests.fieldkit.replica.factories import KEYS, NOON, as_held, clock, pull, record, visit

FAILPOINTS: dict[str, tuple[Any, str]] = {
    "file-synced": (durable, "sync_file"),
    "renamed": (durable, "replace"),
    "folder-synced": (durable, "sync_directory"),
    "operation-queued": (outbox, "queue"),
    "audit-appended": (audit, "append"),
    "blob-encrypted": (blobs, "write"),
    "transaction": (driver, "transaction"),
    "copy": (copies.WorkCopier, "_copy"),
}


def main(home: Path, failpoint: str = "", count: str = "0") -> None:
    if failpoint:
        _arm(*FAILPOINTS[failpoint], int(count))
    replica = Replica.open(home, KEYS, clock())
    chance = random.Random(int(count))
    change = len(replica.visits.rows()) * 10
    for n in range(10_000):
        draft = visit(situation=f"第{n}步")
        for step in range(chance.randint(1, 3)):
            draft = msgspec.structs.replace(draft, records=(record(draft.id, f"{n}.{step}"),))
            replica.visits.save(draft)
            _told("draft", draft.id, f"{n}.{step}")
        photo = replica.blobs.put(chance.randbytes(70_000), "image/jpeg", "照片.jpg")
        _told("blob", photo.sha256, "")
        if chance.random() < 0.6:
            operation = replica.visits.finalise(draft, "33042400101")
            _told("final", draft.id, f"{n}.{step}")
            if chance.random() < 0.5:
                replica.outbox.sent([op.op_id for op in replica.outbox.due(NOON, 10)])
                replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1))
                change += 1
                pull(replica, as_held(operation, change, filed=True))
        if n % 5 == 4:
            replica.backup_work()


def _told(*words: str) -> None:
    os.write(1, ("\t".join(words) + "\n").encode())


def _arm(owner: Any, name: str, count: int) -> None:
    step: Callable[..., Any] = getattr(owner, name)
    left = count

    def killing(*args: Any, **keywords: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*args, **keywords)

    setattr(owner, name, killing)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
