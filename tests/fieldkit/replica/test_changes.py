"""Changes come down: page and cursor as one, tombstones, unknown kinds, older pages again."""

from __future__ import annotations

import msgspec
import pytest

from fieldkit.errors import InvalidInput
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.officer import Officer
from fieldkit.model.operation import Change
from fieldkit.replica import ArchiveFilters, Replica, driver
from tests.fieldkit.replica.factories import (
    EPOCH,
    KEYS,
    SCOPE,
    change,
    clock,
    enterprise,
    petition,
    pull,
    task,
    tombstone,
)


def test_a_page_and_its_cursor_are_stored_together(replica, home):
    assert replica.changes.cursor(SCOPE) == ""
    pull(replica, change("enterprise", enterprise(), 7))
    assert replica.changes.cursor(SCOPE) == "7"
    replica.close()
    with Replica.open(home, KEYS, clock()) as again:
        assert again.changes.cursor(SCOPE) == "7"
        assert again.archives.get("e1") == enterprise()
        assert again.changes.state(SCOPE).epoch == EPOCH


def test_i5_the_cursor_never_goes_back(replica, home):
    """I5: cursors as the backend writes them, the last page's change a tombstone, and a start in between."""
    replica.changes.apply(SCOPE, [change("enterprise", enterprise(), 9)], f"{EPOCH}.9", EPOCH)
    replica.changes.apply(SCOPE, [tombstone("petition", "p1", 10)], f"{EPOCH}.10", EPOCH)
    replica.close()
    with Replica.open(home, KEYS, clock()) as again:
        with pytest.raises(InvalidInput):
            again.changes.apply(SCOPE, [change("enterprise", enterprise(name="旧"), 9)], f"{EPOCH}.9", EPOCH)
        assert again.changes.cursor(SCOPE) == f"{EPOCH}.10"
        assert again.archives.get("e1").name == enterprise().name
        again.changes.apply(SCOPE, [], f"{EPOCH}.12", EPOCH)  # nothing of 11 and 12 was for this kit
        assert again.changes.cursor(SCOPE) == f"{EPOCH}.12"
        with pytest.raises(InvalidInput):
            again.changes.apply(SCOPE, [change("enterprise", enterprise(name="旧"), 9)], f"{EPOCH}.9", EPOCH)


def test_a_replica_of_the_version_before_is_brought_up(home):
    """Version 1 had no change number beside its cursor; its rows and cursor stay."""
    with Replica.create(home, KEYS, clock()) as replica:
        pull(replica, change("enterprise", enterprise(), 7))
    connection = driver.connect(home / "replica.db", KEYS.replica_db, known=2)
    connection.execute("ALTER TABLE sync_state DROP COLUMN change")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0002'")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with Replica.open(home, KEYS, clock()) as replica:
        assert replica.recovered == ()
        assert (replica.changes.cursor(SCOPE), replica.archives.count()) == ("7", 1)
        pull(replica, change("enterprise", enterprise(), 8))
        with pytest.raises(InvalidInput):
            pull(replica, change("enterprise", enterprise(), 7))


def test_i5_a_page_that_fails_leaves_neither_rows_nor_cursor(replica):
    """I5: a crash in a page."""

    class Falling(list):
        def __getitem__(self, index):
            return Interrupted(super().__getitem__(index))

    class Interrupted(list):
        def __iter__(self):
            yield from super().__iter__()
            raise KeyboardInterrupt

    page = Falling([change("enterprise", enterprise(), 1)])
    with pytest.raises(KeyboardInterrupt):
        replica.changes.apply(SCOPE, page, "1", EPOCH)
    assert replica.changes.cursor(SCOPE) == ""
    assert replica.archives.count() == 0


def test_another_epoch_is_refused_until_the_scope_is_forgotten(replica):
    pull(replica, change("enterprise", enterprise(), 7))
    with pytest.raises(InvalidInput):
        replica.changes.apply(SCOPE, [], "1", "epoch-2")
    replica.changes.forget(SCOPE)
    assert replica.archives.count() == 0
    assert replica.search("海盐") == []
    replica.changes.apply(SCOPE, [change("enterprise", enterprise(), 1)], "1", "epoch-2")
    assert replica.changes.cursor(SCOPE) == "1"


def test_a_page_fetched_again_changes_nothing(replica):
    pull(replica, change("enterprise", enterprise(name="示例旧名厂"), 1), change("enterprise", enterprise(), 2))
    pull(replica, change("enterprise", enterprise(name="示例旧名厂"), 1), change("enterprise", enterprise(), 2))
    assert replica.archives.get("e1") == enterprise()
    assert replica.search("旧名") == []


def test_a_tombstone_takes_the_row_and_its_search_entries(replica):
    pull(replica, change("enterprise", enterprise(), 1), change("petition", petition(), 2))
    pull(replica, tombstone("enterprise", "e1", 3))
    assert replica.archives.get("e1") is None
    assert replica.search("hysl") == []
    pull(replica, tombstone("enterprise", "never seen", 4))


def test_unknown_kinds_and_shapes_are_kept_raw_and_ignored(replica):
    """PROTOCOL rule 9."""
    odd = Change(kind="drone", id="x", version=1, change=1, body=msgspec.Raw(b'{"rotors":4}'))
    newer = Change(kind="enterprise", id="e9", version=1, change=2, body=msgspec.Raw(b'{"id":"e9","name":{"zh":"x"}}'))
    more = Change(
        kind="enterprise", id="e1", version=1, change=3, body=msgspec.Raw(b'{"id":"e1","name":"\xe7\xa4\xba","new":1}')
    )
    pull(replica, odd, newer, more)
    assert replica.changes.counts()["other"] == 2
    assert replica.archives.get("e1") == Enterprise(id="e1", name="示")
    assert replica.verify().ok


def test_a_large_page_is_taken_whole(replica):
    pull(replica, *[change("enterprise", enterprise(f"e{n}", f"示例{n:04d}厂"), n + 1) for n in range(2500)])
    assert replica.archives.count() == 2500
    assert replica.changes.cursor(SCOPE) == "2500"


def test_archives_are_paged_by_key_without_gap_or_repeat(replica):
    pull(
        replica,
        *[
            change("enterprise", enterprise(f"e{n}", f"示例{n}", pinyin=f"shi li {n % 7}", town=f"镇{n % 2}"), n + 1)
            for n in range(50)
        ],
    )
    for filters, expected in ((None, 50), (ArchiveFilters(town="镇1"), 25), (ArchiveFilters(town="无"), 0)):
        seen, after = [], None
        while True:
            page = replica.archives.page(filters, after, limit=7)
            seen += page.items
            after = page.next
            if after is None:
                break
        assert len({e.id for e in seen}) == len(seen) == expected == replica.archives.count(filters)
        assert [e.pinyin for e in seen] == sorted(e.pinyin for e in seen)
    with pytest.raises(InvalidInput):
        replica.archives.page(after="???")
    assert replica.archives.towns() == {"镇0": 25, "镇1": 25}


def test_archives_are_found_by_code_in_any_case(replica):
    pull(replica, change("enterprise", enterprise(), 1), change("enterprise", enterprise("e2", uscc=""), 2))
    assert replica.archives.by_uscc(" 91130200699229617x ").id == "e1"
    assert replica.archives.by_uscc("") is None


def test_roster_tasks_and_petitions_read_back(replica):
    officer = Officer(number="33042400101", name="示例甲", unit="示例大队", squad="一中队", county="330424")
    pull(
        replica,
        change("officer", officer, 1),
        change("task", task(), 2),
        change("task", task("t2", state="已结"), 3),
        change("petition", petition(), 4),
    )
    assert replica.officers.roster() == [officer]
    assert replica.officers.get("33042400101") == officer
    assert replica.officers.get("none") is None
    assert [t.id for t in replica.tasks.of_enterprise("e1")] == ["t1", "t2"]
    assert [t.id for t in replica.tasks.page(state="已结")] == ["t2"]
    assert replica.petitions.of_enterprise("e1") == [petition()]
    assert replica.petitions.get("p1") == petition()
