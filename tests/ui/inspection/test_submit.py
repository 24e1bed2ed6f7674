"""Submitting: nothing goes that the record check forbids, and exactly what was checked and saved goes."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from devices.emulators.process import Emulator
from fieldkit.errors import StorageFull
from tests.ui.inspection.conftest import Kit, Owner, change
from tests.ui.inspection.steps_of_a_visit import fill, picture, ready
from ui.inspection import cells
from ui.inspection.session import VisitSession


def test_samples_that_the_record_denies_stand_in_the_way(kit: Kit, session: VisitSession, owner: Owner) -> None:
    fill(kit, session, owner)
    session.labels.new_sample(None)
    session.set_value(("sampling", "done"), False, "采样")
    assert "sampling.recorded" in session.check("done").blocks
    assert [item.text for item in session.finishing.missing() if item.target == "sampling"] == [
        "已登记 1 份样品，笔录却写未采样"
    ]


def test_what_the_check_forbids_and_no_step_lists_stands_in_the_way(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    ready(kit, session, owner)
    other = msgspec.structs.replace(session.record, id="other", values={"party": {"name": "示例别的厂"}})
    session.replace(msgspec.structs.replace(session.visit, records=(session.record, other)), "values")
    assert session.check("done").vetoes == ("party.same_name",)
    assert any("当事人名称" in item.text for item in session.finishing.missing())
    session.finishing.finalise()
    assert "还差" in session.finishing.problem


def test_the_check_is_asked_again_of_what_is_sent(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    ready(kit, session, owner)
    session.finishing.finalise()
    expired = msgspec.structs.replace(kit.second, expires_on=kit.clock.now().at.date() - timedelta(days=9))
    kit.replica.changes.apply("county:330424", [change("officer", expired, 9001)], "c2", "e")
    owner.until(lambda: not session.finishing.working)
    assert not session.final
    assert "执法证已过期" in session.finishing.problem
    session.set_value(("place",), "东厂区", "检查地点")
    assert session.value("place") == "东厂区", "editing goes on"


def test_nothing_is_edited_between_the_check_and_the_queue(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator
) -> None:
    ready(kit, session, owner)
    checked = session.visit
    session.finishing.finalise()
    assert not session.editable
    session.set_value(("place",), "改在提交之后", "检查地点")
    session.scanning.take("late.jpg", picture())
    owner.until(lambda: session.final)
    sent = kit.replica.visits.get(checked.id)
    assert sent is not None
    assert msgspec.structs.replace(sent, state="open", finalised_at=None) == checked
    assert session.scanning.landings[0].words == "已提交，这张没有收入"
    session.scanning.take("later.jpg", picture(1))
    assert session.scanning.landings[0].file == "later.jpg"
    assert session.scanning.landings[0].words == "已提交，这张没有收入"


def test_what_could_not_be_saved_is_not_sent_and_work_goes_on(
    kit: Kit, session: VisitSession, owner: Owner, printer: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(kit, session, owner)
    assert session.settled()
    full = {"disk": True}
    keep = session._autosave._save

    def save(visit: object) -> object:
        if full["disk"]:
            raise StorageFull
        return keep(visit)  # type: ignore[arg-type]  # the writer's own visit

    monkeypatch.setattr(session._autosave, "_save", save)
    session.replace(msgspec.structs.replace(session.visit, track_id="t"), "evidence")
    session.finishing.finalise()
    session.scanning.take("late.jpg", picture())
    owner.until(lambda: bool(session.finishing.problem))
    assert "未提交" in session.finishing.problem
    assert kit.replica.visits.state(session.visit.id) == "open"
    owner.until(lambda: len(session.scanning.tray) == 1)
    full["disk"] = False


def test_a_page_being_read_stands_in_the_way(kit: Kit, session: VisitSession, owner: Owner, printer: Emulator) -> None:
    ready(kit, session, owner)
    session.scanning.take("more.jpg", picture())
    assert [item.text for item in session.finishing.missing()] == ["1 页正在识别"]
    owner.until(lambda: not session.scanning.reading)


def test_prefilled_parts_nobody_confirmed_stand_in_the_way(kit: Kit, session: VisitSession, owner: Owner) -> None:
    fill(kit, session, owner)
    unconfirmed = session.visit.confirmed[-1]
    kept = tuple(field for field in session.visit.confirmed if field != unconfirmed)
    session.replace(msgspec.structs.replace(session.visit, confirmed=kept), "confirmed")
    assert [item.target for item in session.finishing.missing() if "未核对" in item.text] == [unconfirmed]


def test_an_officer_listed_twice_is_no_second_one(kit: Kit, session: VisitSession, owner: Owner) -> None:
    fill(kit, session, owner)
    first = session.visit.officers[0]
    session.replace(msgspec.structs.replace(session.visit, officers=(first, first)), "officers")
    assert "第二名执法人员未到场确认" in [item.text for item in session.finishing.missing()]


def test_an_inspector_written_twice_beside_a_second_stands_in_the_way(
    kit: Kit, session: VisitSession, owner: Owner
) -> None:
    fill(kit, session, owner)
    rows = session.value("inspectors")
    session.replace(
        cells.with_record(
            session.visit,
            msgspec.structs.replace(session.record, values={**session.values, "inspectors": [*rows, rows[0]]}),
        ),
        "values",
    )
    assert "officers.two" in session.check("done").blocks
    assert any("检查人员" in item.text for item in session.finishing.missing())


def test_the_check_follows_the_clock(kit: Kit, session: VisitSession, owner: Owner) -> None:
    fill(kit, session, owner)
    report = session.check("print")
    assert session.check("print") is report
    minute = session._checked["print"][1]
    session._checked["print"] = (session.visit, minute - timedelta(minutes=1), report)
    assert session.check("print") is not report
