"""Find the page in a photo: candidates from lines and areas, one judge, sides pulled to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.imaging.arrays import Floats, Pixels, Points
from devices.imaging.edges import OUTSIDE, EdgeField, edge_field
from devices.imaging.judge import Verdict, holder, judge
from devices.imaging.lines import clockwise, distinct, find_segments, merge, quads_of
from devices.imaging.refine import refine
from devices.imaging.regions import region_quads

WORKING_PX = 640
FINE_PX = 1280
FLOOR = 0.5
"""Below this nothing in the picture is called a page: real photos measure 0.87 and more, noise 0.4 and less."""
FILLED = 0.6
"""Confidence in the picture's own border as the page's, where what it shows looks like paper with ink on it."""


@dataclass(frozen=True)
class Quad:
    """A page's outline.

    Attributes:
        corners: 4×2 float64, clockwise from the page's top left, pixels of the picture as displayed.
        confidence: 0…1.
        oriented: whether the first corner is known to be the page's top left (by its marks), not guessed.
    """

    corners: Points
    confidence: float
    oriented: bool = False


def find_page(image: Pixels) -> Quad | None:
    """Find the outline of the sheet in a picture.

    Args:
        image: H×W×3 BGR (or H×W grey) uint8, EXIF orientation already applied.

    Returns:
        The outline, its first corner the one nearest the picture's top left; None where nothing looks like a page.
    """
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    height, width = image.shape[:2]
    if min(height, width) < 32:
        return None
    small, scale = _resized(image, WORKING_PX)
    field = edge_field(small)
    quads = candidates(field, small)
    if not len(quads):
        return None
    verdict = judge(field, quads)
    order = np.argsort(-verdict.score)
    finalists = distinct(quads[order[:60]], 0.02 * WORKING_PX, 6)
    refined = np.stack([clockwise(refine(field, quad, 7.0)) for quad in finalists])
    pool = np.concatenate([refined, finalists])
    verdict = judge(field, pool)
    winner = int(np.argmax(verdict.score))
    pool, verdict, winner = _held(field, pool, verdict, winner, quads[order])
    corners = pool[winner] / np.float32(scale)
    fine, fine_scale = _resized(image, FINE_PX)
    if fine_scale > scale * 1.2:
        corners = refine(edge_field(fine), corners * np.float32(fine_scale), 4.0) / np.float32(fine_scale)
    confidence = _confidence(verdict, winner)
    if _borderless(verdict, winner) and _filled(small):
        confidence = FILLED
    if confidence < FLOOR:
        return None
    return Quad(clockwise(corners).astype(np.float64), confidence)


def _held(field: EdgeField, pool: Floats, verdict: Verdict, winner: int, others: Floats) -> tuple[Floats, Verdict, int]:
    """Go from a part of a page to the page that holds it, as long as there is one."""
    quads = np.concatenate([pool, others])
    verdict = judge(field, quads)
    for _ in range(3):
        outer = holder(field, quads, verdict, winner)
        if outer is None:
            break
        refined = clockwise(refine(field, quads[outer], 7.0))
        quads = np.concatenate([quads, refined[None]])
        verdict = judge(field, quads)
        winner = len(quads) - 1 if verdict.score[-1] > verdict.score[outer] - 0.02 else outer
    return quads, verdict, winner


def candidates(field: EdgeField, small: Pixels) -> Floats:
    """Propose quads (K×4×2, clockwise, working pixels) by every generator, the whole frame among them."""
    height, width = field.shape
    areas = region_quads(field, small)
    areas = areas[np.isfinite(areas).all(axis=(1, 2))]
    margin = 0.15 * max(height, width)
    within = (areas > -margin).all(axis=(1, 2)) & (areas < np.array([width, height]) + margin).all(axis=(1, 2))
    areas = areas[within]
    if len(areas):
        areas = np.stack([clockwise(quad) for quad in areas])
        areas = areas[np.argsort(-judge(field, areas).score)]
        areas = distinct(areas, 0.012 * WORKING_PX, 30)
    sides = np.concatenate([areas[:8].reshape(-1, 2), np.roll(areas[:8], -1, axis=1).reshape(-1, 2)], axis=1)
    lines = merge(find_segments(field), sides.astype(np.float32), field.shape)
    whole = np.array([[[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]], np.float32)
    return np.concatenate([quads_of(lines, field), areas, whole]).astype(np.float32)


def _confidence(verdict: Verdict, winner: int) -> float:
    score = float(verdict.score[winner])
    value = float(1 / (1 + np.exp(-(score - 0.62) / 0.09)))
    # Noise and patterns give some support along any line. What speaks for a sheet is a side beyond which the picture
    # looks unlike the paper within, or four clear sides (white paper on a white desk).
    speaks = verdict.sheet[winner].max() >= 0.2 or verdict.sides[winner].min() >= 0.6
    return value if speaks and not _borderless(verdict, winner) else 0.4 * value


def _borderless(verdict: Verdict, winner: int) -> bool:
    """Say whether no side lies inside the picture, so that nothing speaks for a page but its shape."""
    return bool((np.abs(verdict.sides[winner] - OUTSIDE) <= 0.02).all())


def _filled(small: Pixels) -> bool:
    """Say whether the whole picture looks like one sheet, as a scan does: mostly even bright paper, some ink on it."""
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    paper = float(np.percentile(grey, 80))
    ink = float((grey < 0.75 * paper).mean())
    blank = float((np.abs(grey - paper) < 0.12 * paper).mean())
    return paper > 110 and blank > 0.5 and 0.001 < ink < 0.4


def _resized(image: Pixels, long_px: int) -> tuple[Pixels, float]:
    scale = min(1.0, long_px / max(image.shape[:2]))
    if scale == 1.0:
        return image, 1.0
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale
