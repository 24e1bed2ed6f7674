"""The best time known: satellite before server before laptop, each told by name, none blocked by a wrong laptop."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from fieldkit.clock import DISAGREEMENT, Clock, awake_or_asleep

NOON = datetime(2026, 6, 11, 4, 0, tzinfo=UTC)


class Machine:
    """A laptop whose clock and whose seconds the test moves apart."""

    def __init__(self) -> None:
        self.laptop, self.seconds = NOON, 0.0

    def clock(self) -> Clock:
        return Clock(lambda: self.laptop, lambda: self.seconds)

    def pass_s(self, seconds: float) -> None:
        self.laptop += timedelta(seconds=seconds)
        self.seconds += seconds


def test_alone_the_laptop_is_asked_and_named():
    stamp = Machine().clock().now()
    assert (stamp.at, stamp.source) == (NOON, "laptop")


def test_the_server_counts_on_after_it_was_heard():
    machine = Machine()
    clock = machine.clock()
    clock.hear_server(NOON + timedelta(minutes=7))
    machine.pass_s(90)
    stamp = clock.now()
    assert (stamp.at, stamp.source) == (NOON + timedelta(minutes=7, seconds=90), "server")


def test_a_laptop_set_ten_years_off_changes_nothing_once_another_told():
    machine = Machine()
    clock = machine.clock()
    clock.hear_server(NOON)
    machine.laptop += timedelta(days=3652)
    machine.pass_s(1)
    assert clock.now().at == NOON + timedelta(seconds=1)
    assert clock.laptop_off_by() == timedelta(days=3652)
    assert clock.laptop_off_by() > DISAGREEMENT


def test_the_satellite_comes_first():
    machine = Machine()
    clock = machine.clock()
    clock.hear_gps(NOON + timedelta(seconds=2))
    clock.hear_server(NOON + timedelta(seconds=5))
    assert clock.now().source == "gps"
    assert clock.now().at == NOON + timedelta(seconds=2)


def test_without_another_source_nobody_says_how_far_off():
    assert Machine().clock().laptop_off_by() is None


def test_sleep_counts_as_time():
    """On Linux the boot clock runs through suspend; it is never behind the clock that does not."""
    assert awake_or_asleep() >= time.monotonic() - 1
    assert awake_or_asleep() <= awake_or_asleep()
