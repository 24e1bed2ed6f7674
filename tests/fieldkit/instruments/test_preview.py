"""Previews: pages as they will print, without a seal that any camera or kit could take for one."""

from __future__ import annotations

import zxingcpp

from fieldkit.instruments import render
from fieldkit.instruments.geometry import SEALS
from tests.fieldkit.instruments.factories import COUNTY_KEY, record, values
from tests.fieldkit.instruments.paper import pictures, sheets, text_of


def test_a_preview_has_no_seal_and_says_so_in_its_place() -> None:
    made = render.render(record(), 1, COUNTY_KEY, preview=True)
    assert made.seals == ()
    for picture in pictures(made.pdf, dpi=200):
        assert zxingcpp.read_barcodes(picture) == []
    for sheet in sheets(made.pdf):
        for x, y, size in SEALS:
            assert "".join(glyph.text for glyph in sheet.within(x, y, x + size, y + size)) == "预览"


def test_a_preview_is_laid_out_as_the_print() -> None:
    preview, final = (render.render(record(), 1, COUNTY_KEY, preview=drawn) for drawn in (True, False))
    assert preview.pages == final.pages
    assert text_of(preview.pdf).replace("预览", "").split() == text_of(final.pdf).split()
    assert len(final.seals) == final.pages


def test_a_reason_for_recusal_prints_only_beside_a_yes() -> None:
    def plain(answer: str | None) -> str:
        of = values(recusal={"answer": answer, "reason": "亲属关系"})
        return "".join(text_of(render.render(record(of), 1, COUNTY_KEY).pdf).split())

    assert "理由：亲属关系" in plain("yes")
    assert "亲属关系" not in plain("no")
    assert "亲属关系" not in plain(None)


def test_a_letter_and_its_mark_print_as_one_character_and_names_keep_their_form() -> None:
    of = values(situation="A\u030angstro\u0308m，a\u030a，郎\uf92c田")
    plain = text_of(render.render(record(of), 1, COUNTY_KEY).pdf)
    assert "Ångström，å" in plain
    assert "\uf92c" in plain
