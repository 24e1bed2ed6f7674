"""Signature boxes: each kind of mark, and what must never be called a signature."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from devices.emulators import camera, paper
from devices.imaging.scan import read_page
from fieldkit.instruments.geometry import SIGNATURE_BOXES
from tests.devices.imaging.conftest import COUNTY_KEY


def states(photo: bytes) -> dict[str, str]:
    scan = read_page(photo, [COUNTY_KEY])
    assert [box.name for box in scan.boxes] == list(SIGNATURE_BOXES)
    return {box.name: box.state for box in scan.boxes}


@pytest.mark.parametrize("seed", [1, 2])
def test_written_boxes_are_signed_and_the_others_empty(printed, seed):
    page = paper.sign(printed.pages[seed % 2], ["party", "inspector1", "recorder"], seed)
    told = states(camera.photograph(page, seed, 0.5))
    assert told == {
        "party": "signed",
        "inspector1": "signed",
        "inspector2": "empty",
        "recorder": "signed",
        "witness": "empty",
    }


def test_every_way_to_sign_is_seen(printed):
    manners = {"party": "thumbprint", "inspector1": "name", "inspector2": "faint", "witness": "over_edge"}
    page = paper.sign(printed.pages[1], list(manners), 4, manners)
    told = states(camera.wand_scan(page, 4, dpi=200))
    assert {told[name] for name in manners} == {"signed"}


@pytest.mark.parametrize("severity", [0.2, 1.0])
def test_a_blank_foot_has_no_signature_in_any_light(printed, severity):
    told = states(camera.photograph(printed.pages[0], int(severity * 10) + 30, severity))
    assert "signed" not in told.values()
    assert list(told.values()).count("empty") >= 4


@pytest.mark.parametrize("colour", [True, False])
def test_a_stamp_over_empty_boxes_is_no_signature(printed, colour):
    page = paper.stamp(printed.pages[0], (130, 245), 3)
    photo = camera.wand_scan(page, 5, dpi=200)
    if not colour:
        stream = BytesIO()
        Image.open(BytesIO(photo)).convert("L").save(stream, "JPEG", quality=88)
        photo = stream.getvalue()
    assert "signed" not in states(photo).values()


def test_a_name_under_a_stamp_is_not_called_empty(printed):
    page = paper.stamp(paper.sign(printed.pages[0], ["party"], 6), (137, 236), 6)
    assert states(camera.photograph(page, 6, 0.3))["party"] in ("signed", "unsure")


def test_a_stroke_that_reaches_in_from_outside_is_not_a_signature(printed):
    box = SIGNATURE_BOXES["inspector2"]
    page = paper.pen(printed.pages[0], (box.x - 30, box.y + 2, 31.5, 11), 3)
    assert states(camera.photograph(page, 3, 0.2))["inspector2"] != "signed"


def test_a_speck_is_neither_a_signature_nor_nothing(printed):
    page = printed.pages[0].copy()
    k = page.width / 210
    box = SIGNATURE_BOXES["witness"]
    x, y = round((box.x + 20) * k), round((box.y + 7) * k)
    page.paste((30, 30, 30), (x, y, x + round(1.6 * k), y + round(1.6 * k)))
    assert states(camera.photograph(page, 3, 0.2))["witness"] == "unsure"


def test_a_finger_over_a_box_leaves_it_unsure(printed):
    page = printed.pages[0].copy()
    k = page.width / 210
    box = SIGNATURE_BOXES["recorder"]
    page.paste((196, 148, 122), (round((box.x + 12) * k), round((box.y - 3) * k), round((box.x + 30) * k), page.height))
    assert states(camera.photograph(page, 3, 0.2))["recorder"] != "signed"


def test_a_box_out_of_the_picture_is_unsure(printed):
    photo = Image.open(BytesIO(camera.wand_scan(paper.sign(printed.pages[0], ["witness"], 2), 2, dpi=200)))
    stream = BytesIO()
    photo.crop((0, 0, round(photo.width * 0.86), photo.height)).save(stream, "JPEG", quality=90)
    scan = read_page(stream.getvalue(), [COUNTY_KEY])
    told = {box.name: box.state for box in scan.boxes}
    assert not told or told["witness"] == "unsure"


def test_no_blank_box_is_ever_called_signed_on_many_pages(printed):
    rng = np.random.default_rng(5)
    wrong = []
    for seed in range(5):
        names = [name for name in SIGNATURE_BOXES if rng.random() < 0.5]
        page = paper.sign(printed.pages[seed % 2], names, seed)
        told = states(camera.photograph(page, 200 + seed, float(rng.uniform(0.2, 0.9))))
        wrong += [
            (seed, name, state)
            for name, state in told.items()
            if (state == "signed" and name not in names) or (state == "empty" and name in names)
        ]
    assert wrong == []
