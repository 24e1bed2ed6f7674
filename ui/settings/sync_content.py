"""What waits to go up, in the officer's words, read on a worker thread."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from ui.shell.when import moment

if TYPE_CHECKING:
    from fieldkit.replica import OutboxItem, Replica

KIND_WORDS = {"visit": "现场检查", "track": "执法轨迹", "task": "任务", "enterprise": "企业档案", "petition": "信访"}
STATE_WORDS: dict[str, tuple[str, str, str]] = {
    "pending": ("等待上传", "info", "hourglass"),
    "inflight": ("正在上传", "info", "cloud-upload"),
    "acked": ("已收到", "ok", "circle-check"),
    "conflict": ("有冲突，需要处理", "warn", "triangle-alert"),
    "rejected": ("后台退回", "danger", "octagon-alert"),
    "quarantined": ("待后台核对", "warn", "hourglass"),
    "parked": ("搁置，请立即同步", "warn", "hourglass"),
}
STUCK = {"conflict", "rejected", "quarantined", "parked"}


class Waiting(msgspec.Struct, frozen=True):
    """Everything that waits: operations in the order they go, and the blobs behind them."""

    items: tuple[OutboxItem, ...]
    blobs: int
    blob_bytes: int
    server: str

    def stuck(self) -> int:
        """Return how many wait for a person."""
        return sum(item.state in STUCK for item in self.items)


def read(replica: Replica) -> Waiting:
    """Read the outbox and the blobs that are not stored yet."""
    blobs = replica.blobs.waiting()
    enrolment = replica.enrolment.get()
    return Waiting(
        items=tuple(item for item in replica.outbox.items() if item.state != "acked"),
        blobs=len(blobs),
        blob_bytes=sum(blob.size for blob in blobs),
        server=enrolment.server_url if enrolment is not None else "",
    )


def next_try(item: OutboxItem, now: datetime) -> str:
    """Return when it is tried next, in words."""
    tried = f"已试 {item.attempts} 次" if item.attempts else ""
    if item.state in STUCK:
        return tried
    when = item.next_attempt_at
    if when is None or when <= now:
        return "　".join(filter(None, (tried, "有网络时立即上传")))
    return "　".join(filter(None, (tried, f"{moment(when, now)} 再试")))
