"""The outbox: order, retries, bytes that never change, nothing deleted before it is acknowledged."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from fieldkit.errors import BugError
from fieldkit.model.operation import OpResult, Problem
from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import KEYS, NOON, clock, visit


def queue(replica: Replica, entity: str, body: bytes = b"{}", **more):
    return replica.outbox.add("petition", entity, body, 0, **more)


def due_ids(replica: Replica, at=NOON, limit: int = 100) -> list[str]:
    return [operation.op_id for operation in replica.outbox.due(at, limit)]


def test_operations_are_due_in_the_order_they_were_made(replica):
    made = [queue(replica, f"p{n}").op_id for n in range(5)]
    assert due_ids(replica) == made
    assert due_ids(replica, limit=2) == made[:2]


def test_what_is_on_its_way_is_not_due_until_the_program_starts_again(replica, home):
    operation = queue(replica, "p1")
    replica.outbox.sent([operation.op_id])
    assert due_ids(replica) == []
    assert replica.outbox.items()[0].attempts == 1
    replica.close()
    with Replica.open(home, KEYS, clock()) as again:
        assert due_ids(again) == [operation.op_id]
        assert again.outbox.due(NOON, 1) == [operation]


def test_a_postponed_operation_waits_and_says_why(replica):
    operation = queue(replica, "p1")
    replica.outbox.sent([operation.op_id])
    replica.outbox.postpone([operation.op_id], NOON + timedelta(minutes=5), "服务器繁忙")
    assert due_ids(replica) == []
    assert due_ids(replica, NOON + timedelta(minutes=5)) == [operation.op_id]
    (item,) = replica.outbox.items()
    assert (item.why, item.next_attempt_at) == ("服务器繁忙", NOON + timedelta(minutes=5))
    assert replica.outbox.next_attempt_at() == NOON + timedelta(minutes=5)
    replica.outbox.hurry()
    assert due_ids(replica) == [operation.op_id]


def test_i13_a_clock_ten_years_off_keeps_nothing_waiting(replica):
    """I13: a wait set while the clock ran ten years ahead ends when it runs right again."""
    operation = queue(replica, "p1")
    replica.outbox.postpone([operation.op_id], NOON + timedelta(days=3652), "网络不通")
    assert due_ids(replica) == [operation.op_id]


def test_i7_a_bad_operation_delays_only_its_entity(replica):
    """I7."""
    bad = queue(replica, "p1")
    after_it = queue(replica, "p1")
    other = queue(replica, "p2")
    needs_it = queue(replica, "p3", depends_on=(bad.op_id,))
    replica.outbox.settle(OpResult(op_id=bad.op_id, state="conflict"))
    assert due_ids(replica) == [other.op_id]
    assert {after_it.op_id, needs_it.op_id} <= {item.op_id for item in replica.outbox.items()}


def test_one_that_waits_holds_back_the_later_ones_of_its_entity(replica):
    first, second = queue(replica, "p1"), queue(replica, "p1")
    replica.outbox.postpone([first.op_id], NOON + timedelta(minutes=5), "")
    assert due_ids(replica) == []
    assert due_ids(replica, NOON + timedelta(minutes=6)) == [first.op_id, second.op_id]


def test_a_dependent_goes_with_or_after_what_it_needs(replica):
    first = queue(replica, "p1")
    second = queue(replica, "p2", depends_on=(first.op_id,))
    assert due_ids(replica) == [first.op_id, second.op_id]
    assert due_ids(replica, limit=1) == [first.op_id]
    replica.outbox.settle(OpResult(op_id=first.op_id, state="applied", version=1))
    assert due_ids(replica) == [second.op_id]


@pytest.mark.parametrize("state", ["blocked", "retry"])
def test_blocked_and_retry_wait_again(replica, state):
    operation = queue(replica, "p1")
    replica.outbox.sent([operation.op_id])
    problem = Problem(type="about:blank", title="later", status=503, code="overload")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state=state, problem=problem))
    (item,) = replica.outbox.items()
    assert (item.state, item.why) == ("pending", "later")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("rejected", "内容不符合要求：two officers"),
        ("quarantined", "内容不符合要求：two officers"),
        ("conflict", "内容不符合要求"),
    ],
)
def test_a_final_answer_says_what_exactly(replica, state, why):
    operation = queue(replica, "p1")
    problem = Problem(type="about:blank", title="内容不符合要求", status=422, code="validation", detail="two officers")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state=state, problem=problem))
    (item,) = replica.outbox.items()
    assert item.why == why


def test_an_answer_that_comes_twice_changes_nothing(replica):
    operation = queue(replica, "p1")
    applied = OpResult(op_id=operation.op_id, state="applied", version=1, receipt="R-1")
    replica.outbox.settle(applied)
    replica.outbox.settle(applied)
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="retry"))
    replica.outbox.settle(OpResult(op_id="unknown", state="applied"))
    (item,) = replica.outbox.items(acknowledged=True)
    assert (item.state, item.receipt) == ("acked", "R-1")


def test_a_conflict_keeps_the_backends_body(replica):
    operation = queue(replica, "p1")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="conflict", current=msgspec.Raw(b'{"a":1}')))
    assert bytes(replica.outbox.current(operation.op_id)) == b'{"a":1}'


def test_parked_operations_wait_until_they_are_unparked(replica):
    operation = queue(replica, "p1")
    replica.outbox.park([operation.op_id], "本程序需要升级")
    assert due_ids(replica) == []
    assert replica.outbox.items()[0].state == "parked"
    replica.outbox.unpark()
    assert due_ids(replica) == [operation.op_id]


@pytest.mark.parametrize("column", ["body", "body_sha256", "op_id", "entity_id", "base_version", "captured_at"])
def test_i8_operation_bytes_never_change(replica, column):
    """I8: the file itself refuses, whatever code asks."""
    operation = queue(replica, "p1", b'{"a":1}')
    with pytest.raises(BugError, match="never changes"), replica._connections.work.transaction() as work:
        work.execute(f"UPDATE outbox SET {column} = 'x'")  # noqa: S608  # names of this file
    assert replica.outbox.get(operation.op_id) == operation


@pytest.mark.parametrize("state", ["applied", "conflict", "rejected", "quarantined", "retry"])
def test_nothing_is_deleted_before_it_is_acknowledged(replica, state):
    operation = queue(replica, "p1")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state=state))
    if state == "applied":
        with replica._connections.work.transaction() as work:
            work.execute("DELETE FROM outbox")
        assert replica.outbox.get(operation.op_id) is None
    else:
        with pytest.raises(BugError, match="acknowledged"), replica._connections.work.transaction() as work:
            work.execute("DELETE FROM outbox")
        assert replica.outbox.get(operation.op_id) == operation


def test_a_blob_the_backend_misses_waits_again(replica):
    photo = replica.blobs.put(b"photo", "image/jpeg")
    operation = replica.visits.finalise(visit(blobs=(photo,)), "33042400101")
    replica.blobs.stored(photo.sha256)
    assert replica.blobs.waiting() == []
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1, missing=(photo.sha256,)))
    assert [row.sha256 for row in replica.blobs.waiting()] == [photo.sha256]


def test_listeners_hear_what_was_touched_after_the_commit(replica):
    heard = []
    unsubscribe = replica.subscribe(lambda kinds: heard.append((kinds, len(replica.outbox.items()))))
    queue(replica, "p1")
    assert heard == [(frozenset({"outbox", "petition"}), 1)]
    unsubscribe()
    queue(replica, "p2")
    assert len(heard) == 1


def test_a_blob_the_backend_misses_goes_up_whatever_the_kit_thought_of_it(replica):
    photo = replica.blobs.put(b"photo", "image/jpeg")
    operation = replica.visits.finalise(visit(blobs=(photo,)), "33042400101")
    with replica._connections.work.transaction() as work:
        work.execute("UPDATE blob SET wanted = 0")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1, missing=(photo.sha256,)))
    assert [row.sha256 for row in replica.blobs.waiting()] == [photo.sha256]


def test_a_later_operation_does_not_overtake_one_held_by_what_it_needs(replica):
    """Rule 2: the order within an entity holds, whatever the reason its first one waits for."""
    needed = queue(replica, "p0")
    replica.outbox.park([needed.op_id], "")
    queue(replica, "p1", depends_on=(needed.op_id,))
    queue(replica, "p1")
    other = queue(replica, "p2")
    assert due_ids(replica) == [other.op_id]


def test_held_back_operations_do_not_fill_the_batch(replica):
    needed = queue(replica, "p0")
    replica.outbox.park([needed.op_id], "")
    for n in range(5):
        queue(replica, f"held{n}", depends_on=(needed.op_id,))
    free = queue(replica, "p2")
    assert due_ids(replica, limit=2) == [free.op_id]
