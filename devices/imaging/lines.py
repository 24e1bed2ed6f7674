"""Long straight edges of a photo and the quads they make: the first generator of page candidates."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.imaging.arrays import Floats, Mask, Points
from devices.imaging.edges import EdgeField, support

MAX_LINES = 46
STEP_PX = 3.0


@dataclass(frozen=True)
class Lines:
    """N infinite lines: `foot` N×2 (nearest point to the frame's centre), `along` N×2 unit; `frame` marks borders."""

    foot: Floats
    along: Floats
    frame: Mask

    @property
    def normal(self) -> Floats:
        """N×2 unit normals."""
        return np.stack([-self.along[:, 1], self.along[:, 0]], axis=1)


def find_segments(field: EdgeField) -> Floats:
    """Detect straight segments in lightness and in both colour channels: N×4 (x1 y1 x2 y2)."""
    found: list[Floats] = []
    for channel in range(3):
        plane = field.lab[:, :, channel]
        if channel:
            low, high = np.percentile(plane[::4, ::4], (2, 98))
            if high - low < 10:
                continue
            plane = np.clip((plane - low) * (255 / max(high - low, 60)), 0, 255)
        detector = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD, 0.8, 0.6, 1.2, 22.5, 0, 0.6)
        segments = detector.detect(np.ascontiguousarray(plane.astype(np.uint8)))[0]
        if segments is not None:
            found.append(segments.reshape(-1, 4).astype(np.float32))
    if not found:
        return np.zeros((0, 4), np.float32)
    every = np.concatenate(found)
    length = np.hypot(every[:, 2] - every[:, 0], every[:, 3] - every[:, 1])
    order = np.argsort(-length)[:900]
    kept: Floats = every[order][length[order] > 14]
    return kept


def merge(segments: Floats, extra: Floats, shape: tuple[int, int], limit: int = MAX_LINES) -> Lines:
    """Join collinear segments into lines, longest support first, and add the four borders of the frame.

    Args:
        segments: N×4 detected segments.
        extra: M×4 sides of candidates found in other ways; kept beside the detected ones.
        shape: height and width of the frame.
        limit: how many lines to keep besides the borders.
    """
    height, width = shape
    centre = np.array([width / 2, height / 2], np.float32)
    lines: list[tuple[float, Floats, Floats]] = []
    pool = segments.copy()
    while len(pool) and len(lines) < 3 * limit:
        ends = pool.reshape(-1, 2, 2)
        vectors = ends[:, 1] - ends[:, 0]
        length = np.hypot(vectors[:, 0], vectors[:, 1])
        seed = int(np.argmax(length))
        if length[seed] < 0.035 * max(height, width):
            break
        along = vectors[seed] / length[seed]
        normal = np.array([-along[1], along[0]], np.float32)
        base = ends[seed].mean(axis=0)
        member = (np.abs((ends - base) @ normal) < 3.0).all(axis=1) & (np.abs(vectors @ normal) < 0.06 * length + 0.8)
        member[seed] = True
        if member.sum() > 1:
            points = ends[member].reshape(-1, 2)
            weight = np.repeat(length[member], 2)
            base = (points * weight[:, None]).sum(axis=0) / weight.sum()
            spread = (points - base).T @ ((points - base) * weight[:, None])
            along = np.linalg.eigh(spread)[1][:, 1].astype(np.float32)
        t = (ends[member] - base) @ along
        lines.append((_covered(t), base, along))
        pool = pool[~member]
    lines.sort(key=lambda line: -line[0])
    kept = [(base, along) for _, base, along in lines[:limit]]
    for x1, y1, x2, y2 in extra:
        vector = np.array([x2 - x1, y2 - y1], np.float32)
        size = float(np.hypot(*vector))
        if size > 0.1 * max(height, width) and not _known(kept, np.array([x1, y1, x2, y2], np.float32)):
            kept.append((np.array([(x1 + x2) / 2, (y1 + y2) / 2], np.float32), vector / size))
    frame = [
        (np.array([width / 2, 0], np.float32), np.array([1, 0], np.float32)),
        (np.array([width - 1, height / 2], np.float32), np.array([0, 1], np.float32)),
        (np.array([width / 2, height - 1], np.float32), np.array([1, 0], np.float32)),
        (np.array([0, height / 2], np.float32), np.array([0, 1], np.float32)),
    ]
    base = np.array([line[0] for line in [*kept, *frame]], np.float32)
    along = np.array([line[1] for line in [*kept, *frame]], np.float32)
    foot = base + ((centre - base) * along).sum(axis=1, keepdims=True) * along
    return Lines(foot, along, np.arange(len(base)) >= len(kept))


def _covered(t: Floats) -> float:
    """Length of the union of intervals N×2."""
    total, end = 0.0, -np.inf
    for low, high in sorted(np.sort(t, axis=1).tolist()):
        total += max(0.0, high - max(low, end))
        end = max(end, high)
    return total


def _known(lines: list[tuple[Floats, Floats]], segment: Floats) -> bool:
    ends = segment.reshape(2, 2)
    return any(
        (np.abs((ends - base) @ np.array([-along[1], along[0]], np.float32)) < 2.5).all() for base, along in lines
    )


def quads_of(lines: Lines, field: EdgeField, keep: int = 70) -> Floats:
    """Combine lines into quads and keep the best supported ones.

    A true side stops at its corners, so support beyond a corner counts against a quad: that is what tells a page from
    its own upper half or its header.

    Returns:
        K×4×2 float32 corners in order round the quad, best first.
    """
    height, width = field.shape
    diagonal = float(np.hypot(height, width))
    reach = 0.8 * diagonal
    t = np.arange(-reach, reach, STEP_PX, dtype=np.float32)
    count = len(lines.foot)
    points = lines.foot[:, None] + t[None, :, None] * lines.along[:, None]
    along_support = support(field, points.astype(np.float32), lines.normal, STEP_PX)
    along_support[lines.frame] = 0.28
    total = np.zeros((count, len(t) + 1), np.float64)
    np.cumsum(along_support, axis=1, out=total[:, 1:])

    cross = lines.along[:, None, 0] * lines.along[None, :, 1] - lines.along[:, None, 1] * lines.along[None, :, 0]
    safe = np.where(np.abs(cross) < 1e-3, 1e-3, cross)
    gap = lines.foot[None] - lines.foot[:, None]
    at = (gap[..., 0] * lines.along[None, :, 1] - gap[..., 1] * lines.along[None, :, 0]) / safe
    crossing = lines.foot[:, None] + at[..., None] * lines.along[:, None]
    margin = 0.12 * max(height, width)
    legal = (
        (np.abs(cross) > 0.62)
        & (crossing[..., 0] > -margin)
        & (crossing[..., 0] < width + margin)
        & (crossing[..., 1] > -margin)
        & (crossing[..., 1] < height + margin)
    )
    first, second = np.triu_indices(count, 1)
    opposite = np.abs(cross[first, second]) < 0.5
    near = np.abs((gap[first, second] * lines.normal[first]).sum(axis=1))
    opposite &= near > 0.12 * min(height, width)
    first, second = first[opposite], second[opposite]
    one, other = np.triu_indices(len(first), 1)
    a, b, c, d = first[one], second[one], first[other], second[other]
    good = legal[a, c] & legal[a, d] & legal[b, c] & legal[b, d]
    a, b, c, d = a[good], b[good], c[good], d[good]
    if not len(a):
        return np.zeros((0, 4, 2), np.float32)
    corners = np.stack([crossing[a, c], crossing[a, d], crossing[b, d], crossing[b, c]], axis=1).astype(np.float32)
    scores = _quick_score(corners, (a, b, c, d), at, total, float(t[0]), lines.frame, height * width)
    return distinct(corners[np.argsort(-scores)[:800]], 0.012 * diagonal, keep)


def _quick_score(
    corners: Floats,
    four: tuple[Floats, Floats, Floats, Floats],
    at: Floats,
    total: Points,
    start: float,
    frame: Mask,
    frame_area: float,
) -> Points:
    a, b, c, d = four
    sides = ((a, at[a, c], at[a, d]), (d, at[d, a], at[d, b]), (b, at[b, d], at[b, c]), (c, at[c, b], at[c, a]))
    last = total.shape[1] - 1

    def mean(line: Floats, low: Floats, high: Floats) -> Points:
        i = np.clip(np.round((low - start) / STEP_PX), 0, last).astype(int)
        j = np.clip(np.round((high - start) / STEP_PX), 0, last).astype(int)
        return np.asarray((total[line, j] - total[line, i]) / np.maximum(j - i, 1))

    supports, overruns = [], []
    for line, t1, t2 in sides:
        low, high = np.minimum(t1, t2), np.maximum(t1, t2)
        stretch = np.maximum(0.12 * (high - low), 15)
        supports.append(mean(line, low, high))
        over = mean(line, high + 12, high + 12 + stretch) + mean(line, low - 12 - stretch, low - 12)
        overruns.append(np.where(frame[line], 0, over / 2))
    side = np.sort(np.stack(supports), axis=0)
    x, y = corners[..., 0], corners[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(axis=1)) / frame_area
    score = 0.45 * side.mean(axis=0) + 0.55 * side[:2].mean(axis=0) - 0.2 * np.maximum(np.mean(overruns, 0) - 0.25, 0)
    score += 0.16 * np.sqrt(np.minimum(area, 1))
    score[area < 0.06] = -1
    return np.asarray(score)


def distinct(quads: Floats, tolerance_px: float, keep: int) -> Floats:
    """Keep the first of each group of nearly equal quads (K×4×2, best first)."""
    ordered = np.stack([clockwise(quad) for quad in quads]) if len(quads) else quads
    chosen: list[Floats] = []
    for quad in ordered:
        if len(chosen) >= keep:
            break
        if not chosen or np.abs(np.stack(chosen) - quad).max(axis=(1, 2)).min() > tolerance_px:
            chosen.append(quad)
    return np.array(chosen, np.float32).reshape(-1, 4, 2)


def clockwise(quad: Floats) -> Floats:
    """Order four corners clockwise on screen, starting with the smallest x + y."""
    centre = quad.mean(axis=0)
    angle = np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0])
    quad = quad[np.argsort(angle)]
    return np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0)
