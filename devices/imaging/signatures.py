"""Signature boxes of a registered page: signed, empty, or unsure; never signed where it may not be.

The page is brought to millimetres by its marks; curl is taken out box by box with the printed rules round each box;
then ink inside is weighed. Prints of neighbours, folds, shadows, stamps and strokes that only reach over the edge are
told from a hand mark, and whatever can't be told is unsure.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.imaging.arrays import Floats, Mask, Pixels, Points
from devices.imaging.ink import Ink, find_ink, hysteresis
from devices.imaging.marks import Registration
from fieldkit.instruments.geometry import BOX_INSET, FOOT, SIGNATURE_BOXES, Box
from fieldkit.model.evidence import BoxInk, InkState

PX_PER_MM = 8.0
MARGIN_MM = 7.0
"""How far round a cell the surroundings are looked at."""

SEARCH_MM = 3.0
"""How far curl may move a rule."""

LEAST_STROKE_MM = 7.0
"""Less pen stroke than this is no signature we would vouch for."""

LEAST_PX_PER_MM = 2.6
"""Below this resolution in the photo a thin pen is not surely seen."""


@dataclass(frozen=True)
class Weighed:
    """What was measured in one box: the reasons for its state.

    Attributes:
        stroke_mm: length of pen stroke.
        stroke_mm2: its area.
        extent_mm: size of the box round it.
        thumb_mm2: red area of thumb size.
        doubt_mm2: ink that may not belong here: overhang from outside, stamps, blots, specks.
        rules: how many of the cell's four printed rules were seen.
    """

    name: str
    state: InkState
    stroke_mm: float
    stroke_mm2: float
    extent_mm: float
    thumb_mm2: float
    doubt_mm2: float
    rules: int


def read_boxes(image: Pixels, page: Registration) -> tuple[BoxInk, ...]:
    """Say of each signature box whether it holds a hand mark."""
    return tuple(BoxInk(name=box.name, state=box.state) for box in weigh_boxes(image, page))


def weigh_boxes(image: Pixels, page: Registration) -> tuple[Weighed, ...]:
    """Measure every signature box.

    Args:
        image: the photo or scan, H×W×3 BGR.
        page: where the page lies in it.
    """
    area = Box(FOOT.x - 12, FOOT.y - 24, FOOT.w + 24, FOOT.h + 32)
    foot = _flat(image, page.matrix, area)
    ink = find_ink(foot, PX_PER_MM)
    sharpness = _px_per_mm(page)
    stamps = _stamps(ink)
    weighed = []
    for name, box in SIGNATURE_BOXES.items():
        if not _in_frame(image, page.matrix, box):
            weighed.append(Weighed(name, "unsure", 0, 0, 0, 0, 0, 0))
            continue
        weighed.append(_weigh(name, box, area, foot, ink, stamps, sharpness))
    return tuple(weighed)


def _flat(image: Pixels, matrix: Points, area: Box) -> Pixels:
    """Warp an area of the page, in mm, to `PX_PER_MM`."""
    scale = np.array([[1 / PX_PER_MM, 0, area.x], [0, 1 / PX_PER_MM, area.y], [0, 0, 1]])
    size = (round(area.w * PX_PER_MM), round(area.h * PX_PER_MM))
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    flat: Pixels = cv2.warpPerspective(image, matrix @ scale, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return flat


def _px_per_mm(page: Registration) -> float:
    corners = page.corners
    return float(np.linalg.norm(corners[2] - corners[3]) / 210)


def _in_frame(image: Pixels, matrix: Points, box: Box) -> bool:
    corners = np.array([[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]])
    mapped = np.column_stack([corners, np.ones(4)]) @ matrix.T
    mapped = mapped[:, :2] / mapped[:, 2:]
    height, width = image.shape[:2]
    return bool((mapped > -2).all() and (mapped < np.array([width, height]) + 2).all())


def _stamps(ink: Ink) -> Mask:
    """Red areas larger than any thumb: stamps, and whatever touches them in red."""
    if ink.colourless:
        return _rings(ink)
    red = (ink.red > 0.14).astype(np.uint8)
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((round(3 * PX_PER_MM),) * 2, np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    extent = np.sort(stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], axis=1) / PX_PER_MM
    # Large both ways: two thumbs in neighbouring boxes make one wide area, but not a high one.
    large = (extent[:, 1] > 21) & (extent[:, 0] > 17.5)
    large[0] = False
    return np.asarray(large[labels])


def _rings(ink: Ink) -> Mask:
    """In a scan without colour: discs inside the large rings that round stamps leave."""
    scale = 3.0 / PX_PER_MM
    plane = cv2.resize(ink.depth, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = np.clip(plane * 400, 0, 255).astype(np.uint8)
    discs = np.zeros(plane.shape, np.uint8)
    found = cv2.HoughCircles(picture, cv2.HOUGH_GRADIENT, 1.5, 20, param1=120, param2=40, minRadius=45, maxRadius=72)
    angles = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    for x, y, radius in [] if found is None else found.reshape(-1, 3)[:6]:
        drawn = np.zeros(len(angles), bool)
        for r in (radius - 2, radius - 1, radius, radius + 1, radius + 2):
            columns, rows = np.round(x + r * np.cos(angles)).astype(int), np.round(y + r * np.sin(angles)).astype(int)
            within = (columns >= 0) & (rows >= 0) & (columns < plane.shape[1]) & (rows < plane.shape[0])
            drawn[within] |= plane[rows[within], columns[within]] > 0.15
        if drawn.mean() > 0.6:
            cv2.circle(discs, (round(x), round(y)), round(radius + 3), 1, cv2.FILLED)
    whole = cv2.resize(discs, (ink.depth.shape[1], ink.depth.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole > 0)


def _weigh(name: str, box: Box, area: Box, foot: Pixels, ink: Ink, stamps: Mask, sharpness: float) -> Weighed:
    cell = box.inset(-BOX_INSET)
    corners, rules = _cell_corners(cell, area, ink)
    width, height = round((cell.w + 2 * MARGIN_MM) * PX_PER_MM), round((cell.h + 2 * MARGIN_MM) * PX_PER_MM)
    edge = MARGIN_MM * PX_PER_MM
    target = np.array(
        [[edge, edge], [width - edge, edge], [width - edge, height - edge], [edge, height - edge]], np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    depth, dark, red, stamped = (
        cv2.warpPerspective(plane, matrix, (width, height), flags=cv2.INTER_LINEAR)
        for plane in (ink.depth, ink.dark, ink.red, stamps.astype(np.float32))
    )
    low = max(0.13, 4.5 * ink.noise)
    if ink.colourless:
        # A thumb in grey is a soft disc that passes for shade; then the light on the box falls, and empty isn't sure.
        shade = cv2.warpPerspective(ink.light, matrix, (width, height), flags=cv2.INTER_LINEAR)
        inner = shade[round(edge) : height - round(edge), round(edge) : width - round(edge)]
        rules = rules if np.percentile(inner, 8) > 0.88 * np.median(shade) else min(rules, 2)
    # Where there is red paste only what darkens the red channel too is pen; files keep colour at half the resolution,
    # so a stamp's own edges look dark in it for a pixel or two.
    near_red = cv2.dilate(red, np.ones((5, 5), np.uint8))
    depth = np.where(near_red > 0.12, np.clip(dark - 0.55 * near_red, 0, 1), depth)
    pen = hysteresis(depth, low, max(0.26, 1.7 * low))
    if ink.colourless and stamped.any():  # nothing tells pen from stamp here
        return _decide(name, pen & (stamped < 0.3), np.zeros_like(pen), pen & (stamped >= 0.3), rules, sharpness)
    return _decide(name, pen, (red > 0.14) & (stamped < 0.3), (red > 0.14) & (stamped >= 0.3), rules, sharpness)


def _decide(name: str, pen: Mask, red: Mask, stamped: Mask, rules: int, sharpness: float) -> Weighed:
    k = PX_PER_MM
    edge = round(MARGIN_MM * k)
    inset = round((BOX_INSET - 0.25) * k)
    inside = np.zeros(pen.shape, bool)
    inside[edge + inset : -edge - inset, edge + inset : -edge - inset] = True
    outside = np.ones(pen.shape, bool)
    outside[edge - inset : -edge + inset, edge - inset : -edge + inset] = False
    mine, doubt = _own_strokes(pen & inside, pen & outside)
    distance = cv2.distanceTransform(mine.astype(np.uint8), cv2.DIST_L2, 3) / k
    blot = _blots(mine, distance)
    doubt += float(blot.sum()) / k**2
    stroke = mine & ~blot
    stroke_mm2 = float(stroke.sum()) / k**2
    # Where strokes run into one another the width says nothing: no pen is wider than 0.9 mm.
    half_width = min(float(np.percentile(distance[stroke], 85)), 0.45) if stroke.any() else 0.2
    stroke_mm = stroke_mm2 / max(2 * half_width, 0.3)
    rows, columns = np.nonzero(stroke)
    extent = float(np.hypot(np.ptp(rows), np.ptp(columns))) / k if len(rows) else 0.0
    thumb_mm2, loose_mm2 = _thumb(red & inside)
    under_stamp = float((stamped & inside).sum()) / k**2
    doubt += loose_mm2 + under_stamp
    blurred = sharpness < LEAST_PX_PER_MM
    state: InkState = "unsure"
    # A stamp's own edges leave thin dark traces: only plenty of pen over it counts.
    stamped_over = under_stamp >= 2
    enough = LEAST_STROKE_MM * (5 if stamped_over else 1)
    if stroke_mm >= enough and (not stamped_over or stroke_mm2 >= 12) and extent >= 3.2 and rules >= 2 and not blurred:
        state = "signed"
    elif thumb_mm2 >= 40 and rules >= 2 and under_stamp < 1 and loose_mm2 < 8:
        state = "signed"
    elif stroke_mm2 < 0.3 and doubt < 0.5 and thumb_mm2 < 1 and rules >= 3 and not blurred:
        state = "empty"
    return Weighed(name, state, stroke_mm, stroke_mm2, extent, thumb_mm2, doubt, rules)


def _blots(ink: Mask, distance: Floats) -> Mask:
    """Find ink too thick for a pen: a finger, a hole, a stain. Dense small writing is thick too, but ragged."""
    thick = distance > 1.3
    if not thick.any():
        return thick
    blot = np.zeros_like(ink)
    _, labels = cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)
    for label in np.unique(labels[thick]):
        part = labels == label
        outline, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        hull = max(float(cv2.contourArea(cv2.convexHull(np.concatenate(outline)))), 1.0)
        if part.sum() > 0.86 * hull or float(distance[part].max()) > 3.0:
            blot |= part
        else:  # only the thick places, with room round them, unless the whole is small and ragged as initials are
            small = np.sqrt(hull) / PX_PER_MM < 9
            grown = cv2.dilate((part & thick).astype(np.uint8), np.ones((round(2.4 * PX_PER_MM),) * 2, np.uint8))
            blot |= np.zeros_like(ink) if small else part & (grown > 0)
    return blot


def _own_strokes(inside: Mask, outside: Mask) -> tuple[Mask, float]:
    """Part ink inside into the box's own and what merely reaches in.

    Returns:
        the box's own ink; area in mm² of the rest.
    """
    k = PX_PER_MM
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    if not inside.any():
        return inside, 0.0
    edge, band = round(MARGIN_MM * k), round((BOX_INSET - 0.25) * k)
    height, width = inside.shape
    bounds = (edge + band, height - edge - band, edge + band, width - edge - band)
    _, around, around_stats, _ = cv2.connectedComponentsWithStats(outside.astype(np.uint8), connectivity=8)
    reach = np.ones((2 * (2 * band + 4) + 1,) * 2, np.uint8)
    own = np.zeros(count, bool)
    doubt = 0.0
    for label in range(1, count):
        x, y, w, h, size = (int(v) for v in stats[label])
        size_mm2 = size / k**2
        if size_mm2 < 0.06:
            continue
        touches = (
            y <= bounds[0] + 1, y + h >= bounds[1] - 1, x <= bounds[2] + 1, x + w >= bounds[3] - 1,
        )  # fmt: skip
        through = (touches[2] and touches[3] and h < 2.2 * k) or (touches[0] and touches[1] and w < 2.2 * k)
        thin = size < 0.9 * k * max(w, h)
        if through and thin:
            continue  # a fold or a rule of shadow: it runs straight through and out at both ends
        if any(touches):
            near = cv2.dilate((labels == label).astype(np.uint8), reach) > 0
            linked = np.unique(around[near & outside])
            beyond = float(around_stats[linked[linked > 0], cv2.CC_STAT_AREA].sum())
            deep = min(
                d for t, d in zip(touches, (y + h - bounds[0], bounds[1] - y, x + w - bounds[2], bounds[3] - x),
                                  strict=True) if t
            )  # fmt: skip
            if deep < 0.9 * k and max(w, h) > 6 * k:
                continue  # the printed rule itself, looking over the edge where the paper waves
            if deep < 3.5 * k or beyond > size:
                doubt += size_mm2
                continue
        own[label] = True
    return np.asarray(own[labels]), doubt


def _thumb(red: Mask) -> tuple[float, float]:
    """Return red area (mm²) that looks like one thumbprint, and the rest."""
    k = PX_PER_MM
    joined = cv2.morphologyEx(red.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((round(0.9 * k),) * 2, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    thumb = loose = 0.0
    for label in range(1, count):
        w, h = stats[label, cv2.CC_STAT_WIDTH] / k, stats[label, cv2.CC_STAT_HEIGHT] / k
        size = float((red & (labels == label)).sum()) / k**2
        if size < 0.3:
            continue
        if 6 <= w <= 20 and 6 <= h <= 20 and stats[label, cv2.CC_STAT_AREA] / k**2 > 0.55 * w * h:
            thumb = max(thumb, size)
        else:
            loose += size
    return thumb, loose


def _cell_corners(cell: Box, area: Box, ink: Ink) -> tuple[Points, int]:
    """Find a cell's corners by its printed rules, each side in two halves so that it may tilt.

    Returns:
        4×2 pixels in the flat foot, clockwise from the top left; how many rules were seen.
    """
    k = PX_PER_MM
    left, top = (cell.x - area.x) * k, (cell.y - area.y) * k
    right, bottom = left + cell.w * k, top + cell.h * k
    sides = [
        _rule(ink, (left, top), (right, top)),
        _rule(ink, (right, top), (right, bottom)),
        _rule(ink, (left, bottom), (right, bottom)),
        _rule(ink, (left, top), (left, bottom)),
    ]
    seen = sum(side is not None for side in sides)
    for i in range(4):
        if sides[i] is None:  # goes along with its opposite, else stays
            sides[i] = sides[(i + 2) % 4] or (0.0, 0.0)
    (t1, t2), (r1, r2), (b1, b2), (l1, l2) = (side or (0.0, 0.0) for side in sides)
    lines = [
        ((left, top + t1), (right, top + t2)),
        ((right + r1, top), (right + r2, bottom)),
        ((left, bottom + b1), (right, bottom + b2)),
        ((left + l1, top), (left + l2, bottom)),
    ]
    corners = [_cross(lines[i], lines[j]) for i, j in ((0, 3), (0, 1), (2, 1), (2, 3))]
    return np.array(corners, np.float64), seen


def _rule(ink: Ink, start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float] | None:
    """Find a printed rule near where it should be; return its offsets at both ends in pixels, or None."""
    k = PX_PER_MM
    level = start[1] == end[1]
    plane = ink.depth if level else ink.depth.T
    (a0, fixed), (a1, _) = (start, end) if level else ((start[1], start[0]), (end[1], end[0]))
    reach = round(SEARCH_MM * k)
    low, high = round(fixed) - reach, round(fixed) + reach + 1
    if low < 0 or high > plane.shape[0]:
        return None
    parts = []
    for part in range(3):
        first, last = (
            round(a0 + (a1 - a0) * (0.03 + 0.94 * part / 3)),
            round(a0 + (a1 - a0) * (0.03 + 0.94 * (part + 1) / 3)),
        )
        band = np.minimum(plane[low:high, max(first, 0) : max(last, 1)], 0.6)
        profile = np.convolve(np.median(band, axis=1) * 0.5 + band.mean(axis=1) * 0.5, np.ones(3) / 3, "same")
        gap = round(0.75 * k)
        padded = np.pad(profile, gap, mode="edge")
        # A thin line stands out against both of its sides; a stroke or a shadow's edge does not along a third of it.
        peak = profile - np.maximum(padded[: -2 * gap], padded[2 * gap :])
        peak -= 0.012 * np.abs(np.arange(len(peak)) - reach) / k
        best = int(np.argmax(peak[2:-2])) + 2
        if peak[best] < max(0.035, 1.2 * ink.noise):
            continue
        parts.append((part, best - reach, float(peak[best])))
    if not parts:
        return None
    if len(parts) == 1:
        return (float(parts[0][1]),) * 2
    t = np.array([(part + 0.5) / 3 for part, _, _ in parts])
    offsets = np.array([float(offset) for _, offset, _ in parts])
    if len(parts) == 3 and np.ptp(offsets) > 1.6 * k:  # one third caught something else: trust the two that agree
        drop = int(np.argmax(np.abs(offsets - np.median(offsets))))
        t, offsets = np.delete(t, drop), np.delete(offsets, drop)
    slope = np.polyfit(t, offsets, 1)[0]
    slope = float(np.clip(slope, -1.5 * k, 1.5 * k))
    middle = float(offsets.mean() + slope * (0.5 - t.mean()))
    return middle - slope / 2, middle + slope / 2


def _cross(
    one: tuple[tuple[float, float], tuple[float, float]], other: tuple[tuple[float, float], tuple[float, float]]
) -> tuple[float, float]:
    (x1, y1), (x2, y2) = one
    (x3, y3), (x4, y4) = other
    d = (x1 - x2) * (y3 - y4) - (y1 - y2) * (x3 - x4)
    a, b = x1 * y2 - y1 * x2, x3 * y4 - y3 * x4
    return (a * (x3 - x4) - (x1 - x2) * b) / d, (a * (y3 - y4) - (y1 - y2) * b) / d
