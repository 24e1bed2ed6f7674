"""Pull a rough quad onto the edges it means, to a fraction of a pixel, allowing sides that curl a little."""

from __future__ import annotations

import numpy as np

from devices.imaging.arrays import Floats, Points
from devices.imaging.edges import EdgeField, inside_frame, sample

SAMPLES = 72


def refine(field: EdgeField, quad: Floats, reach_px: float) -> Floats:
    """Move each side to the strongest edge near it and return the corners where the sides meet.

    Each side is traced as an offset along its length and fitted by a parabola that forgives outliers; near its ends
    the parabola's tangent is what meets the neighbour, so a lifted or curled corner is followed.

    Args:
        field: gradients of the image `quad` is in.
        quad: 4×2 corners in order.
        reach_px: how far a side may move.
    """
    fitted: list[tuple[Floats, Floats, Floats, Points] | None] = []
    for i in range(4):
        fitted.append(_fit_side(field, quad[i], quad[(i + 1) % 4], reach_px))
    corners = quad.copy()
    for i in range(4):
        before, after = fitted[i - 1], fitted[i]
        line1 = _tangent(before, 1.0) if before else (quad[i - 1], quad[i] - quad[i - 1])
        line2 = _tangent(after, 0.0) if after else (quad[i], quad[(i + 1) % 4] - quad[i])
        met = _meet(line1, line2)
        if met is not None and np.hypot(*(met - quad[i])) < 2.5 * reach_px:
            corners[i] = met
    return corners


def _fit_side(
    field: EdgeField, start: Floats, end: Floats, reach_px: float
) -> tuple[Floats, Floats, Floats, Points] | None:
    vector = end - start
    length = float(np.hypot(*vector))
    if length < 20:
        return None
    along = vector / length
    outward = np.array([along[1], -along[0]], np.float32)
    t = np.linspace(0.02, 0.98, SAMPLES, dtype=np.float32)
    offsets = np.arange(-reach_px, reach_px + 0.1, 0.5, dtype=np.float32)
    points = start + t[:, None, None] * vector + offsets[None, :, None] * outward
    gradient = sample(field.gradient, points.astype(np.float32))
    across = [(gradient[..., c] * outward[0] + gradient[..., 3 + c] * outward[1]) / field.softness[c] for c in range(3)]
    # The channel and sign that hold along the whole side are the sheet's; text and grain change theirs.
    totals = [np.abs(_smooth(value).mean(axis=0)).max() for value in across]
    value = across[int(np.argmax(totals))]
    profile = _smooth(value).mean(axis=0)
    sign = np.sign(profile[int(np.argmax(np.abs(profile)))])
    strength = np.maximum(_smooth(sign * value), 0)
    strength[~inside_frame(points, field.shape)] = 0
    # Weak preference for the rough side, so that a parallel line a little farther off doesn't win by a hair.
    strength = strength * (1 - 0.35 * np.square(offsets / (reach_px * 1.05)))
    pick = np.argmax(strength, axis=1)
    peak = strength[np.arange(SAMPLES), pick]
    middle = np.clip(pick, 1, len(offsets) - 2)
    left, centre, right = (strength[np.arange(SAMPLES), middle + k] for k in (-1, 0, 1))
    bend = left - 2 * centre + right
    shift = np.where(np.abs(bend) > 1e-6, 0.5 * (left - right) / np.where(np.abs(bend) > 1e-6, bend, 1), 0)
    offset = offsets[middle] + 0.5 * np.clip(shift, -1, 1)
    weight = peak / (peak + 1.0)
    if (weight > 0.25).sum() < SAMPLES // 4:
        return None
    return start, vector, outward, _parabola(t.astype(np.float64) - 0.5, offset.astype(np.float64), weight, length)


def _smooth(value: Floats) -> Floats:
    """Average over five neighbours along the side."""
    padded = np.pad(value, ((2, 2), (0, 0)), mode="edge")
    smooth: Floats = np.asarray(sum(padded[k : k + len(value)] for k in range(5)) / 5, np.float32)
    return smooth


def _parabola(t: Points, offset: Points, weight: Floats, length: float) -> Points:
    """Fit offset = c0 + c1·t + c2·(t² − 1/12) by re-weighted least squares, held to a gentle bend."""
    basis = np.stack([np.ones_like(t), t, np.square(t) - 1 / 12], axis=1)
    # A start that outliers can't pull: the best of lines through pairs of samples.
    rng = np.random.default_rng(3)
    best, coefficients = -1.0, np.zeros(3)
    for _ in range(60):
        i, j = rng.choice(len(t), 2, replace=False)
        if abs(t[i] - t[j]) < 0.25:
            continue
        slope = (offset[j] - offset[i]) / (t[j] - t[i])
        level = offset[i] - slope * t[i]
        votes = float((weight * (np.abs(offset - level - slope * t) < 1.5)).sum())
        if votes > best:
            best, coefficients = votes, np.array([level, slope, 0.0])
    ridge = np.diag([0.0, 0.0, 0.004 * len(t)])
    for scale in (3.0, 2.5, 2.0, 1.5, 1.5):
        residual = offset - basis @ coefficients
        w = weight / (1 + np.square(residual / scale)) ** 2
        coefficients = np.linalg.solve(
            basis.T @ (basis * w[:, None]) + ridge + 1e-9 * np.eye(3), basis.T @ (w * offset)
        )
        coefficients[2] = np.clip(coefficients[2], -0.06 * length, 0.06 * length)
    return np.asarray(coefficients)


def _tangent(side: tuple[Floats, Floats, Floats, Points], t: float) -> tuple[Floats, Floats]:
    start, vector, outward, (c0, c1, c2) = side
    u = t - 0.5
    point = start + t * vector + (c0 + c1 * u + c2 * (u * u - 1 / 12)) * outward
    direction = vector + (c1 + 2 * c2 * u) * outward
    return point.astype(np.float32), direction.astype(np.float32)


def _meet(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Floats | None:
    (p, u), (q, v) = one, other
    cross = float(u[0] * v[1] - u[1] * v[0])
    if abs(cross) < 1e-6 * float(np.hypot(*u) * np.hypot(*v)):
        return None
    gap = q - p
    met: Floats = (p + u * ((gap[0] * v[1] - gap[1] * v[0]) / cross)).astype(np.float32)
    return met
