"""Finding the page in photos of many desks, and in none."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from devices.emulators import camera, enterprise_papers
from devices.imaging.page import find_page
from devices.imaging.picture import read_picture
from tests.bench.imaging import jaccard

TEXT = ["现场检查发现该单位主要从事五金件电镀加工，配套建设污水处理站一座，酸洗车间西侧地面有破损。"] * 6


@pytest.mark.parametrize("desk", sorted(camera.DESKS))
def test_the_page_is_found_on_every_desk(desk):
    shot = camera.shoot(enterprise_papers.text_page("情况说明", TEXT), 11, 0.5, desk=desk)
    found = find_page(read_picture(shot.jpeg))
    assert found is not None
    assert jaccard(shot.corners, found.corners) > 0.96
    assert found.confidence > 0.5


def test_a_turned_page_is_found():
    shot = camera.shoot(enterprise_papers.text_page("情况说明", TEXT), 5, 0.6, desk="wood", turn_degrees=33, fill=0.7)
    found = find_page(read_picture(shot.jpeg))
    assert found is not None
    assert jaccard(shot.corners, found.corners) > 0.95


def test_the_frame_printed_on_a_licence_is_not_taken_for_the_sheet():
    shot = camera.shoot(enterprise_papers.licence(), 3, 0.4, desk="plain")
    found = find_page(read_picture(shot.jpeg))
    assert found is not None
    assert jaccard(shot.corners, found.corners) > 0.96


def test_a_dark_head_band_is_not_taken_for_the_page():
    page = enterprise_papers.text_page("情况说明", TEXT)
    ImageDraw.Draw(page).rectangle((120, 100, page.width - 120, 420), fill=(20, 40, 90))
    shot = camera.shoot(page, 8, 0.3, desk="wood")
    found = find_page(read_picture(shot.jpeg))
    assert found is not None
    assert jaccard(shot.corners, found.corners) > 0.95


def test_a_page_that_fills_the_picture_is_the_picture():
    page = enterprise_papers.text_page("情况说明", TEXT).resize((1000, 1414))
    found = find_page(np.asarray(page)[:, :, ::-1].copy())
    assert found is not None
    assert jaccard(np.array([[0, 0], [1000, 0], [1000, 1414], [0, 1414]]), found.corners) > 0.97


def test_corners_run_clockwise_from_the_top_left():
    shot = camera.shoot(enterprise_papers.text_page("情况说明", TEXT), 2, 0.2, desk="plain", turn_degrees=3)
    found = find_page(read_picture(shot.jpeg))
    assert found is not None
    assert np.abs(found.corners - shot.corners).max() < 25


@pytest.mark.parametrize("shape", [(20, 20, 3), (400, 300), (60, 3000, 3)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_pictures_of_nothing_hold_no_page(shape, grey):
    assert find_page(np.full(shape, grey, np.uint8)) is None


@pytest.mark.parametrize("shape", [(1200, 900, 3), (800, 600, 3), (200, 200, 3)])
def test_noise_is_no_page(shape):
    for seed in range(3):
        assert find_page(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)) is None


def test_patterns_are_no_page():
    checks = (np.indices((1200, 900)) // 60).sum(axis=0) % 2 * 255
    stripes = np.zeros((1200, 900))
    stripes[::40] = stripes[1::40] = 200
    slope = np.tile(np.linspace(0, 255, 900), (1200, 1))
    grain = np.random.default_rng(1).normal(128, 6, (1200, 900)).clip(0, 255)
    for pattern in (checks, stripes, slope, grain):
        assert find_page(pattern.astype(np.uint8)) is None


def test_a_photo_of_twelve_megapixels_is_found_as_well():
    page = enterprise_papers.text_page("情况说明", TEXT)
    shot = camera.shoot(page, 4, 0.3, desk="plain")
    big = Image.open(BytesIO(shot.jpeg)).resize((3024, 4032))
    found = find_page(np.asarray(big)[:, :, ::-1].copy())
    assert found is not None
    assert jaccard(shot.corners * [3024 / 1680, 4032 / 2240], found.corners) > 0.96
