from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.standards import coordinates
from fieldkit.standards.coordinates import MalformedCoordinates

M_PER_DEGREE = 111_320.0


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("120°56′46.5″", 120.94625),
        ("120°56'46.5\"", 120.94625),
        ("120° 56’ 46.5”", 120.94625),
        ("东经120度56分46.5秒", 120.94625),
        ("E120°56′46.5″", 120.94625),
        ("120°56′46.5″E", 120.94625),
        ("120°56′46.5''", 120.94625),
        ("30°31.5′N", 30.525),
        ("北纬30°31′", 30.51666666),
        ("30°", 30.0),
        ("120.946", 120.946),
        ("-30.5", -30.5),
        ("30°30′00″S", -30.5),
        ("西经75°30′", -75.5),
        ("-0°30′00″", -0.5),
    ],
)
def test_what_permits_and_receivers_write_is_read(text: str, degrees: float) -> None:
    assert coordinates.parse_degrees(text) == pytest.approx(degrees, abs=1e-7)


@pytest.mark.parametrize("text", ["", "东经", "120°60′00″", "120°10′61″", "181", "120,946", "一百二十度", "120°56″46′"])
def test_other_text_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(MalformedCoordinates) as told:
        coordinates.parse_degrees(text)
    assert text in told.value.zh


@given(st.floats(-180, 180, allow_nan=False), st.integers(0, 4))
def test_written_degrees_are_read_again(degrees: float, decimals: int) -> None:
    text = coordinates.degrees_words(degrees, decimals)
    assert "60" not in text.split("°")[1].split("′")[0]
    assert not text.split("′")[1].startswith("60")
    assert abs(coordinates.parse_degrees(text) - degrees) <= 0.5 / 3600 / 10**decimals + 1e-9


def test_degrees_are_written_as_permits_write_them() -> None:
    assert coordinates.degrees_words(120.94625) == "120°56′46.5″"
    assert coordinates.degrees_words(119.99999999) == "120°00′00.0″"


def test_a_map_pick_in_haiyan_lies_as_far_off_as_measured() -> None:
    lon, lat = coordinates.gcj02_of(120.946, 30.526)
    east = (lon - 120.946) * M_PER_DEGREE * math.cos(math.radians(30.526))
    north = (lat - 30.526) * M_PER_DEGREE
    assert east == pytest.approx(398, abs=2)
    assert north == pytest.approx(-281, abs=2)


@given(st.floats(74, 135), st.floats(4, 53))
def test_the_shift_is_undone(lon: float, lat: float) -> None:
    back = coordinates.wgs84_of(*coordinates.gcj02_of(lon, lat))
    assert math.dist(back, (lon, lat)) * M_PER_DEGREE < 0.01


def test_beyond_china_nothing_is_shifted() -> None:
    assert coordinates.gcj02_of(-0.1, 51.5) == (-0.1, 51.5)
