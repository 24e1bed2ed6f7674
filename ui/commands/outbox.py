"""What waits to go up, and why: operations in their order, then attachments."""

from __future__ import annotations

import argparse

import msgspec

from fieldkit.errors import NotFound, ReplicaDamaged, sentence
from fieldkit.model.stamp import local
from fieldkit.replica import Replica
from fieldkit.replica.blobs import BlobRow
from ui.commands import kit

STEP = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print each waiting operation, then the attachments; exit 0 whether something waits or not."""
    with kit.open_kit(args) as replica:
        items, blobs = replica.outbox.items(), replica.blobs.waiting()
        damaged = {blob.sha256 for blob in blobs if not _reads(replica, blob)}
    if args.json:
        print(msgspec.json.encode([*items, *(_entry(blob, damaged=blob.sha256 in damaged) for blob in blobs)]).decode())
        return 0
    for item in items:
        when = f"，下次尝试 {local(item.next_attempt_at):%Y-%m-%d %H:%M}" if item.next_attempt_at else ""
        print(f"{STATES[item.state]}\t{item.title}\t已尝试 {item.attempts} 次{when}\t{item.why}")
    if blobs:
        print(f"另有 {len(blobs)} 个附件待传，共 {sum(blob.size for blob in blobs) / 1e6:.1f} MB")
    for blob in blobs:
        if blob.sha256 in damaged:
            print(f"无法上传\t{_damage(blob)}")
    if not items and not blobs:
        print("没有待传内容 (nothing waits)")
    return 0


def _reads(replica: Replica, blob: BlobRow) -> bool:
    """Tell whether an attachment is whole here: one that is not can never go up."""
    try:
        with replica.blobs.open(blob.sha256) as content:
            while content.read(STEP):
                pass
    except (NotFound, ReplicaDamaged):
        return False
    return True


def _damage(blob: BlobRow) -> str:
    return sentence("sync.blob_damaged", name=blob.filename or blob.sha256)[0]


def _entry(blob: BlobRow, *, damaged: bool) -> dict[str, object]:
    """Return an attachment in the shape of an operation: it is told by its hash, and has no tries of its own."""
    begun = f"，已上传 {blob.offset / 1e6:.1f} MB" if blob.offset else ""
    return {
        "op_id": blob.sha256,
        "kind": "blob",
        "entity_id": blob.sha256,
        "title": blob.filename,
        "state": "inflight" if blob.upload_url else "pending",
        "attempts": 0,
        "next_attempt_at": None,
        "why": _damage(blob) if damaged else f"附件 {blob.size / 1e6:.1f} MB{begun}",
        "receipt": "",
    }


STATES = {
    "pending": "等待上传",
    "inflight": "正在上传",
    "acked": "已收到",
    "conflict": "有冲突",
    "rejected": "被退回",
    "quarantined": "待负责人核定",
    "parked": "搁置",
}
"""What an officer reads for each state."""
