"""A visit without a screen: edits, saving, undo, officers."""

from __future__ import annotations

from datetime import UTC, datetime

from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD
from tests.ui.inspection.conftest import Kit, Owner
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession


def test_a_new_visit_is_on_disk_before_anyone_types(kit: Kit) -> None:
    visit = new_visit(kit.tools(), kit.enterprise.id)
    assert [kept.id for kept in kit.replica.visits.open()] == [visit.id]


def test_two_visits_of_one_second_have_different_numbers_though_the_first_is_final(kit: Kit) -> None:
    moment = datetime(2026, 6, 11, 1, 30, tzinfo=UTC)
    kit.clock = Clock(laptop=lambda: moment)
    first = new_visit(kit.tools(), kit.enterprise.id)
    kit.replica.visits.finalise(first, kit.first.number)
    second = new_visit(kit.tools(), kit.enterprise.id)
    assert second.number != first.number


def test_what_must_be_heard_on_site_is_never_prefilled(session: VisitSession) -> None:
    assert session.value("party", "name") == session.enterprise.name
    assert not session.value("time_from")
    assert not session.value("situation")
    assert session.value("recusal", "answer") is None
    assert session.value("notices", "ids_shown") is None
    assert not session.value("site_person", "name")
    assert session.value("sampling", "done") is None
    assert session.visit.signatures == ()


def test_saved_is_told_only_after_the_replica_has_it(kit: Kit, session: VisitSession, owner: Owner) -> None:
    session.set_value(("situation",), "检查时该单位正在生产。", "现场情况")
    assert session.saved.state == "saved" or session.saved.at is None
    owner.until(lambda: session.saved.state == "saved" and session.saved.at is not None)
    kept = kit.replica.visits.get(session.visit.id)
    assert kept is not None
    assert kept.records[0].values["situation"] == "检查时该单位正在生产。"


def test_typing_in_one_field_is_one_undo(session: VisitSession) -> None:
    for text in ("检", "检查", "检查时"):
        session.set_value(("situation",), text, "现场情况")
    session.set_value(("place",), "东厂区", "检查地点")
    assert session.undo() == ("values", "place")
    assert session.undo() == ("values", "situation")
    assert session.value("situation") == ""
    session.redo()
    assert session.value("situation") == "检查时"


def test_changing_a_prefilled_field_confirms_it(session: VisitSession) -> None:
    assert "party.phone" in session.unconfirmed()
    session.set_value(("party", "phone"), "0573-00000001", "联系电话")
    assert "party.phone" not in session.unconfirmed()
    session.confirm(("party.name", "party.code"))
    assert not {"party.name", "party.code"} & set(session.unconfirmed())


def test_the_second_officer_joins_by_an_own_password(kit: Kit, session: VisitSession, owner: Owner) -> None:
    answers: list[bool] = []
    session.officers.confirm(kit.second.number, "wrong password", answers.append)
    owner.until(lambda: answers)
    assert answers == [False]
    assert "密码" in session.officers.problem
    assert session.visit.officers == (kit.first.number,)
    session.officers.confirm(kit.second.number, PASSWORD, answers.append)
    owner.until(lambda: len(answers) == 2)
    assert session.visit.officers == (kit.first.number, kit.second.number)
    assert [row["number"] for row in session.value("inspectors")] == [kit.first.number, kit.second.number]
    assert session.value("recorder", "number") == kit.second.number


def test_an_expired_id_bars_even_with_the_right_password(kit: Kit, session: VisitSession, owner: Owner) -> None:
    answers: list[bool] = []
    session.officers.confirm(kit.expired.number, PASSWORD, answers.append)
    assert answers == [False]
    assert "过期" in session.officers.problem
    assert session.visit.officers == (kit.first.number,)


def test_a_finding_goes_into_the_situation_once(session: VisitSession) -> None:
    session.answer("water.facility", "不符合", "检查时废水处理设施未运行。")
    session.add_to_situation("检查时废水处理设施未运行。")
    session.add_to_situation("检查时废水处理设施未运行。")
    assert session.value("situation") == "检查时废水处理设施未运行。"
    session.undo()
    assert session.value("situation") == ""


def test_closing_keeps_the_last_word(kit: Kit, owner: Owner) -> None:
    tools = kit.tools()
    session = VisitSession(tools, new_visit(tools, kit.enterprise.id), owner.post)
    session.start()
    session.set_value(("situation",), "最后一个字", "现场情况")
    assert session.close()
    kept = kit.replica.visits.get(session.visit.id)
    assert kept is not None
    assert kept.records[0].values["situation"] == "最后一个字"
