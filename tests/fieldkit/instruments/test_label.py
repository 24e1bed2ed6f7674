from __future__ import annotations

from datetime import UTC, datetime

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldkit.errors import InvalidInput
from fieldkit.instruments.fonts import GlyphMissing
from fieldkit.instruments.label import WIDTH, bottle_label
from fieldkit.model.evidence import Sample
from fieldkit.model.stamp import Stamp

PARTY = "海盐县示例印染化工有限责任公司（武原厂区）"


def sample(number: str = "HY20260611-001-01", **more: object) -> Sample:
    return Sample(id="s", number=number, point_code="DW001", point_name="废水总排口", **more)  # type: ignore[arg-type]


def test_the_number_is_read_back_from_the_bars() -> None:
    label = bottle_label(sample(), PARTY, demo=True)
    assert (label.mode, label.width) == ("1", WIDTH)
    (code,) = zxingcpp.read_barcodes(label.convert("L"), try_downscale=False)
    assert (code.text, code.format) == ("HY20260611-001-01", zxingcpp.BarcodeFormat.Code128)


@settings(deadline=None)
@example('_#*"~g4')
@example("991299-A")  # python-barcode drops a leading 99
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=3, max_size=18))
def test_any_number_that_becomes_bars_is_read_back(number: str) -> None:
    label = bottle_label(sample(number), PARTY)
    # zxing-cpp also tries the picture at half size, where bars of 3 dots blur and a ghost may pass the check digit
    (code,) = zxingcpp.read_barcodes(label.convert("L"), formats=zxingcpp.BarcodeFormat.Code128, try_downscale=False)
    assert code.text == number


@pytest.mark.parametrize("number", ["", "样品一", "HY\n1", "HY20260611-001-01-ABCDEFGHIJKLMNOP"])
def test_a_number_that_can_not_be_read_back_is_refused(number: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        bottle_label(sample(number), PARTY)
    assert "编号" in caught.value.zh


def test_nothing_runs_over_the_edge_however_long_the_words() -> None:
    label = bottle_label(
        sample(items=("化学需氧量",) * 40, sampler="李𬭎、王海", preservative="H₂SO₄ " * 30, container="W" * 300),
        "示例" * 60,
        demo=True,
    ).convert("L")
    assert label.crop((0, 0, 8, label.height)).getextrema() == (255, 255)
    assert label.crop((WIDTH - 8, 0, WIDTH, label.height)).getextrema() == (255, 255)
    assert label.crop((0, label.height - 4, WIDTH, label.height)).getextrema() == (255, 255)
    assert label.height < 1600


def test_the_state_and_the_demo_mark_change_the_picture() -> None:
    pictures = {
        bottle_label(sample(state=state), PARTY, demo=demo).tobytes()
        for state in ("待测", "在测", "已测")
        for demo in (False, True)
    }
    assert len(pictures) == 6


def test_the_time_is_printed_in_china_s_time() -> None:
    at = datetime(2026, 6, 11, 2, 5, tzinfo=UTC)
    stamped = sample(taken_at=Stamp(at, "gps"))
    assert bottle_label(stamped, PARTY).tobytes() == bottle_label(sample(), PARTY, taken=at).tobytes()
    assert bottle_label(stamped, PARTY).tobytes() != bottle_label(sample(), PARTY).tobytes()


def test_a_character_without_a_glyph_is_named_not_dropped() -> None:
    with pytest.raises(GlyphMissing):
        bottle_label(sample(), "示例\U0010fffd公司")
