from __future__ import annotations

from typing import Any

import pytest

from fieldkit.instruments import corrections, forms, render
from fieldkit.model.record import Correction
from tests.fieldkit.instruments.factories import COUNTY_KEY, record, values
from tests.fieldkit.instruments.paper import text_of

FORM = forms.load("inspection")
TEXT = "第一段原文。\n第二段原文。\n第三段原文。"


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = corrections.between(FORM, values(**before), values(**after))
    return [(item.label, item.old, item.new) for item in found]


def test_nothing_changed_is_nothing_corrected() -> None:
    assert corrections.between(FORM, values(), values()) == ()
    assert changed({"place": "甲地"}, {"place": " 甲地 "}) == []


@pytest.mark.parametrize(
    ("field", "old", "new", "want"),
    [
        ("place", "甲地", "乙地", ("检查地点", "甲地", "乙地")),
        ("party__phone", "", "0573-1", ("联系电话", "", "0573-1")),
        ("recusal__answer", None, "no", ("是否申请回避", "", "不申请回避")),
        ("notices__ids_shown", None, True, ("已出示执法证件", "", "是")),
        (
            "situation",
            TEXT,
            TEXT.replace("第二段原文", "第二段新文"),
            ("现场情况第2段", "第二段原文。", "第二段新文。"),
        ),
        ("situation", TEXT, f"{TEXT}\n第四段。", ("现场情况第4段", "", "第四段。")),
        ("situation", TEXT, TEXT.replace("第一段原文。\n", ""), ("现场情况第1段", "第一段原文。", "")),
    ],
)
def test_a_correction_names_the_place_the_old_and_the_new(field: str, old: Any, new: Any, want: Any) -> None:
    assert changed({field: old}, {field: new}) == [want]


def test_an_officers_number_alone_is_a_correction_too() -> None:
    first, second = values()["inspectors"]
    other = {**second, "number": "33042401009"}
    ((label, old, new),) = changed({}, {"inspectors": [first, other]})
    assert label == "检查（勘察）人（第2人）"
    assert "33042401002" in old
    assert "33042401009" in new
    assert changed({}, {"inspectors": [first]})[0][2] == ""


def test_corrections_stand_on_the_reprint() -> None:
    new = values(place="乙地")
    found = corrections.between(FORM, values(place="甲地"), new)
    assert found == (Correction("place", "检查地点", "甲地", "乙地"),)
    plain = "".join(text_of(render.render(record(new), 2, COUNTY_KEY, found).pdf).split())
    assert "1检查地点甲地乙地" in plain
