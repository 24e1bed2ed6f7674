"""The first lane: operations go up in batches, and every answer is written down before the next batch leaves."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from fieldkit.clock import Clock
from fieldkit.errors import AuthExpired, Cancelled, KnownError, NetworkUnavailable
from fieldkit.model.operation import Operation, OpResult
from fieldkit.replica import Replica
from sync.backoff import delay_s
from sync.client import SyncClient
from sync.refusal import BatchTooLarge, Overloaded, Refused, UpgradeRequired
from sync.report import Progress, Tally
from sync.wire import Limits, OpsRequest

_ENVELOPE_BYTES = 1024
"""What an operation weighs in a request beside its body."""


class Push:
    """Sends what is due, each operation at most once a run unless the server asks for smaller batches.

    Args:
        replica: holds the outbox.
        client: signed in.
        clock: tells what is due.
        limits: of the server.
        device_id: of this kit.
        tally: counts.
        progress: told after each batch.
        dice: for jitter.
    """

    def __init__(
        self,
        replica: Replica,
        client: SyncClient,
        clock: Clock,
        limits: Limits,
        device_id: str,
        tally: Tally,
        progress: Progress,
        dice: random.Random,
    ) -> None:
        self._replica = replica
        self._client = client
        self._clock = clock
        self._limits = limits
        self._device_id = device_id
        self._tally = tally
        self._progress = progress
        self._dice = dice
        self._tried: set[str] = set()
        self._session = True

    def run(self, *, session: bool = True) -> None:
        """Send everything that is due, and what becomes free by it.

        Args:
            session: False for a revoked device, which has none and may still hand in its work.

        Raises:
            NetworkUnavailable, AuthExpired, Cancelled: the rest waits; nothing is lost.
        """
        self._session = session
        while due := [op for op in self._due() if op.op_id not in self._tried]:
            total = len(self._tried) + len(due)
            for batch in batches(due, self._limits):
                self._tried.update(op.op_id for op in batch)
                self._send(batch)
                self._progress("operations", len(self._tried), total, 0)

    def _due(self) -> list[Operation]:
        return self._replica.outbox.due(self._clock.now().at, limit=len(self._tried) + self._limits.operations)

    def _send(self, batch: Sequence[Operation]) -> None:
        ids = [op.op_id for op in batch]
        # Written down before the first byte leaves: from here on its bytes may be known elsewhere and never change.
        self._replica.outbox.sent(ids)
        self._tally.operations += len(batch)
        try:
            head = self._replica.audit.head().rpartition(":")[2]
            reply = self._client.operations(OpsRequest(self._device_id, tuple(batch), head), session=self._session)
        except (BatchTooLarge, UpgradeRequired, Refused) as error:
            self._tally.operations -= len(batch)
            self._refused(batch, error)
        except Overloaded as error:
            self._postpone(ids, error, error.retry_after_s)
            raise
        except NetworkUnavailable as error:
            self._postpone(ids, error)
            raise
        except (AuthExpired, Cancelled) as error:
            self._replica.outbox.postpone(ids, self._clock.now().at, error.zh)
            raise
        else:
            for result in reply.results:
                self._settle(result)

    def _settle(self, result: OpResult) -> None:
        why = result.why or result.state
        if result.state in ("retry", "blocked"):
            self._later(result.op_id, why)
        else:
            self._replica.outbox.settle(result)
        if result.state == "applied":
            self._tally.acknowledged += 1
        else:
            self._tally.problem(result.op_id, result.problem.code if result.problem else result.state, why)

    def _refused(self, batch: Sequence[Operation], error: Refused) -> None:
        """Find the operation that is to blame by halving, so that it stops no other (I7).

        A 403 blames who sends and not what is sent: all of it rests at once (I10).
        """
        if len(batch) > 1 and error.problem.status != 403:
            for part in _parts(batch, by_kind=isinstance(error, UpgradeRequired)):
                self._send(part)
            return
        self._tally.operations += len(batch)
        for op in batch:
            self._tally.problem(op.op_id, error.problem.code, error.zh)
        if error.problem.status in (400, 422):
            (op,) = batch
            self._replica.outbox.settle(OpResult(op_id=op.op_id, state="rejected", problem=error.problem))
        else:
            # Time alone won't heal it: it rests until an officer asks to sync, or the program is a newer one.
            self._replica.outbox.park([op.op_id for op in batch], error.zh)

    def _postpone(self, ids: Sequence[str], error: KnownError, retry_after_s: float | None = None) -> None:
        attempts = self._attempts()
        now = self._clock.now().at
        for op_id in ids:
            wait = timedelta(seconds=delay_s(attempts.get(op_id, 1), retry_after_s, self._dice))
            self._replica.outbox.postpone([op_id], now + wait, error.zh)

    def _later(self, op_id: str, why: str) -> None:
        wait = timedelta(seconds=delay_s(self._attempts().get(op_id, 1), None, self._dice))
        self._replica.outbox.postpone([op_id], self._clock.now().at + wait, why)

    def _attempts(self) -> dict[str, int]:
        return {item.op_id: item.attempts for item in self._replica.outbox.items()}


def batches(due: Sequence[Operation], limits: Limits) -> Iterator[list[Operation]]:
    """Cut operations into requests within the server's limits; one that is too large for any goes alone."""
    batch: list[Operation] = []
    size = 0
    for op in due:
        weight = len(bytes(op.body)) + _ENVELOPE_BYTES
        if batch and (len(batch) >= limits.operations or size + weight > limits.bytes):
            yield batch
            batch, size = [], 0
        batch.append(op)
        size += weight
    if batch:
        yield batch


def _parts(batch: Sequence[Operation], *, by_kind: bool) -> list[list[Operation]]:
    """Part a refused batch: by kind if more than one is in it, else into halves of about equal bytes."""
    kinds = dict.fromkeys(op.kind for op in batch)
    if by_kind and len(kinds) > 1:
        return [[op for op in batch if op.kind == kind] for kind in kinds]
    half = sum(len(bytes(op.body)) for op in batch) / 2
    first: list[Operation] = []
    size = 0
    for op in batch[:-1]:
        if first and size + len(bytes(op.body)) > half:
            break
        first.append(op)
        size += len(bytes(op.body))
    return [first, list(batch[len(first) :])]
