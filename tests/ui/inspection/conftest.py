"""A small real kit for the visit's tests: replica, keys, demo enterprises, and a pump for the owner's thread."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.emulators import process
from devices.emulators.process import Emulator
from devices.printing.ipp import IppPrinter
from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import COUNTY, COUNTY_NAME, PASSWORD, county
from fieldkit.model.officer import Officer
from fieldkit.model.operation import Change, Filing
from fieldkit.replica import Replica
from fieldkit.replica.enrolment import Enrolment
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.tools import VisitTools

CHEAP = keys.Cost(passes=1, memory_kib=64, lanes=1)
COUNTY_KEY = bytes(range(32))


class Owner:
    """Plays the owner's thread: what workers post is run while the test waits for a state."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, work: Callable[[], None]) -> None:
        self._posted.put(work)

    def until(self, true: Callable[[], object], timeout_s: float = 20.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not true():
            left = deadline - time.monotonic()
            assert left > 0, "waited too long"
            try:
                self._posted.get(timeout=min(left, 0.05))()
            except queue.Empty:
                continue

    def drain(self) -> None:
        while not self._posted.empty():
            self._posted.get()()


def change(kind: str, thing: Any, number: int, filing: Filing | None = None) -> Change:
    identity = thing.number if isinstance(thing, Officer) else thing.id
    body = msgspec.Raw(msgspec.json.encode(thing))
    return Change(kind=kind, id=identity, version=1, change=number, body=body, filing=filing)


class Kit:
    """The open kit and who works with it."""

    def __init__(self, home: Path) -> None:
        self.home, self.clock = home, Clock()
        demo = county(key_sources=3, others=3)
        today = self.clock.now().at.date()
        self.officers = {officer.number: officer for officer in demo.officers}
        able = [o for o in demo.officers if o.role == "执法人员" and o.expires_on and o.expires_on > today]
        self.first, self.second = able[0], able[1]
        self.expired = next(o for o in demo.officers if o.expires_on and o.expires_on < today)
        made = keys.create(home, self.first.number, PASSWORD, CHEAP)
        for officer in (self.second, self.expired):
            keys.add_officer(home, made, officer.number, PASSWORD, CHEAP)
        self.replica = Replica.create(home, made, self.clock)
        self.replica.enrolment.set(
            Enrolment(
                server_url="https://localhost:1",
                ca_pem="",
                spare_pin="",
                device_id="a3f9c2",
                device_key="00" * 32,
                county=COUNTY,
                county_name=COUNTY_NAME,
                county_key=COUNTY_KEY.hex(),
                epoch="e",
            )
        )
        things = [
            *(("officer", item) for item in demo.officers),
            *(("enterprise", item) for item in demo.enterprises),
            *(("task", item) for item in demo.tasks),
        ]
        changes = [change(kind, item, number) for number, (kind, item) in enumerate(things, 1)]
        self.replica.changes.apply(f"county:{COUNTY}", changes, "c1", "e")
        self.enterprise = next(item for item in demo.enterprises if item.permits and item.outfalls)
        self.task = next((item for item in demo.tasks if item.enterprise_id == self.enterprise.id), None)
        self.printer: Callable[[], Any] = lambda: None
        self.label_printer: Callable[[], Any] = lambda: None
        self.wand: Path | None = None

    def tools(self) -> VisitTools:
        return VisitTools(
            replica=self.replica,
            clock=self.clock,
            home=self.home,
            officer=self.first,
            county=COUNTY,
            county_key=COUNTY_KEY,
            device_id="a3f9c2",
            issuing_body="海盐县环境监察大队（演示）",
            printer=lambda: self.printer(),
            label_printer=lambda: self.label_printer(),
            wand_folder=lambda: self.wand,
        )


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    made = Kit(tmp_path / "home")
    yield made
    made.replica.close()


@pytest.fixture
def printer(kit: Kit, tmp_path: Path) -> Iterator[Emulator]:
    with process.start("printer", out=tmp_path / "printed") as emulator:
        kit.printer = lambda: IppPrinter(str(emulator.ready["uri"]), timeout_s=3)
        yield emulator


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def session(kit: Kit, owner: Owner) -> Iterator[VisitSession]:
    tools = kit.tools()
    made = VisitSession(tools, new_visit(tools, kit.enterprise.id), owner.post, autosave_pause_s=0.02)
    made.start()
    yield made
    made.close()
