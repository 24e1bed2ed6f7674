"""The push: a batch of operations becomes effects, change numbers and ledger rows in one transaction, as sets.

The counter row is locked before anything is read; ledger and entities of the whole batch are looked up at once; the
batch is decided in memory, in order, and written as sets. If a row breaks a constraint, the transaction is done again
with a savepoint an operation, so that one bad operation spoils no other (PROTOCOL rule 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from backend.problems import problem
from backend.store import counters, filing, rows
from backend.store.caller import Caller
from backend.store.database import Database
from backend.store.incoming import Incoming
from backend.store.rows import Held
from backend.store.tables import audit_head, ledger, quarantine
from fieldkit.model.operation import OpResult, Problem, ResultState
from fieldkit.model.task import Task

_result = msgspec.json.Decoder(OpResult)
_task = msgspec.json.Decoder(Task)
_DECIDED = frozenset({"applied", "conflict", "rejected", "quarantined"})
"""States that the ledger keeps; blocked and retry are decided anew on the next try."""


def push(
    database: Database, caller: Caller, operations: Sequence[Incoming], audit: str, now: datetime
) -> tuple[OpResult, ...]:
    """Apply `operations` in order and return one result each; committed when this returns."""
    try:
        with database.write() as connection:
            counter = counters.lock(connection, [caller.county])[caller.county]
            batch = _Batch(connection, caller, counter, operations, now)
            results = [batch.decide(operation) for operation in operations]
            batch.write()
            counters.save(connection, counter)
            _keep_audit_head(connection, caller, audit, now)
    except (sa.exc.IntegrityError, sa.exc.DataError):
        return _one_by_one(database, caller, operations, audit, now)
    return tuple(results)


def _one_by_one(
    database: Database, caller: Caller, operations: Sequence[Incoming], audit: str, now: datetime
) -> tuple[OpResult, ...]:
    """Do the batch again with a savepoint an operation; what breaks a constraint is rejected alone."""
    results: list[OpResult] = []
    failed: set[tuple[str, str]] = set()
    with database.write() as connection:
        counter = counters.lock(connection, [caller.county])[caller.county]
        for operation in operations:
            taken = (counter.change, counter.receipt)
            try:
                with connection.begin_nested():
                    batch = _Batch(connection, caller, counter, [operation], now, failed)
                    result = batch.decide(operation)
                    batch.write()
            except (sa.exc.IntegrityError, sa.exc.DataError) as error:
                counter.change, counter.receipt = taken
                broken = problem("validation", f"constraint: {type(error.orig).__name__}")
                batch = _Batch(connection, caller, counter, [operation], now, failed)
                result = batch.decide(msgspec.structs.replace(operation, verdict=_refused(operation, broken)))
                batch.write()
            results.append(result)
        counters.save(connection, counter)
        _keep_audit_head(connection, caller, audit, now)
    return tuple(results)


def _refused(operation: Incoming, why: Problem, state: ResultState = "rejected") -> OpResult:
    return OpResult(op_id=operation.op_id, state=state, problem=why)


def _without_current(result: OpResult) -> OpResult:
    """Return a conflict as the ledger keeps it: what is current is read anew when it is asked again."""
    return OpResult(op_id=result.op_id, state=result.state, version=result.version, problem=result.problem)


class _Batch:
    """A batch inside a transaction that holds the county's counter: what it found, decides and will write."""

    def __init__(
        self,
        connection: sa.Connection,
        caller: Caller,
        counter: counters.Counter,
        operations: Sequence[Incoming],
        now: datetime,
        failed: set[tuple[str, str]] | None = None,
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._counter = counter
        self._now = now
        self._failed = set() if failed is None else failed
        """Entities of which an operation in this request was not applied: later ones wait."""
        asked = {op.op_id for op in operations} | {dep for op in operations for dep in op.depends_on}
        self._ledger = {
            row.op_id: row for row in connection.execute(sa.select(ledger).where(ledger.c.op_id.in_(sorted(asked))))
        }
        keys = {(op.kind, op.entity_id) for op in operations}
        keys |= {("task", op.effect.task_id) for op in operations if op.effect and op.effect.task_id}
        keys |= {("officer", number) for op in operations if op.effect for number in op.effect.officers}
        self._held = rows.load(connection, keys)
        hashes = {sha for op in operations if op.effect for sha in op.effect.blobs}
        self._stored = filing.stored(connection, caller.county, hashes)
        self._decided: dict[str, tuple[Incoming, OpResult]] = {}
        self._wanted: dict[str, tuple[str, ...]] = {}
        self._quarantined: list[tuple[Incoming, Problem]] = []

    def decide(self, operation: Incoming) -> OpResult:
        """Return what becomes of `operation`, and remember it as done."""
        result = self._known(operation)
        if result is None:
            result = self._judge(operation)
            if result.state in _DECIDED:
                self._decided[operation.op_id] = (operation, result)
        if result.state != "applied":
            self._failed.add((operation.kind, operation.entity_id))
        return result

    def write(self) -> None:
        """Write everything decided as sets."""
        rows.store(self._connection, self._held.values(), self._now)
        filing.want(self._connection, self._caller.county, self._wanted)
        if self._quarantined:
            self._connection.execute(
                sa.insert(quarantine), [self._quarantine_row(op, why) for op, why in self._quarantined]
            )
        if self._decided:
            self._connection.execute(
                sa.insert(ledger), [self._ledger_row(op, result) for op, result in self._decided.values()]
            )

    def _known(self, operation: Incoming) -> OpResult | None:
        """Return the stored answer to an operation seen before, or None."""
        if operation.op_id in self._decided:
            first, result = self._decided[operation.op_id]
            same = (first.body_sha256, first.kind, first.entity_id)
        elif operation.op_id in self._ledger:
            row = self._ledger[operation.op_id]
            result = _result.decode(row.result)
            same = (row.body_sha256, row.kind, row.entity_id)
            if row.county != self._caller.county:
                same = ("", "", "")
        else:
            return None
        if same != (operation.body_sha256, operation.kind, operation.entity_id):
            return _refused(operation, problem("op-id-reuse"))
        held = self._held.get((operation.kind, operation.entity_id))
        if result.state == "conflict" and held is not None and held.body is not None:
            result = msgspec.structs.replace(result, current=msgspec.Raw(held.body.encode()))
        if result.missing and operation.entity_id not in self._wanted:
            missing = filing.missing(self._connection, operation.entity_id)
            result = msgspec.structs.replace(result, missing=missing)
        return msgspec.structs.replace(result, replayed=True)

    def _judge(self, operation: Incoming) -> OpResult:
        if self._caller.revoked_at is not None:
            return self._set_aside(operation, problem("quarantined-device"))
        if operation.verdict is not None:
            verdict = operation.verdict
            if verdict.state == "quarantined" and verdict.problem is not None:
                return self._set_aside(operation, verdict.problem)
            return verdict
        effect = operation.effect
        assert effect is not None  # noqa: S101 - an operation has a verdict or an effect
        key = (operation.kind, operation.entity_id)
        waiting = [dep for dep in operation.depends_on if not self._applied(dep)]
        if key in self._failed or waiting:
            return _refused(operation, problem("blocked", " ".join(waiting)), "blocked")
        unfit = [number for number in effect.officers if not self._valid(number)]
        if unfit:
            return self._set_aside(operation, problem("quarantined-officer", " ".join(unfit)))
        held = self._held.get(key)
        if held is not None and held.county != self._caller.county:
            return _refused(operation, problem("scope-denied"))
        version = held.version if held else 0
        if operation.base_version > version:
            return _refused(operation, problem("blocked", f"base {operation.base_version}, held {version}"), "blocked")
        if operation.base_version < version:
            current = msgspec.UNSET if held is None or held.body is None else msgspec.Raw(held.body.encode())
            return OpResult(
                op_id=operation.op_id,
                state="conflict",
                version=version,
                problem=problem("version-conflict"),
                current=current,
            )
        return self._apply(operation, held)

    def _apply(self, operation: Incoming, held: Held | None) -> OpResult:
        effect = operation.effect
        assert effect is not None  # noqa: S101 - see _judge
        if held is None:
            held = Held(kind=operation.kind, id=operation.entity_id, county=self._caller.county)
            self._held[(held.kind, held.id)] = held
        held.put(effect.body, self._counter.next_change(), self._caller)
        receipt = ""
        missing: tuple[str, ...] = ()
        if effect.filed:
            missing = tuple(sha for sha in effect.blobs if sha not in self._stored)
            receipt = held.receipt() or self._counter.next_receipt(self._now)
            held.file(receipt, missing, self._now)
            self._wanted[held.id] = missing
            self._close_task(effect.task_id, effect.enterprise_id, held.id)
        return OpResult(
            op_id=operation.op_id,
            state="applied",
            version=held.version,
            change=held.change,
            receipt=receipt,
            missing=missing,
        )

    def _close_task(self, task_id: str | None, enterprise_id: str, visit_id: str) -> None:
        """Set the visit's task to 已结, unless it is another county's, another enterprise's or closed already."""
        held = self._held.get(("task", task_id)) if task_id else None
        if held is None or held.body is None or held.county != self._caller.county:
            return
        task = _task.decode(held.body)
        if task.enterprise_id != enterprise_id or task.state in ("已结", "复核", "归档"):
            return
        done = msgspec.structs.replace(task, state="已结", visit_id=visit_id)
        held.put(msgspec.json.encode(done).decode(), self._counter.next_change(), self._caller)

    def _applied(self, op_id: str) -> bool:
        if op_id in self._decided:
            return self._decided[op_id][1].state == "applied"
        row = self._ledger.get(op_id)
        return row is not None and row.state == "applied" and row.county == self._caller.county

    def _valid(self, number: str) -> bool:
        """Tell whether an officer of the county has an unexpired ID by the server's own calendar."""
        held = self._held.get(("officer", number))
        if held is None or held.body is None or held.county != self._caller.county:
            return False
        expires: str | None = msgspec.json.decode(held.body).get("expires_on")
        return expires is not None and expires >= counters.today(self._now)

    def _set_aside(self, operation: Incoming, why: Problem) -> OpResult:
        self._quarantined.append((operation, why))
        return _refused(operation, why, "quarantined")

    def _ledger_row(self, operation: Incoming, result: OpResult) -> dict[str, object]:
        kept = result if result.current is msgspec.UNSET else _without_current(result)
        return {
            "op_id": operation.op_id,
            "county": self._caller.county,
            "device": self._caller.device,
            "officer": self._caller.officer,
            "kind": operation.kind,
            "entity_id": operation.entity_id,
            "body_sha256": operation.body_sha256,
            "state": result.state,
            "result": msgspec.json.encode(kept).decode(),
            "at": self._now,
        }

    def _quarantine_row(self, operation: Incoming, why: Problem) -> dict[str, object]:
        return {
            "op_id": operation.op_id,
            "county": self._caller.county,
            "device": self._caller.device,
            "officer": self._caller.officer,
            "kind": operation.kind,
            "entity_id": operation.entity_id,
            "reason": why.code,
            "detail": why.detail,
            "raw": operation.raw,
            "received_at": self._now,
        }


def _keep_audit_head(connection: sa.Connection, caller: Caller, head: str, now: datetime) -> None:
    if not head:
        return
    seen = connection.execute(
        sa.select(audit_head.c.head).where(audit_head.c.device == caller.device, audit_head.c.head == head)
    ).first()
    if seen is None:
        connection.execute(sa.insert(audit_head).values(device=caller.device, head=head, at=now))
