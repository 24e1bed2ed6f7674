"""Random histories of one kit, a bad line and restarts, against a real backend; at the end everything is there once."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fieldkit.errors import NetworkUnavailable
from tests.faults.proxy import Fault, Kind, Proxy
from tests.sync.backend import Backend
from tests.sync.kits import Kit, make_kit

SCOPE = "county:330424"
FAULTS: tuple[Kind, ...] = ("cut_up", "cut_down", "reset_down", "refuse")


class OneKit(RuleBasedStateMachine):
    """What an officer, a line and a power cut may do in any order. `backend` and `folder` are set by the test."""

    backend: Backend
    folder: Path
    made = 0

    def __init__(self) -> None:
        super().__init__()
        OneKit.made += 1
        self.proxy = Proxy(("127.0.0.1", self.backend.port))
        self.kit: Kit = make_kit(self.folder / f"kit{OneKit.made}", self.backend.code())
        self.kit.reach(self.proxy.port)
        self.finished: list[str] = []
        self.drafts: list[str] = []
        self.pulled = 0

    @rule(sizes=st.lists(st.integers(0, 120_000), max_size=2))
    def finish_a_visit(self, sizes: list[int]) -> None:
        self.finished.append(self.kit.visit(*(os.urandom(size) for size in sizes)).id)

    @rule()
    def begin_a_visit(self) -> None:
        self.drafts.append(self.kit.draft().id)

    @rule(
        kind=st.sampled_from(FAULTS),
        after=st.integers(0, 9_000) | st.integers(9_000, 150_000),
        times=st.sampled_from([None, 1]),
    )
    def sync_over_a_bad_line(self, kind: Kind, after: int, times: int | None) -> None:
        self.proxy.hurt(Fault(kind, after=after, times=times))
        with contextlib.suppress(NetworkUnavailable):
            self.kit.engine.run()
        self.proxy.hurt(Fault())

    @rule(kind=st.sampled_from(["cut_up", "cut_down", "reset_down"]))
    def sync_whose_line_dies_with_the_push(self, kind: Kind) -> None:
        before = self._attempts()

        def look(_kinds: frozenset[str]) -> None:
            if self._attempts() > before:
                self.proxy.fault = Fault(kind)

        end = self.kit.replica.subscribe(look)
        with contextlib.suppress(NetworkUnavailable):
            self.kit.engine.run()
        end()
        self.proxy.hurt(Fault())

    @rule()
    def sync(self) -> None:
        report = self.kit.engine.run()
        assert report.waiting == 0
        assert report.problems == ()

    @rule()
    def restart(self) -> None:
        self.kit = self.kit.reopen()

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        known = {item.entity_id: item.state for item in self.kit.replica.outbox.items(acknowledged=True)}
        for visit_id in self.finished:
            there = self.backend.visits(visit_id)
            assert there <= 1  # I2
            assert there == 1 or visit_id in known  # I4
            assert there == 1 or known[visit_id] != "acked"  # I3
            assert self.kit.replica.visits.state(visit_id) != "filed" or there == 1
        assert all(self.kit.replica.visits.state(visit_id) == "open" for visit_id in self.drafts)  # I14

    @invariant()
    def the_cursor_never_goes_back(self) -> None:
        cursor = self.kit.replica.changes.cursor(SCOPE)
        change = int(cursor.rpartition(".")[2]) if cursor else 0
        assert change >= self.pulled  # I5
        self.pulled = change

    def _attempts(self) -> int:
        return sum(item.attempts for item in self.kit.replica.outbox.items(acknowledged=True))

    def teardown(self) -> None:
        try:
            self.sync()
            for visit_id in self.finished:
                assert self.kit.replica.visits.state(visit_id) == "filed"  # I6
                assert len(self.backend.rows("SELECT 1 FROM ledger WHERE entity_id = ?", visit_id)) == 1
            last = self.kit.engine.run()
            assert (last.operations, last.blob_bytes) == (0, 0)
        finally:
            self.kit.close()
            self.proxy.close()


def _histories(backend: Backend, folder: Path, examples: int, steps: int) -> None:
    OneKit.backend, OneKit.folder = backend, folder
    run_state_machine_as_test(
        OneKit,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_random_histories_lose_and_double_nothing(backend: Backend, tmp_path: Path) -> None:
    _histories(backend, tmp_path, examples=3, steps=10)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_random_histories_lose_and_double_nothing(backend: Backend, tmp_path: Path) -> None:
    _histories(backend, tmp_path, examples=150, steps=30)
