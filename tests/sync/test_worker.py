"""The sync thread: runs when asked, tells what came of it, waits longer after failures, ends when told."""

from __future__ import annotations

import queue
import random
import threading

import pytest

from fieldkit.errors import BugError, Cancelled, KnownError, NetworkUnavailable
from sync.backoff import CAP_S, RETRY_AFTER_CAP_S, delay_s
from sync.refusal import Overloaded
from sync.report import Progress, SyncReport
from sync.transport import Stop
from sync.worker import SyncWorker, pause_s
from tests.sync.kits import Kit

WAIT_S = 30.0
Outcome = SyncReport | KnownError | BugError


def test_a_request_runs_the_engine_and_tells_its_report(kit: Kit) -> None:
    kit.visit()
    told: queue.Queue[Outcome] = queue.Queue()
    worker = SyncWorker(lambda stop, progress, patient: kit.engine.run(stop, progress, patient=patient), told.put)
    worker.start()
    worker.request()
    report = told.get(timeout=WAIT_S)
    worker.stop()
    assert worker.join(WAIT_S)
    assert isinstance(report, SyncReport)
    assert report.acknowledged == 1


def test_it_wakes_by_itself_and_is_patient_then() -> None:
    patience: queue.Queue[bool] = queue.Queue()

    def run(_stop: Stop, _progress: Progress, patient: bool) -> SyncReport:
        patience.put(patient)
        return SyncReport()

    worker = SyncWorker(run, lambda _outcome: None, every_s=0.01)
    worker.start()
    assert patience.get(timeout=WAIT_S) is True
    worker.stop()
    assert worker.join(WAIT_S)


@pytest.mark.parametrize(
    ("raised", "told"),
    [(NetworkUnavailable(why="x"), NetworkUnavailable), (Cancelled(), Cancelled), (RuntimeError("x"), BugError)],
)
def test_what_ends_a_run_is_told_and_the_worker_stays(
    raised: Exception, told: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    outcomes: queue.Queue[Outcome] = queue.Queue()

    def run(_stop: Stop, _progress: Progress, _patient: bool) -> SyncReport:
        raise raised

    worker = SyncWorker(run, outcomes.put)
    worker.start()
    worker.request()
    assert isinstance(outcomes.get(timeout=WAIT_S), told)
    worker.request()
    assert isinstance(outcomes.get(timeout=WAIT_S), told)
    worker.stop()
    assert worker.join(WAIT_S)
    assert bool(caplog.records) == (told is BugError)


def test_stopping_ends_the_run_under_way() -> None:
    begun = threading.Event()

    def run(stop: Stop, _progress: Progress, _patient: bool) -> SyncReport:
        begun.set()
        assert isinstance(stop, threading.Event)
        assert stop.wait(WAIT_S)
        raise Cancelled

    worker = SyncWorker(run, lambda _outcome: None)
    worker.start()
    worker.request()
    assert begun.wait(WAIT_S)
    worker.stop()
    assert worker.join(WAIT_S)


def test_a_worker_never_started_can_be_stopped_and_joined() -> None:
    worker = SyncWorker(lambda _s, _p, _q: SyncReport(), lambda _o: None)
    worker.stop()
    assert worker.join(WAIT_S)


def test_i10_pauses_grow_under_a_cap_and_are_never_nothing() -> None:
    dice = random.Random(3)
    for attempts in (0, 1, 2, 5, 9, 40, 10_000):
        pauses = [delay_s(attempts, None, dice) for _ in range(300)]
        bound = min(CAP_S, 5.0 * 2 ** min(max(attempts - 1, 0), 20))
        assert all(1.0 <= pause <= bound for pause in pauses)
        assert max(pauses) > 0.9 * bound
    assert delay_s(1, 120.0, dice) == 120.0
    assert delay_s(1, 1e9, dice) == RETRY_AFTER_CAP_S


def test_the_pause_the_server_asks_for_is_obeyed_under_a_cap() -> None:
    dice = random.Random(5)
    assert pause_s(0, None, 300.0, dice) == 300.0
    assert pause_s(1, 900.0, 300.0, dice) == 900.0
    assert pause_s(3, 1e9, 300.0, dice) == RETRY_AFTER_CAP_S
    assert all(1.0 <= pause_s(40, None, 300.0, dice) <= 300.0 for _ in range(100))


def test_the_worker_waits_as_long_as_the_server_asked_but_not_the_officer() -> None:
    pauses: queue.Queue[float | None] = queue.Queue()
    patience: queue.Queue[bool] = queue.Queue()

    class Told(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.put(timeout)
            return super().wait(timeout)

    def run(_stop: Stop, _progress: Progress, patient: bool) -> SyncReport:
        patience.put(patient)
        raise Overloaded("HTTP 429", 1234.0)

    worker = SyncWorker(run, lambda _outcome: None, every_s=0.01)
    worker._wake = Told()
    worker.start()
    assert patience.get(timeout=WAIT_S) is True
    assert [pauses.get(timeout=WAIT_S) for _ in range(2)] == [0.01, 1234.0]
    worker.request()
    assert patience.get(timeout=WAIT_S) is False
    worker.stop()
    assert worker.join(WAIT_S)
