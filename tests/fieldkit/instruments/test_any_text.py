"""Whatever is typed: a page that holds it, or a plain refusal."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldkit.instruments import render
from fieldkit.instruments.fonts import GlyphMissing, instrument_fonts, printable
from tests.fieldkit.instruments.factories import COUNTY_KEY, record, values
from tests.fieldkit.instruments.paper import sheets

HANZI = st.text(
    st.sampled_from("海盐县示例环境检查记录一二三四，。、；：？！（）“”《》…—𠮷𬭎abcXYZ0189./-% \n"), max_size=120
)
ANYTHING = st.text(max_size=60)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HANZI, HANZI, HANZI, HANZI)
def test_trade_text_of_any_length_stays_in_its_cells(place: str, name: str, title: str, note: str) -> None:
    of = values(
        place=place,
        party__name=name,
        site_person__title=title,
        site_person__relation=name,
        sampling__note=note,
        recusal={"answer": "yes", "reason": note},
        inspectors=[{"name": name[:40], "number": title[:30], "unit": place}, {"name": "陆演练", "number": "1"}],
    )
    for sheet in sheets(render.render(record(of), 1, COUNTY_KEY).pdf):
        assert sheet.crossings() == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANYTHING, ANYTHING)
def test_any_unicode_is_printed_or_refused_by_name(place: str, situation: str) -> None:
    fonts = instrument_fonts()
    absent = [c for c in printable(place + situation) if c != "\n" and not fonts.font_of(c)]
    if absent:
        with pytest.raises(GlyphMissing, match=r"U\+"):
            render.render(record(values(place=place, situation=situation)), 1, COUNTY_KEY)
    else:
        assert render.render(record(values(place=place, situation=situation)), 1, COUNTY_KEY).pages >= 1
