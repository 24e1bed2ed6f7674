"""Visits: saved, finished, seen through projected views."""

from __future__ import annotations

import threading

import msgspec
import pytest

from fieldkit.crypto.digest import sha256_hex
from fieldkit.errors import BugError, InvalidInput, NotFound
from fieldkit.model.operation import OpResult, Problem
from fieldkit.model.record import BlobRef, Revision
from fieldkit.model.stamp import Stamp
from fieldkit.model.visit import Visit
from fieldkit.replica import Replica
from tests.fieldkit.replica.factories import (
    KEYS,
    NOON,
    as_held,
    change,
    clock,
    enterprise,
    pull,
    record,
    task,
    tombstone,
    visit,
)


def test_a_saved_visit_is_there_after_a_new_start(replica, home):
    saved = visit(situation="车间有水渍")
    replica.visits.save(saved)
    replica.close()
    with Replica.open(home, KEYS, clock()) as again:
        assert again.visits.get(saved.id) == saved
        assert again.visits.open() == [saved]
        assert again.visits.state(saved.id) == "open"


def test_the_last_save_wins(replica):
    first = visit(situation="一")
    replica.visits.save(first)
    second = msgspec.structs.replace(first, records=(record(situation="二"),))
    replica.visits.save(second)
    assert replica.visits.open() == [second]


def test_finalising_queues_the_very_bytes_of_the_visit(replica):
    draft = visit()
    replica.visits.save(draft)
    operation = replica.visits.finalise(draft, "33042400101")
    final = msgspec.json.decode(bytes(operation.body), type=Visit)
    assert (final.state, final.id) == ("final", draft.id)
    assert final.finalised_at == Stamp(NOON, "laptop")
    assert operation.body_sha256 == sha256_hex(bytes(operation.body))
    assert replica.visits.open() == []
    assert replica.visits.get(draft.id) == final
    assert replica.visits.state(draft.id) == "waiting"


def test_a_final_visit_is_neither_saved_nor_finalised_again(replica):
    draft = visit()
    replica.visits.finalise(draft, "33042400101")
    with pytest.raises(InvalidInput):
        replica.visits.save(draft)
    with pytest.raises(InvalidInput):
        replica.visits.finalise(draft, "33042400101")
    assert len(replica.outbox.items()) == 1


def test_a_visit_whose_attachment_is_missing_is_not_finalised(replica):
    lost = BlobRef(sha256="ab" * 32, size=1, media_type="image/jpeg", filename="丢失.jpg")
    draft = visit(blobs=(lost,))
    replica.visits.save(draft)
    with pytest.raises(InvalidInput) as caught:
        replica.visits.finalise(draft, "33042400101")
    assert "丢失.jpg" in caught.value.zh
    assert replica.outbox.items() == []
    assert replica.visits.state(draft.id) == "open"


def test_i14_the_projected_view_shows_every_unsent_visit(replica):
    """I14, through each state of the way up and back."""
    draft = visit()
    seen = []

    def look() -> None:
        rows = replica.visits.rows()
        assert [row.id for row in rows] == [draft.id]  # once, always
        assert [v.id for v in replica.visits.of_enterprise("e1")] == [draft.id]
        seen.append(rows[0].state)

    replica.visits.save(draft)
    look()
    operation = replica.visits.finalise(draft, "33042400101")
    look()
    replica.outbox.sent([operation.op_id])
    look()
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1, receipt="R-1"))
    look()
    replica.outbox.prune()
    look()
    pull(replica, as_held(operation, 1, filed=False))
    look()
    pull(replica, as_held(operation, 2, filed=True, version=2))
    look()
    assert seen == ["open", "waiting", "waiting", "sent", "sent", "sent", "filed"]
    assert replica.outbox.items(acknowledged=True) == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("conflict", "表单版本不再接受"),  # its detail is ids
        ("rejected", "表单版本不再接受：form 2023"),
        ("quarantined", "表单版本不再接受：form 2023"),
    ],
)
def test_what_the_backend_did_not_take_stays_and_says_why(replica, state, why):
    draft = visit()
    operation = replica.visits.finalise(draft, "33042400101")
    problem = Problem(type="about:blank", title="表单版本不再接受", status=409, code="x", detail="form 2023")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state=state, problem=problem))
    assert replica.visits.state(draft.id) == state
    (item,) = replica.outbox.items()
    assert (item.state, item.why) == (state, why)
    assert replica.visits.get(draft.id) is not None


def test_a_visit_let_out_of_quarantine_is_filed(replica):
    operation = replica.visits.finalise(visit("v1"), "33042400101")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="quarantined"))
    assert replica.visits.state("v1") == "quarantined"
    pull(replica, as_held(operation, 1, filed=True))
    assert replica.visits.state("v1") == "filed"
    assert replica.outbox.items(acknowledged=True) == []


def test_a_kit_can_be_closed_while_others_read(replica):
    """Readers end with a plain error, never with a crash."""
    replica.visits.save(visit())
    ended: list[type] = []
    begun = threading.Barrier(4)

    def read() -> None:
        begun.wait()
        try:
            while True:
                replica.visits.open()
        except BugError as error:
            ended.append(type(error))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    begun.wait()
    replica.close()
    for reader in readers:
        reader.join()
    assert ended == [BugError] * 3


def test_a_task_reads_as_done_here_while_its_visit_waits(replica):
    pull(replica, change("enterprise", enterprise(), 1), change("task", task(), 2))
    assert [t.state for t in replica.tasks.open()] == ["下派"]
    draft = visit(task_id="t1")
    replica.visits.save(draft)
    (working,) = replica.tasks.open()
    assert (working.state, working.visit_id) == ("在办", draft.id)
    operation = replica.visits.finalise(draft, "33042400101")
    assert replica.tasks.open() == []
    assert replica.tasks.get("t1").state == "现场办结"
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1))
    pull(replica, as_held(operation, 3, filed=False))  # the visit comes a page before its task
    assert replica.tasks.get("t1").state == "现场办结"
    pull(replica, change("task", task(state="已结", visit_id=draft.id), 4))
    assert replica.tasks.get("t1").state == "已结"


def test_a_rejected_visit_gives_its_task_back(replica):
    pull(replica, change("task", task(), 1))
    operation = replica.visits.finalise(visit(task_id="t1"), "33042400101")
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="rejected"))
    assert [t.id for t in replica.tasks.open()] == ["t1"]


def test_i11_tombstones_never_touch_the_outbox(replica):
    """I11: what the backend deletes takes no unsent work with it."""
    pull(replica, change("enterprise", enterprise(), 1), change("task", task(), 2))
    open_visit, done = visit(task_id="t1"), visit(task_id="t1")
    replica.visits.save(open_visit)
    operation = replica.visits.finalise(done, "33042400101")
    pull(
        replica,
        tombstone("enterprise", "e1", 3),
        tombstone("task", "t1", 4),
        tombstone("visit", done.id, 5),
        tombstone("visit", open_visit.id, 6),
    )
    assert replica.archives.get("e1") is None
    assert [op.op_id for op in replica.outbox.due(NOON, 10)] == [operation.op_id]
    assert {row.id for row in replica.visits.rows()} == {open_visit.id, done.id}
    replica.changes.forget("county:330424")
    assert {row.id for row in replica.visits.rows()} == {open_visit.id, done.id}


def test_a_scanned_page_finds_its_revision(replica):
    revision = Revision(
        number=2,
        frozen_at=Stamp(NOON, "laptop"),
        values={},
        digest="cd" * 32,
        pages=3,
        pdf=replica.blobs.put(b"%PDF-1.7 print", "application/pdf"),
    )
    draft = visit(records=(record("doc-7", revisions=(revision,)),))
    replica.visits.save(draft)
    assert replica.visits.revision("doc-7", 2) == revision
    assert replica.visits.revision("doc-7", 3) is None
    assert replica.visits.revision("doc-8", 2) is None
    operation = replica.visits.finalise(draft, "33042400101")
    assert replica.visits.revision("doc-7", 2) == revision
    replica.outbox.settle(OpResult(op_id=operation.op_id, state="applied", version=1))
    pull(replica, as_held(operation, 1, filed=True))
    assert replica.visits.of_document("doc-7").id == draft.id


def test_an_unknown_visit_has_no_state(replica):
    assert replica.visits.get("none") is None
    with pytest.raises(NotFound):
        replica.visits.state("none")


def test_readers_see_whole_visits_while_a_writer_saves(replica):
    """Each saved state has two records with the same text; a reader must never see two different ones."""
    base = visit()
    stop = threading.Event()
    torn: list[str] = []
    seen: set[str] = set()

    def read() -> None:
        while not stop.is_set():
            for found in replica.visits.open():
                texts = {r.values["situation"] for r in found.records}
                seen.update(texts)
                if len(texts) > 1:
                    torn.append(str(texts))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(150):
        pair = (record("a", str(n)), record("b", str(n)))
        replica.visits.save(msgspec.structs.replace(base, records=pair))
        pull(replica, change("enterprise", enterprise(name=f"示例{n}"), n + 1))
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert seen <= {str(n) for n in range(150)}
    assert replica.visits.get(base.id).records[0].values["situation"] == "149"
