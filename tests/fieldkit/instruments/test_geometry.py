from __future__ import annotations

from itertools import combinations

import cv2
import pytest

from fieldkit.instruments.geometry import (
    BODY,
    DATE_BOXES,
    FIDUCIAL_CELLS,
    FIDUCIALS,
    FOOT_LABELS,
    OPINION_BOX,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SEAL_SIZE,
    SEALS,
    SIGNATURE_BOXES,
    Box,
)

QUIET_MM = 4 * SEAL_SIZE / 37


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.right - 1e-9 and b.x < a.right - 1e-9 and a.y < b.bottom - 1e-9 and b.y < a.bottom - 1e-9


def test_nothing_fixed_lies_on_anything_else() -> None:
    marks = {f"fiducial {n}": Box(x, y, s, s) for n, (x, y, s) in FIDUCIALS.items()}
    seals = {f"seal {i}": Box(x, y, s, s).inset(-QUIET_MM) for i, (x, y, s) in enumerate(SEALS)}
    boxes = {f"label {k}": v for k, v in FOOT_LABELS.items()} | {f"date {k}": v for k, v in DATE_BOXES.items()}
    everything = {"body": BODY, "opinion": OPINION_BOX} | marks | seals | boxes | SIGNATURE_BOXES
    for (one, a), (other, b) in combinations(everything.items(), 2):
        assert not overlap(a, b), f"{one} and {other}"
        assert a.x >= 0
        assert a.right <= PAGE_WIDTH
        assert a.y >= 0
        assert a.bottom <= PAGE_HEIGHT


def test_the_seals_are_wide_enough_for_a_poor_photo() -> None:
    assert len(SEALS) == 2
    assert all(size >= 24 for *_, size in SEALS)


def test_signature_boxes_have_the_names_the_record_keeps() -> None:
    assert set(SIGNATURE_BOXES) == {"party", "inspector1", "inspector2", "recorder", "witness"}


@pytest.mark.parametrize("number", FIDUCIALS)
def test_fiducial_cells_are_opencvs_own(number: int) -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    drawn = cv2.aruco.generateImageMarker(dictionary, number, 6, borderBits=1)
    assert tuple("".join("1" if cell else "0" for cell in row) for row in drawn) == FIDUCIAL_CELLS[number]
