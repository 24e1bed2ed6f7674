"""The push against the store itself: one effect an operation, whatever is sent how often and in what company."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from backend.store import changes, filing, incoming, operations
from backend.store.caller import Caller
from backend.store.database import Database
from backend.store.tables import counter, entity, ledger, quarantine
from fieldkit.model.operation import OpResult
from tests.backend.factories import NOW, OFFICERS, new_id, officer, photo, plain, task, visit
from tests.backend.kit import compact, operation

KIT = Caller(device="dev-1", county="330424", officer=OFFICERS[0])
OTHER = Caller(device="dev-2", county="330402", officer="330402001")


@pytest.fixture(autouse=True)
def _roster(database: Database) -> None:
    with database.write() as connection:
        changes.put(
            connection, "330424", [("officer", n, msgspec.json.encode(officer(n)).decode()) for n in OFFICERS], NOW
        )


def push(database: Database, *ops: dict[str, Any], caller: Caller = KIT) -> tuple[OpResult, ...]:
    raws = [msgspec.Raw(compact(op).encode()) for op in ops]
    return operations.push(database, caller, incoming.receive(raws, caller.county), "", NOW)


def states(results: tuple[OpResult, ...]) -> list[str]:
    return [result.state for result in results]


def count(database: Database, table: sa.Table, *where: Any) -> int:
    with database.read() as connection:
        found: int = connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
    return found


def visit_op(**more: Any) -> dict[str, Any]:
    body = plain(visit(**more))
    return operation("visit", body["id"], body)


def test_a_repeated_batch_has_one_effect_and_one_answer(database: Database) -> None:
    ops = [visit_op() for _ in range(5)]
    first = push(database, *ops)
    second = push(database, *ops)
    assert [msgspec.structs.replace(result, replayed=True) for result in first] == list(second)
    assert count(database, entity, entity.c.kind == "visit") == 5
    assert count(database, ledger) == 5


def test_one_operation_twice_in_a_batch_has_one_effect(database: Database) -> None:
    op = visit_op()
    first, second = push(database, op, op)
    assert (first.replayed, second.replayed, first.change) == (False, True, second.change)
    assert count(database, entity, entity.c.kind == "visit") == 1


def test_an_id_used_for_other_content_is_refused(database: Database) -> None:
    op = visit_op()
    push(database, op)
    other = {**visit_op(), "op_id": op["op_id"]}
    (result,) = push(database, other)
    assert result.problem is not None
    assert (result.state, result.problem.code) == ("rejected", "op-id-reuse")
    assert push(database, op)[0].state == "applied"


def test_another_county_learns_nothing_from_a_known_id(database: Database) -> None:
    op = visit_op()
    push(database, op)
    (result,) = push(database, op, caller=OTHER)
    assert result.problem is not None
    assert result.problem.code == "op-id-reuse"
    assert result.receipt == ""


def test_two_operations_on_one_base_let_one_through(database: Database) -> None:
    entity_id = new_id()
    bodies = [plain(visit(id=entity_id, number=f"{n}号")) for n in (1, 2)]
    push(database, operation("visit", entity_id, bodies[0]))
    results = push(
        database,
        operation("visit", entity_id, bodies[0], base_version=1),
        operation("visit", new_id(), {}),
    )
    late = push(database, operation("visit", entity_id, bodies[1], base_version=1))
    assert states(results) == ["applied", "quarantined"]
    assert late[0].state == "conflict"
    assert late[0].version == 2
    assert late[0].current is not msgspec.UNSET
    assert msgspec.json.decode(late[0].current)["number"] == "1号"


def test_two_at_once_on_one_base_let_one_through(database: Database) -> None:
    entity_id = new_id()
    push(database, operation("visit", entity_id, plain(visit(id=entity_id))))
    results: list[OpResult] = []
    ready = threading.Barrier(8)

    def go(n: int) -> None:
        op = operation("visit", entity_id, plain(visit(id=entity_id, number=f"{n}号")), base_version=1)
        ready.wait()
        results.extend(push(database, op))

    threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states(tuple(results))) == ["applied"] + ["conflict"] * 7


def test_a_conflict_asked_again_shows_what_is_current_now(database: Database) -> None:
    entity_id = new_id()
    push(database, operation("visit", entity_id, plain(visit(id=entity_id))))
    late = operation("visit", entity_id, plain(visit(id=entity_id, number="迟")))
    assert push(database, late)[0].state == "conflict"
    newer = plain(visit(id=entity_id, number="新"))
    push(database, operation("visit", entity_id, newer, base_version=1))
    (again,) = push(database, late)
    assert (again.state, again.replayed) == ("conflict", True)
    assert again.current is not msgspec.UNSET
    assert msgspec.json.decode(again.current)["number"] == "新"


def test_a_correction_in_the_same_batch_follows_its_visit(database: Database) -> None:
    entity_id = new_id()
    first = operation("visit", entity_id, plain(visit(id=entity_id, number="甲")))
    correction = operation(
        "visit", entity_id, plain(visit(id=entity_id, number="乙")), base_version=1, depends_on=[first["op_id"]]
    )
    a, b = push(database, first, correction)
    assert (a.version, b.version) == (1, 2)
    assert a.change is not None
    assert b.change is not None
    assert a.change < b.change
    assert a.receipt == b.receipt


def test_what_comes_before_its_predecessor_waits(database: Database) -> None:
    entity_id = new_id()
    first = operation("visit", entity_id, plain(visit(id=entity_id)))
    second = operation("visit", entity_id, plain(visit(id=entity_id)), base_version=1, depends_on=[first["op_id"]])
    (held,) = push(database, second)
    assert held.problem is not None
    assert (held.state, held.problem.retryable) == ("blocked", True)
    assert states(push(database, first, second)) == ["applied", "applied"]


def test_a_failure_blocks_its_entity_and_what_depends_on_it_and_nothing_else(database: Database) -> None:
    bad = operation("visit", new_id(), {"state": "open"})
    same = operation("visit", bad["entity_id"], plain(visit(id=bad["entity_id"])))
    hanging = visit_op()
    hanging["depends_on"] = [bad["op_id"]]
    assert states(push(database, bad, same, hanging, visit_op())) == ["quarantined", "blocked", "blocked", "applied"]


def test_a_row_that_breaks_a_constraint_spoils_no_other(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER bad BEFORE INSERT ON entity WHEN new.body LIKE '%坏%' BEGIN SELECT RAISE(ABORT, 'bad'); END"
        )
    bad = visit_op(number="坏")
    ops = [visit_op(), bad, visit_op(), operation("visit", bad["entity_id"], plain(visit(id=bad["entity_id"])))]
    results = push(database, *ops)
    assert states(results) == ["applied", "rejected", "applied", "blocked"]
    assert [result.change for result in results if result.change] == [3, 4]
    assert states(push(database, *ops[:3])) == ["applied", "rejected", "applied"]
    assert all(result.replayed for result in push(database, *ops[:3]))


def test_change_numbers_have_no_gap_and_no_double(database: Database) -> None:
    ready = threading.Barrier(4)

    def go() -> None:
        ready.wait()
        for _ in range(5):
            push(database, visit_op(), visit_op())

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        numbers = list(connection.execute(sa.select(entity.c.change).order_by(entity.c.change)).scalars())
        last = connection.execute(sa.select(counter.c.change).where(counter.c.county == "330424")).scalar_one()
    assert numbers == list(range(1, 43))
    assert last == 42


def test_a_reader_beside_writers_misses_nothing(database: Database) -> None:
    done = threading.Event()
    seen: dict[str, int] = {}

    def read() -> None:
        cursor, last = "", False
        while True:
            page = msgspec.json.decode(changes.page(database, "330424", "dev-1", cursor, 7))
            for row in page["changes"]:
                assert row["change"] > seen.get(row["id"], 0)
                seen[row["id"]] = row["change"]
            cursor = page["next_cursor"]
            if last and not page["changes"]:
                return
            last = done.is_set()

    reader = threading.Thread(target=read)
    reader.start()
    sent = [visit_op() for _ in range(60)]
    writers = [threading.Thread(target=push, args=(database, *sent[n::3])) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert {op["entity_id"] for op in sent} <= set(seen)


def test_a_visit_closes_its_task_in_the_same_step(database: Database) -> None:
    open_task = task()
    with database.write() as connection:
        changes.put(connection, "330424", [("task", open_task.id, msgspec.json.encode(open_task).decode())], NOW)
    (result,) = push(database, visit_op(task_id=open_task.id))
    page = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1000))
    row = next(row for row in page["changes"] if row["id"] == open_task.id)
    assert (row["body"]["state"], row["version"]) == ("已结", 2)
    assert result.change is not None
    assert row["change"] == result.change + 1


@pytest.mark.parametrize("more", [{"enterprise_id": "ent-2"}, {"state": "归档"}])
def test_a_visit_leaves_a_task_alone_that_is_not_its_own(database: Database, more: dict[str, Any]) -> None:
    foreign = task(**more)
    with database.write() as connection:
        changes.put(connection, "330424", [("task", foreign.id, msgspec.json.encode(foreign).decode())], NOW)
    assert states(push(database, visit_op(task_id=foreign.id))) == ["applied"]
    page = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1000))
    assert next(row for row in page["changes"] if row["id"] == foreign.id)["version"] == 1


def test_a_visit_is_filed_when_its_last_blob_arrives_and_not_before(database: Database) -> None:
    shots = [photo(data) for data in (b"one", b"two")]
    op = visit_op(evidence=tuple(shots))
    (result,) = push(database, op)
    hashes = [shot.original.sha256 for shot in shots]
    assert result.missing == tuple(hashes)
    with database.write() as connection:
        assert filing.arrived(connection, "330402", hashes[0], 3, "image/jpeg", NOW) == ()
    with database.write() as connection:
        assert filing.arrived(connection, "330424", hashes[0], 3, "image/jpeg", NOW) == ()
    assert push(database, op)[0].missing == (hashes[1],)
    later = NOW + timedelta(hours=1)
    with database.write() as connection:
        assert filing.arrived(connection, "330424", hashes[1], 3, "image/jpeg", later) == (op["entity_id"],)
    page = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1000))
    row = page["changes"][-1]
    assert (row["id"], row["version"]) == (op["entity_id"], 1)
    assert row["filing"]["filed_at"] == "2026-06-11T03:00:00Z"
    assert row["filing"]["receipt"] == result.receipt == "330424-2026-000001"


def test_a_visit_whose_blobs_are_here_already_is_filed_at_once(database: Database) -> None:
    shot = photo(b"early")
    with database.write() as connection:
        filing.arrived(connection, "330424", shot.original.sha256, 5, "image/jpeg", NOW)
    (result,) = push(database, visit_op(evidence=(shot,)))
    assert result.missing == ()
    page = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1000))
    assert page["changes"][-1]["filing"]["filed_at"]


@pytest.mark.parametrize("number", ["330424903", "nobody"])
def test_work_of_an_officer_without_a_valid_id_is_kept_for_a_leader(database: Database, number: str) -> None:
    gone = officer("330424903", expires_on=(NOW - timedelta(days=1)).date())
    with database.write() as connection:
        changes.put(connection, "330424", [("officer", gone.number, msgspec.json.encode(gone).decode())], NOW)
    op = visit_op(officers=(OFFICERS[0], number))
    (result,) = push(database, op)
    assert result.problem is not None
    assert (result.state, result.problem.detail) == ("quarantined", number)
    with database.read() as connection:
        kept = connection.execute(sa.select(quarantine.c.raw)).scalar_one()
    assert kept == compact(op).encode()


def test_an_id_is_good_on_its_last_day(database: Database) -> None:
    last_day = officer("330424904", expires_on=NOW.date())
    with database.write() as connection:
        changes.put(connection, "330424", [("officer", "330424904", msgspec.json.encode(last_day).decode())], NOW)
    assert states(push(database, visit_op(officers=(OFFICERS[0], "330424904")))) == ["applied"]


@pytest.mark.parametrize(
    ("kind", "body", "state", "code"),
    [
        ("visit", {"state": "open"}, "rejected", "validation"),
        ("visit", {"officers": [OFFICERS[0], OFFICERS[0]]}, "rejected", "validation"),
        ("visit", {"county": "330402"}, "rejected", "scope-denied"),
        ("visit", {"id": "other"}, "rejected", "validation"),
        ("visit", {"officers": 5}, "quarantined", "quarantined-unreadable"),
        ("petition", {}, "rejected", "scope-denied"),
        ("officer", {}, "rejected", "scope-denied"),
        ("hologram", {}, "quarantined", "quarantined-kind"),
    ],
)
def test_a_body_is_judged_by_its_kind(
    database: Database, kind: str, body: dict[str, Any], state: str, code: str
) -> None:
    whole = plain(visit())
    (result,) = push(database, operation(kind, whole["id"], {**whole, **body}))
    assert result.problem is not None
    assert (result.state, result.problem.code) == (state, code)
    assert count(database, quarantine) == (state == "quarantined")


def test_a_hash_that_is_not_the_bodys_is_refused(database: Database) -> None:
    (result,) = push(database, {**visit_op(), "body_sha256": "0" * 64})
    assert result.problem is not None
    assert (result.state, result.problem.code) == ("rejected", "validation")


def test_a_schema_not_served_waits_for_an_upgrade_and_is_not_decided(database: Database) -> None:
    op = {**visit_op(), "schema": 99}
    (result,) = push(database, op)
    assert result.problem is not None
    assert (result.state, result.problem.code) == ("retry", "upgrade-required")
    assert count(database, ledger) == 0


def test_a_visit_keeps_its_fields_that_this_version_does_not_know(database: Database) -> None:
    body = {**plain(visit()), "hologram": {"of": "tomorrow"}}
    assert states(push(database, operation("visit", body["id"], body))) == ["applied"]
    page = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1000))
    assert page["changes"][-1]["body"]["hologram"] == {"of": "tomorrow"}


def test_an_enterprise_gets_its_pinyin_here(database: Database) -> None:
    body = {"id": "ent-9", "name": "海盐示例紧固件有限公司"}
    assert states(push(database, operation("enterprise", "ent-9", body))) == ["applied"]
    page = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1000))
    assert page["changes"][-1]["body"]["initials"].startswith("hyslj")


def test_a_cursor_below_the_floor_and_one_from_the_future_ask_for_everything(database: Database) -> None:
    from backend.problems import Refusal

    push(database, visit_op(), visit_op())
    epoch = msgspec.json.decode(changes.page(database, "330424", "dev-1", "", 1))["next_cursor"].partition(".")[0]
    with database.write() as connection:
        connection.execute(sa.update(counter).values(floor=3))
    with pytest.raises(Refusal) as expired:
        changes.page(database, "330424", "dev-1", f"{epoch}.2", 10)
    assert expired.value.problem.code == "cursor-expired"
    with pytest.raises(Refusal) as future:
        changes.page(database, "330424", "dev-1", f"{epoch}.999", 10)
    assert future.value.problem.code == "epoch-changed"
    changes.page(database, "330424", "dev-1", f"{epoch}.3", 10)


def test_a_page_is_about_a_mebibyte_at_most(database: Database) -> None:
    situation = "检查情况" * 120_000
    for _ in range(5):
        body = {**plain(visit()), "note": situation}
        push(database, operation("visit", body["id"], body))
    page = changes.page(database, "330424", "dev-1", "", 1000)
    assert len(page) < 3 << 20
    assert len(msgspec.json.decode(page)["changes"]) < 7
    assert msgspec.json.decode(page)["has_more"] is True
