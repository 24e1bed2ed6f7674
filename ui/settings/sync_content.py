"""What waits to go up, in the officer's words, read on a worker thread."""

from __future__ import annotations

from collections.abc import Iterable
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
    "conflict": ("有冲突", "warn", "triangle-alert"),
    "rejected": ("被退回", "danger", "octagon-alert"),
    "quarantined": ("待负责人核定", "warn", "hourglass"),
    "parked": ("搁置", "warn", "hourglass"),
}
STUCK = {"conflict", "rejected", "quarantined", "parked"}
"""None of these goes by itself: a person has to do something."""
WHAT_TO_DO: dict[str, str] = {
    "conflict": "请联系管理员核对，本机内容保留",
    "rejected": "请把原因告诉管理员，本机内容保留",
    "quarantined": "后台已原样保管，请告诉负责人，不要重做",
    "parked": "请点“立即同步”再试；仍搁置请联系管理员",
}


class Backlog(msgspec.Struct, frozen=True):
    """How much has not reached the backend: what goes by itself, and apart from it what needs a person."""

    operations: int = 0
    blobs: int = 0
    attention: int = 0

    @property
    def going(self) -> bool:
        """Whether anything still goes up by itself."""
        return bool(self.operations or self.blobs)

    def words(self) -> str:
        """Return 待传 2 项操作 · 3 个附件, empty when nothing goes."""
        parts = (f"{self.operations} 项操作" if self.operations else "", f"{self.blobs} 个附件" if self.blobs else "")
        return f"待传 {' · '.join(filter(None, parts))}" if self.going else ""

    def attention_words(self) -> str:
        """Return 需要处理 1 项, empty when nothing needs a person."""
        return f"需要处理 {self.attention} 项" if self.attention else ""


def count(replica: Replica) -> Backlog:
    """Count the outbox and the blobs that are not stored yet; on a worker thread."""
    return _backlog(replica.outbox.items(), len(replica.blobs.waiting()))


def _backlog(items: Iterable[OutboxItem], blobs: int) -> Backlog:
    states = [item.state for item in items if item.state != "acked"]
    attention = sum(state in STUCK for state in states)
    return Backlog(operations=len(states) - attention, blobs=blobs, attention=attention)


class Waiting(msgspec.Struct, frozen=True):
    """Everything that waits: operations in the order they go, and the blobs behind them."""

    items: tuple[OutboxItem, ...]
    blobs: int
    blob_bytes: int
    server: str

    @property
    def backlog(self) -> Backlog:
        """The same, counted."""
        return _backlog(self.items, self.blobs)


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
    """Return when it is tried next, or what a person has to do, in words."""
    tried = f"已试 {item.attempts} 次" if item.attempts else ""
    if item.state in STUCK:
        return "　".join(filter(None, (tried, WHAT_TO_DO[item.state])))
    when = item.next_attempt_at
    if when is None or when <= now:
        return "　".join(filter(None, (tried, "有网络时立即上传")))
    return "　".join(filter(None, (tried, f"{moment(when, now)} 再试")))
