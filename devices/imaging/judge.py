"""The judge of page candidates: how much a quad looks like the outline of one whole sheet, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.imaging.arrays import Floats, Points
from devices.imaging.edges import EdgeField, inside_frame, sample, support

SAMPLES = 56


@dataclass(frozen=True)
class Verdict:
    """Features (K each) and the score made of them."""

    score: Floats
    sides: Floats
    overrun: Floats
    contrast: Floats
    sheet: Floats
    shape: Floats
    area: Floats


def judge(field: EdgeField, quads: Floats) -> Verdict:
    """Score quads (K×4×2, clockwise).

    A good quad has edges all along its four sides that stop at its corners, a sheet inside that is not also outside,
    angles that a rectangle can have in perspective, and a fair part of the picture.
    """
    sides, overrun = _side_support(field, quads)
    contrast, sheet = _strips(field, quads)
    shape = shape_plausibility(quads, field.shape)
    area = polygon_area(quads) / float(field.shape[0] * field.shape[1])
    ordered = np.sort(sides, axis=1)
    score = (
        0.34 * ordered.mean(axis=1)
        + 0.40 * ordered[:, :2].mean(axis=1)
        - 0.30 * np.maximum(np.sort(overrun, axis=1)[:, 2:].mean(axis=1) - 0.22, 0)
        + 0.22 * contrast.mean(axis=1)
        + 0.16 * np.sort(sheet, axis=1)[:, :2].mean(axis=1)
        + 0.16 * shape
        + 0.17 * np.sqrt(np.minimum(area, 1))
    )
    score -= 0.3 * np.maximum(0.28 - area, 0) / 0.28 + 0.3 * np.maximum(0.10 - area, 0) / 0.10
    return Verdict(score.astype(np.float32), sides, overrun, contrast, sheet, shape, area)


def holder(field: EdgeField, quads: Floats, verdict: Verdict, inner: int) -> int | None:
    """Find the sheet that a quad is printed on: a larger, well supported quad all round it.

    Frames of certificates, photos on covers, tables and header bands are sharper than the edge of the sheet that
    carries them, so the best looking quad is not always the page. At least three sides must lie in the picture.

    Args:
        field: gradients of the working image.
        quads: K×4×2 candidates.
        verdict: their scores.
        inner: index of the quad that may be only a part of a page.

    Returns:
        The index of the best holder, or None.
    """
    diagonal = float(np.hypot(*field.shape))
    contains = np.ones(len(quads), bool)
    start, _, _, outward = _sides(quads)
    for corner in quads[inner]:
        beyond = ((corner - start) * outward).sum(axis=1).reshape(-1, 4)
        contains &= (beyond < 0.012 * diagonal).all(axis=1)
    t = np.linspace(0.05, 0.95, 13, dtype=np.float32)[None, :, None]
    middle = quads.reshape(-1, 2)[:, None] * (1 - t) + np.roll(quads, -1, axis=1).reshape(-1, 2)[:, None] * t
    real = (inside_frame(middle, field.shape, 3).mean(axis=1) > 0.6).reshape(-1, 4)
    held = np.where(real, verdict.sides, np.nan)
    enough = real.sum(axis=1) >= 3
    good = (
        contains
        & enough
        & (np.nanmin(np.where(enough[:, None], held, 0), axis=1) > 0.66)
        & (np.nanmean(np.where(enough[:, None], held, 0), axis=1) > 0.75)
        & (verdict.shape > 0.6)
        & (verdict.area > 1.07 * verdict.area[inner])
        & (verdict.score > verdict.score[inner] - 0.25)
    )
    # A neighbour that shares a side with the quad only lengthens it; that is right where the quad's other sides run on
    # and the paper goes on beyond it, as at a fold.
    shared = np.linalg.norm(quads[:, :, None] - quads[inner][None, None], axis=3).min(axis=2) < 0.03 * diagonal
    runs_on = float(np.sort(verdict.overrun[inner])[2:].mean()) > 0.5 and float(verdict.sheet[inner].min()) < 0.3
    good &= (shared.sum(axis=1) < 2) | runs_on
    good[inner] = False
    if not good.any():
        return None
    return int(np.argmax(np.where(good, verdict.score, -np.inf)))


def polygon_area(quads: Floats) -> Floats:
    """Areas of K×4×2 polygons in square pixels."""
    x, y = quads[..., 0], quads[..., 1]
    area: Floats = 0.5 * np.abs((x * np.roll(y, -1, -1) - y * np.roll(x, -1, -1)).sum(axis=-1))
    return area


def _sides(quads: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return start, vector, length and outward normal of each of 4K sides."""
    start = quads.reshape(-1, 2)
    vector = np.roll(quads, -1, axis=1).reshape(-1, 2) - start
    length = np.maximum(np.hypot(vector[:, 0], vector[:, 1]), 1e-3)
    along = vector / length[:, None]
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    return start, vector, length, outward


def _side_support(field: EdgeField, quads: Floats) -> tuple[Floats, Floats]:
    """Edge support of each side and just beyond its corners: K×4 each."""
    start, vector, length, normal = _sides(quads)
    t = np.linspace(0.01, 0.99, SAMPLES, dtype=np.float32)
    points = start[:, None] + t[None, :, None] * vector[:, None]
    reach = 0.0045 * max(field.shape)
    held = support(field, points, normal, length / SAMPLES, reach)
    # A side is as good as its worse parts: a mean alone lets half a side through.
    worst = np.sort(held, axis=1)[:, : SAMPLES // 2].mean(axis=1)
    sides = (0.6 * held.mean(axis=1) + 0.4 * worst).reshape(-1, 4)
    stretch = np.clip(0.12 * length, 14, 60)
    beyond = np.linspace(0, 1, 10, dtype=np.float32)[None, :] * stretch[:, None] + 10
    along = vector / length[:, None]
    over = []
    for sign, origin in ((1.0, start + vector), (-1.0, start)):
        line = origin[:, None] + sign * beyond[..., None] * along[:, None]
        value = support(field, line.astype(np.float32), normal, stretch / 10)
        over.append(np.where(inside_frame(line, field.shape), value, 0).mean(axis=1))
    return sides, np.maximum(over[0], over[1]).reshape(-1, 4)


def _strips(field: EdgeField, quads: Floats) -> tuple[Floats, Floats]:
    """Compare colour just inside and just outside each side.

    Returns:
        contrast K×4, how different both strips are all along; sheet K×4, how much more the inner strip looks like the
        quad's own paper than the outer one does.
    """
    start, vector, _, outward = _sides(quads)
    count = len(quads)
    t = np.linspace(0.06, 0.94, 22, dtype=np.float32)
    depth = np.array([4, 7, 10], np.float32) * (max(field.shape) / 640)
    middle = start[:, None] + t[None, :, None] * vector[:, None]
    inner = middle[:, :, None] - depth[None, None, :, None] * outward[:, None, None]
    outer = middle[:, :, None] + depth[None, None, :, None] * outward[:, None, None]
    weights = np.array([0.8, 1.5, 1.5], np.float32)
    inside = np.median(sample(field.lab, inner.astype(np.float32)), axis=2) * weights
    outside = np.median(sample(field.lab, outer.astype(np.float32)), axis=2) * weights
    seen = inside_frame(outer[:, :, 1], field.shape)
    delta = np.linalg.norm(inside - outside, axis=2)
    contrast = np.where(seen, delta / (delta + 9), 0.35).mean(axis=1)
    paper = _paper(field, quads) * weights
    paper = np.repeat(paper, 4, axis=0)[:, None]
    like_inside = np.exp(-np.square(np.linalg.norm(inside - paper, axis=2) / 22))
    like_outside = np.exp(-np.square(np.linalg.norm(outside - paper, axis=2) / 22))
    sheet = np.where(seen, like_inside - like_outside, 0.1).mean(axis=1)
    return contrast.reshape(count, 4), sheet.reshape(count, 4)


def _paper(field: EdgeField, quads: Floats) -> Floats:
    """Estimate each quad's paper colour: the median of the brighter half of a 15×15 grid inside it (K×3)."""
    s = np.linspace(0.06, 0.94, 15, dtype=np.float32)
    u, v = (axis.reshape(-1, 1) for axis in np.meshgrid(s, s))
    corner = quads[:, None]
    grid = ((1 - u) * (1 - v) * corner[:, :, 0] + u * (1 - v) * corner[:, :, 1] + u * v * corner[:, :, 2]) + (
        1 - u
    ) * v * corner[:, :, 3]
    values = sample(field.lab, grid.astype(np.float32))
    order = np.argsort(-values[:, :, 0], axis=1)[:, : len(s) ** 2 * 6 // 10]
    paper: Floats = np.median(np.take_along_axis(values, order[..., None], axis=1), axis=1)
    return paper


def shape_plausibility(quads: Floats, frame: tuple[int, int]) -> Floats:
    """Rate 0…1 how well a rectangle of a page's proportions seen by an ordinary camera makes each quad.

    The sides' ratio comes from the quad itself with a focal length of about the frame's long side (Zhang & He,
    "Whiteboard scanning", 2007, simplified to a known focal length).
    """
    angles = []
    for i in range(4):
        a = quads[:, i - 1] - quads[:, i]
        b = quads[:, (i + 1) % 4] - quads[:, i]
        cosine = (a * b).sum(axis=1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-6)
        angles.append(np.abs(cosine))
    skew = np.sort(np.stack(angles, axis=1), axis=1)
    right = np.exp(-np.square(skew[:, 2:].mean(axis=1) / 0.32))
    length = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)
    tilt = np.maximum(
        np.abs(np.log(np.maximum(length[:, 0], 1) / np.maximum(length[:, 2], 1))),
        np.abs(np.log(np.maximum(length[:, 1], 1) / np.maximum(length[:, 3], 1))),
    )
    even = np.exp(-np.square(tilt / 0.55))
    ratio = sides_ratio(quads, frame)
    ratio = np.minimum(ratio, 1 / np.maximum(ratio, 1e-6))
    # Pages run from a slip (0.4) to a square; A4 and letter, 0.70–0.78, are the usual ones.
    fits = np.exp(-np.square(np.maximum(np.abs(np.log(ratio / 0.72)) - 0.12, 0) / 0.35))
    return np.asarray(0.45 * right + 0.2 * even + 0.35 * fits, np.float32)


def sides_ratio(quads: Floats, frame: tuple[int, int], focal: float = 1.0) -> Floats:
    """Estimate width ÷ height of the rectangle behind each quad (K×4×2, first side taken as width).

    Args:
        quads: corners in pixels.
        frame: height and width in pixels; the optical axis is taken at its centre.
        focal: focal length as a multiple of the frame's long side (phones: 0.8–1.1).
    """
    height, width = frame
    scale = focal * max(height, width)
    centred = (quads.astype(np.float64) - [width / 2, height / 2]) / scale
    m = np.concatenate([centred, np.ones((*centred.shape[:2], 1))], axis=2)
    m1, m2, m3, m4 = m[:, 0], m[:, 1], m[:, 3], m[:, 2]

    def triple(a: Points, b: Points, c: Points) -> Points:
        return np.asarray((np.cross(a, b) * c).sum(axis=1))

    def over(a: Points, b: Points) -> Points:
        return np.asarray(a / np.where(np.abs(b) < 1e-12, 1e-12, b))

    k2 = over(triple(m1, m4, m3), triple(m2, m4, m3))
    k3 = over(triple(m1, m4, m2), triple(m3, m4, m2))
    across = k2[:, None] * m2 - m1
    down = k3[:, None] * m3 - m1
    ratio = np.linalg.norm(across, axis=1) / np.maximum(np.linalg.norm(down, axis=1), 1e-9)
    return np.asarray(np.clip(ratio, 0.05, 20), np.float32)
