"""A kit at work in a process of its own, to be killed: types, prints, scans, submits, syncs; says what was shown.

`python -m tests.e2e.officer HOME PRINTER_URI` prints one JSON line for everything an officer would have seen as done:
{"shown": "saved"|"frozen"|"landed"|"queued"|"acknowledged", …}. After its sync it waits to be killed.
"""

from __future__ import annotations

import itertools
import json
import sys
from datetime import timedelta
from pathlib import Path

from devices.emulators import camera, paper
from devices.printing.ipp import IppPrinter
from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import COUNTY, PASSWORD, kit_officers
from fieldkit.instruments import checklists
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from ui.demo_paper import SIGNERS
from ui.demo_stage import Desk
from ui.demo_story import story
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.tools import VisitTools

SENTENCE = "现场检查时该单位正常生产，废水处理设施运行，在线监控设施正常联网。"


def say(shown: str, **facts: object) -> None:
    """Print what the officer was shown, at once."""
    print(json.dumps({"shown": shown, **facts}, ensure_ascii=False), flush=True)


def main(home: Path, printer_uri: str) -> None:
    """Do one visit, from typing to sync."""
    first, second = kit_officers()
    clock, desk = Clock(), Desk()
    replica = Replica.open(home, keys.unlock(home, first, PASSWORD), clock)
    session = _begin(replica, clock, home, first, printer_uri, desk)

    def saved(kinds: frozenset[str]) -> None:
        if "save" in kinds and session.saved.state == "saved":
            say("saved", visit=session.visit.id, situation=session.value("situation"))

    session.subscribe(saved)
    _type(session, desk, second)
    _print(session, desk)
    _scan(session, desk)
    _submit(session, desk)
    credentials = Credentials(first, PASSWORD)
    engine = SyncEngine(replica, clock, lambda: credentials)
    report = engine.run()
    say(
        "acknowledged",
        visit=session.visit.id,
        operations=report.acknowledged,
        state=replica.visits.state(session.visit.id),
    )


def _begin(replica: Replica, clock: Clock, home: Path, first: str, uri: str, desk: Desk) -> VisitSession:
    enrolment, officer = replica.enrolment.get(), replica.officers.get(first)
    assert enrolment is not None
    assert officer is not None
    ipp = IppPrinter(uri)
    tools = VisitTools(
        replica=replica,
        clock=clock,
        home=home,
        officer=officer,
        county=COUNTY,
        county_key=bytes.fromhex(enrolment.county_key),
        device_id=enrolment.device_id,
        issuing_body=officer.unit,
        printer=lambda: ipp,
        label_printer=lambda: None,
        wand_folder=lambda: None,
    )
    enterprise = next(hit.id for hit in replica.search("hysl") if hit.kind == "enterprise")
    session = VisitSession(tools, new_visit(tools, enterprise), desk.post, autosave_pause_s=0.01)
    session.start()
    say("saved", visit=session.visit.id, situation="")
    return session


def _type(session: VisitSession, desk: Desk, second: str) -> None:
    joined: list[bool] = []
    session.officers.confirm(second, PASSWORD, joined.append)
    desk.until(lambda: bool(joined), "the second officer")
    ended = session.now().at.astimezone() - timedelta(minutes=1)
    session.set_value(("time_from",), (ended - timedelta(minutes=30)).isoformat(timespec="minutes"))
    session.set_value(("time_to",), ended.isoformat(timespec="minutes"))
    for name, value in story().site_person.items():
        session.set_value(("site_person", name), value)
    for notice in ("ids_shown", "recusal_told", "defence_told", "cooperation_told"):
        session.set_value(("notices", notice), True)
    session.set_value(("recusal", "answer"), "no")
    session.set_value(("sampling", "done"), False)
    for theme in checklists.for_industry(session.enterprise.industry).themes:
        for item in theme.items:
            session.answer(item.id, "符合")
    session.confirm(session.unconfirmed())
    text = SENTENCE * 8
    for length in itertools.chain(range(1, len(text), 3), [len(text)]):
        session.set_value(("situation",), text[:length])
        touched = session.saved
        desk.until(lambda touched=touched: session.saved is not touched, "the autosave to speak")
    assert session.settled()


def _print(session: VisitSession, desk: Desk) -> None:
    session.printing.start()
    desk.until(lambda: session.revision is not None and session.saved.state == "saved", "the frozen revision")
    assert session.revision is not None
    say("frozen", visit=session.visit.id, revision=session.revision.number, pdf=session.revision.pdf.sha256)
    desk.until(lambda: not session.printing.state.busy, "the printer")
    session.printing.paper_in_hand(True)


def _scan(session: VisitSession, desk: Desk) -> None:
    assert session.revision is not None
    pages = paper.pages_of(session.tools.replica.blobs.read(session.revision.pdf.sha256))
    for number, page in enumerate(pages, start=1):
        data = camera.wand_scan(paper.sign(page, SIGNERS, number), number)
        known = len(session.scanning.landings)
        session.scanning.take(f"page-{number}.jpg", data)
        desk.until(lambda known=known: len(session.scanning.landings) > known, "the page to land")
        desk.until(lambda: session.saved.state == "saved", "the page to be saved")
        item = session.visit.evidence[-1]
        say("landed", visit=session.visit.id, evidence=item.id, original=item.original.sha256)
    for status in session.scanning.pages():
        session.scanning.agree(status.page)


def _submit(session: VisitSession, desk: Desk) -> None:
    missing = session.finishing.missing()
    assert not missing, missing
    session.finishing.finalise()
    desk.until(lambda: session.final or bool(session.finishing.problem), "the queue")
    assert not session.finishing.problem, session.finishing.problem
    say("queued", visit=session.visit.id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
