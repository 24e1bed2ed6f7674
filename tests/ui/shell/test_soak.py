"""Soak: all pages again and again while changes arrive; every pause of the window is printed with its culprit."""

from __future__ import annotations

import random
import threading

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from fieldkit.model.operation import Change
from tests.ui.kits import SCOPE
from tests.ui.pauses import Watchdog
from ui.shell.places import Place
from ui.shell.window import LASTING, MainWindow

ROUNDS = 300


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_window_goes_on_while_everything_changes(window: MainWindow, qtbot: QtBot) -> None:
    replica, dice = window.session.replica, random.Random(1)
    enterprises = list(replica.archives.page(limit=100).items)
    visits = [row.id for row in replica.visits.rows(50)]
    ended = threading.Event()

    def change() -> None:
        number = 10_000
        while not ended.wait(0.02):
            number += 1
            one = dice.choice(enterprises)
            body = msgspec.Raw(msgspec.json.encode(one))
            made = Change(kind="enterprise", id=one.id, version=number, change=number, body=body)
            replica.changes.apply(SCOPE, [made], str(number), "e1")

    worker = threading.Thread(target=change)
    worker.start()
    watchdog = Watchdog()
    watchdog.start()
    places = [Place(name) for name in LASTING]
    for _ in range(ROUNDS):
        choice = dice.choice(
            (*places, Place("archive", dice.choice(enterprises).id), Place("past_visit", dice.choice(visits)))
        )
        window.go(choice)
        qtbot.waitUntil(lambda: window.session.bridge.busy() == 0, timeout=60_000)
        if dice.random() < 0.3:
            window.back()
    watchdog.stop()
    ended.set()
    worker.join()
    for late, where in sorted(watchdog.pauses, reverse=True)[:20]:
        print(f"{late * 1000:6.0f} ms  {where}")
    assert window.page().isVisible()
