"""One desktop a kit: a second window would overwrite the first one's open visits."""

from __future__ import annotations

import pytest

from fieldkit.access import keys
from fieldkit.demo import PASSWORD, kit_officers
from fieldkit.errors import StorageFull
from fieldkit.replica import KitInUse, Replica
from sync.client import Credentials
from ui.open_kit import OpenKit


def open_again(home):
    number = kit_officers()[0]
    return OpenKit(home, keys.unlock(home, number, PASSWORD), Credentials(number, PASSWORD))


def test_a_second_desktop_on_the_same_kit_is_told_to_use_the_first(empty_home):
    first = open_again(empty_home)
    with pytest.raises(KitInUse) as told:
        open_again(empty_home)
    assert "另一个窗口" in told.value.zh
    with Replica.open(empty_home, first.keys, first.clock) as beside:  # a command may work on it all the same
        assert beside.enrolment.get() == first.enrolment
    first.close()
    open_again(empty_home).close()


def test_a_full_disk_does_not_keep_the_desktop_from_starting(empty_home, monkeypatch):
    kit = open_again(empty_home)

    def full(*_: object) -> None:
        raise StorageFull

    monkeypatch.setattr(kit.replica.audit, "write", full)
    try:
        kit.start(sync_at_once=False)
    finally:
        kit.close()
