"""From a page in a photo to a flat, clean picture of it: perspective, light, white paper, colours of stamps kept."""

from __future__ import annotations

import cv2
import numpy as np

from devices.imaging.arrays import Pixels, Points
from devices.imaging.judge import sides_ratio

A4_300DPI = (2480, 3508)
_A4 = 210 / 297


def page_size(corners: Points, frame: tuple[int, int], a4: bool) -> tuple[int, int]:
    """Choose width and height in pixels for the straightened page: as large as in the photo, at most A4 at 300 dpi.

    Args:
        corners: 4×2, clockwise from the page's top left.
        frame: height and width of the photo.
        a4: whether the sheet is known to be A4.
    """
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    ratio = float(sides_ratio(corners[None].astype(np.float32), frame)[0])
    for standard in (_A4, 1 / _A4):
        if (a4 and standard < 1) or abs(np.log(ratio / standard)) < 0.09:
            ratio = standard
    width = max(sides[0], sides[2], max(sides[1], sides[3]) * ratio)
    height = width / ratio
    shrink = min(1.0, A4_300DPI[1] / max(width, height), A4_300DPI[0] / min(width, height))
    return max(16, round(width * shrink)), max(16, round(height * shrink))


def straighten(image: Pixels, corners: Points, size: tuple[int, int]) -> Pixels:
    """Warp the page to a rectangle of `size` (width, height)."""
    width, height = size
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat: Pixels = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return flat


def illumination(page: Pixels) -> Pixels:
    """Estimate the light on bare paper: H×W×3 uint8, slowly changing, ink and print taken out."""
    height, width = page.shape[:2]
    scale = 360 / max(height, width)
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # Closing fills whatever is darker than paper and narrower than the kernel: strokes, lines of text, small stamps.
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    closed = cv2.medianBlur(closed, 15)
    smooth = cv2.GaussianBlur(closed, (0, 0), 3)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR))


def clean(page: Pixels) -> Pixels:
    """Even out the light and make paper white; stamps, photos and coloured covers keep their colour.

    Args:
        page: straightened page, H×W×3 BGR.
    """
    light = illumination(page)
    tone = light.reshape(-1, 3)[:: max(1, light.size // 60_000)].astype(np.float32)
    paper = np.percentile(tone, 80, axis=0)
    lightness = tone.max(axis=1)
    # How much of the sheet is paper: pale and of the paper's own tint. Covers and photos are left nearly alone.
    pale = (np.ptp(tone, axis=1) < 0.28 * np.maximum(lightness, 1)) & (lightness > 0.35 * paper.max())
    trust = float(np.clip((pale.mean() - 0.35) / 0.35, 0, 1)) if paper.max() > 60 else 0.0
    even = np.empty_like(light)
    even[:] = np.clip(paper, 8, 255).astype(np.uint8)
    target = cv2.max(cv2.addWeighted(light, trust, even, 1 - trust, 0), np.full_like(light, 8))
    level: Pixels = cv2.divide(page, target, scale=240)
    black, white = (0.06, 0.93) if trust > 0.5 else (0.0, 1.0)
    steps = (np.arange(256) / 240 - black) / (white - black)
    return np.asarray(cv2.LUT(level, np.clip(steps * 255, 0, 255).astype(np.uint8)))


def jpeg(page: Pixels, quality: int = 88) -> bytes:
    """Encode a page as JPEG."""
    _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())


def quarter_turns(page: Pixels) -> int:
    """Guess by how many clockwise quarter turns a page must be turned so that its lines of text lie level.

    Only 0 or 1 (then 0 or 3 by where the ink is): printed lines make rows dark and light in turn, columns don't.
    """
    grey = cv2.cvtColor(cv2.resize(page, (512, 512), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    ink = np.clip((closed.astype(np.float32) - grey) / 40, 0, 1)[24:-24, 24:-24]
    if ink.mean() < 0.004:
        return 0
    power = []
    for axis in (1, 0):
        # Lines are counted in strips: a ruled table is level both ways, text in strips only one way.
        strips = np.array_split(ink, 4, axis=axis)
        changes = [np.abs(np.diff(strip.mean(axis=axis))).sum() / (strip.mean() * len(ink) + 1e-6) for strip in strips]
        power.append(float(np.median(changes)))
    return 1 if power[1] > 1.35 * power[0] else 0
