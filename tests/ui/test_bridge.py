"""Work off the GUI thread: outcomes come back in it, the newest answer wins, nothing reaches what is gone."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldkit.errors import Cancelled, DeviceUnavailable, KnownError
from ui.bridge import Bridge, Latest, Report, Ticket


@pytest.fixture
def owner() -> QObject:
    return QObject()


def test_work_runs_elsewhere_and_its_result_comes_back_in_the_gui_thread(
    bridge: Bridge, owner: QObject, qtbot: QtBot
) -> None:
    told: list[tuple[int, bool]] = []
    gui = threading.get_ident()

    def done(worker: int) -> None:
        told.append((worker, QThread.currentThread() is QApplication.instance().thread()))  # type: ignore[union-attr]

    bridge.run(lambda _: threading.get_ident(), owner, done)
    qtbot.waitUntil(lambda: bool(told))
    worker, in_gui = told[0]
    assert worker != gui
    assert in_gui


def test_a_known_error_goes_to_the_page_that_asked(bridge: Bridge, owner: QObject, qtbot: QtBot) -> None:
    told: list[KnownError] = []

    def work(_: Ticket) -> None:
        raise DeviceUnavailable(device="打印机", why="没有电")

    bridge.run(work, owner, None, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert "打印机" in told[0].zh


def test_any_other_error_is_offered_as_a_report(
    bridge: Bridge, owner: QObject, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Report] = []
    bridge.reported.connect(told.append)
    bridge.run(lambda _: {}["nothing"], owner, doing="打开今日")
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].doing == "打开今日"
    assert "KeyError" in told[0].trace
    assert "work failed" in caplog.text


def test_progress_is_heard_and_cancel_stops_the_work(bridge: Bridge, owner: QObject, qtbot: QtBot) -> None:
    heard: list[tuple[int, int, str]] = []
    failed: list[KnownError] = []
    ended: list[bool] = []
    go_on = threading.Event()

    def work(ticket: Ticket) -> None:
        ticket.progress(1, 3, "第一步")
        go_on.wait(10)
        ticket.progress(2, 3, "第二步")

    job = bridge.run(work, owner, None, failed.append)
    job.progressed.connect(lambda *step: heard.append(step))
    job.failed.connect(lambda error: ended.append(isinstance(error, Cancelled)))
    qtbot.waitUntil(lambda: bool(heard))
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert heard == [(1, 3, "第一步")]
    assert ended == [True]
    assert failed == []


def test_only_the_newest_answer_is_shown(bridge: Bridge, owner: QObject, qtbot: QtBot) -> None:
    answers: list[str] = []
    slow = threading.Event()
    latest = Latest(bridge, owner)

    def late(_: Ticket) -> str:
        slow.wait(10)
        return "旧"

    latest.ask(late, answers.append)
    latest.ask(lambda _: "新", answers.append)
    qtbot.waitUntil(lambda: answers == ["新"])
    slow.set()
    qtbot.waitUntil(lambda: bridge.busy() == 0)
    assert answers == ["新"]


def test_an_answer_for_a_page_that_is_gone_is_dropped(bridge: Bridge, qtbot: QtBot) -> None:
    import shiboken6

    page, answers, hold = QObject(), [], threading.Event()
    bridge.run(lambda _: hold.wait(10), page, answers.append)
    shiboken6.delete(page)
    hold.set()
    qtbot.waitUntil(lambda: bridge.busy() == 0)
    assert answers == []


def test_closing_waits_for_the_workers(owner: QObject, qtbot: QtBot) -> None:
    bridge = Bridge()
    left = threading.Event()

    def work(ticket: Ticket) -> None:
        ticket.cancelled.wait(10)
        left.set()

    bridge.run(work, owner)
    bridge.close()
    assert left.is_set()


def test_a_commit_of_the_replica_reaches_the_gui_thread(bridge: Bridge, qtbot: QtBot) -> None:
    listeners: list[object] = []

    def subscribe(hear: object) -> object:
        listeners.append(hear)
        return lambda: listeners.remove(hear)

    bridge.watch(subscribe)  # type: ignore[arg-type]
    with qtbot.waitSignal(bridge.touched) as touched:
        threading.Thread(target=listeners[0], args=(frozenset({"visit"}),)).start()  # type: ignore[arg-type]
    assert touched.args == [frozenset({"visit"})]
