from __future__ import annotations

from pathlib import Path

import pytest

from fieldkit.instruments import fonts
from fieldkit.instruments.fonts import FontSet, GlyphMissing, instrument_fonts, printable


def test_the_serif_writes_what_it_can_and_the_rare_font_the_rest() -> None:
    runs = [(run.font, run.text) for run in instrument_fonts().runs("李𬭎与𠮷田")]
    assert runs == [("NotoSerifSC-Regular", "李𬭎与"), ("HanaMinB", "𠮷"), ("NotoSerifSC-Regular", "田")]


def test_chemical_formulas_get_lowered_figures() -> None:
    runs = list(instrument_fonts().runs("NH₃-N、SO₂"))
    assert [(run.text, run.lowered) for run in runs] == [("NH", False), ("3", True), ("-N、SO", False), ("2", True)]
    assert instrument_fonts().width("₃", 10) < instrument_fonts().width("3", 10)


def test_a_rare_name_without_the_rare_font_is_told_with_the_character() -> None:
    only_serif = FontSet(fonts.locate(fonts.SERIF), None)
    with pytest.raises(GlyphMissing) as told:
        only_serif.require("𠮷田公司")
    assert "𠮷" in told.value.zh
    assert "U+20BB7" in told.value.zh
    assert "fieldkit doctor" in told.value.en


def test_no_font_has_emoji() -> None:
    with pytest.raises(GlyphMissing, match="1F600"):
        instrument_fonts().require("现场😀")


def test_this_machine_lacks_no_font() -> None:
    assert fonts.missing() == ()


def test_a_missing_font_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path,))
    assert fonts.missing() == (fonts.SERIF, fonts.RARE)


def test_text_loses_what_paper_can_not_show_and_nothing_else() -> None:
    assert printable("一\r\n二\t三\u200b\ufe0f\x07\u2009四\u3000") == "一\n二  三 四\u3000"
    assert printable("\U0002ebf0\ue000") == "\U0002ebf0\ue000"
