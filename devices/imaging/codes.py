"""Codes on a page: QR, Data Matrix, bars; read at the size they have, and again larger where one is expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from devices.imaging.arrays import Pixels, Points

_FORMAT = zxingcpp.BarcodeFormat
SQUARE = zxingcpp.BarcodeFormats(_FORMAT.AllMatrix)
BARS = zxingcpp.BarcodeFormats(
    (
        _FORMAT.Code128,
        _FORMAT.Code39,
        _FORMAT.Code93,
        _FORMAT.Codabar,
        _FORMAT.ITF,
        _FORMAT.EAN13,
        _FORMAT.EAN8,
        _FORMAT.UPCA,
        _FORMAT.UPCE,
        _FORMAT.DataBar,
    )
)
"""Codes of one row of bars; those that nobody prints on papers or goods are left out, for each is one more ghost."""


@dataclass(frozen=True)
class Code:
    """A code that was read.

    Attributes:
        kind: "QRCode", "DataMatrix", "Code128" and so on.
        text: what it says.
        corners: 4×2 pixels, clockwise from the code's own top left.
    """

    kind: str
    text: str
    corners: Points


def read_codes(image: Pixels, at_most_px: int = 2400) -> tuple[Code, ...]:
    """Read every code in a picture.

    Args:
        image: H×W×3 BGR or H×W grey.
        at_most_px: longer pictures are made smaller first; a page code has 100 px or more at this size.

    Returns:
        Codes from the top down, each text once a place; corners in pixels of `image`.
    """
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, at_most_px / max(grey.shape[:2]))
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return tuple(sorted(_read(grey, scale, (0, 0)), key=lambda code: float(code.corners[:, 1].min())))


def read_within(image: Pixels, places: Iterable[tuple[int, int, int, int]]) -> tuple[Code, ...]:
    """Read codes in places (left, top, right, bottom in pixels) harder: enlarged, levelled, sharpened, thresholded."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    found: list[Code] = []
    for left, top, right, bottom in places:
        left, top = max(0, left), max(0, top)
        part = grey[top:bottom, left:right]
        if min(part.shape[:2], default=0) < 24:
            continue
        scale = max(1.0, 520 / max(part.shape[:2]))
        enlarged = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        for attempt in _attempts(enlarged):
            codes = _read(attempt, scale, (left, top))
            if codes:
                found.extend(codes)
                break
    return tuple(found)


def _attempts(part: Pixels) -> Iterable[Pixels]:
    yield part
    yield cv2.createCLAHE(3.0, (4, 4)).apply(part)
    blurred = cv2.GaussianBlur(part, (0, 0), 3)
    yield cv2.addWeighted(part, 2.2, blurred, -1.2, 0)
    size = (max(part.shape[:2]) // 7) | 1
    yield cv2.adaptiveThreshold(part, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, 6)
    smooth = cv2.GaussianBlur(part, (0, 0), 1.6)
    yield cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def _read(grey: Pixels, scale: float, origin: tuple[int, int]) -> list[Code]:
    codes = []
    plane = np.ascontiguousarray(grey)
    # zxing reads smaller copies of the picture too. Square codes have error correction and gain by it; bars blur, and
    # a ghost passes their one check digit: those count at the size they have.
    square = zxingcpp.read_barcodes(plane, formats=SQUARE)
    bars = zxingcpp.read_barcodes(plane, formats=BARS, try_downscale=False)
    for found in (*square, *bars):
        if not found.valid or not found.text:
            continue
        place = found.position
        corners = [
            (corner.x / scale + origin[0], corner.y / scale + origin[1])
            for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        ]
        codes.append(Code(str(found.format).replace(" ", ""), found.text, np.array(corners, np.float64)))
    return codes


def joined(*groups: Iterable[Code]) -> tuple[Code, ...]:
    """Join readings of one picture; a text counts once a place (a page carries its seal twice)."""
    kept: list[Code] = []
    for code in (code for group in groups for code in group):
        middle = code.corners.mean(axis=0)
        size = max(float(np.ptp(code.corners, axis=0).max()), 8.0)
        if not any(
            other.text == code.text and float(np.hypot(*(other.corners.mean(axis=0) - middle))) < size for other in kept
        ):
            kept.append(code)
    return tuple(kept)
