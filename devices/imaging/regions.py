"""Page candidates from areas: closed outlines at many thresholds, colour clusters, what differs from the border."""

from __future__ import annotations

import cv2
import numpy as np

from devices.imaging.arrays import Floats, Mask, Pixels, Points
from devices.imaging.edges import EdgeField


def region_quads(field: EdgeField, bgr: Pixels) -> Floats:
    """Collect quads round large areas.

    Args:
        field: gradients of the working image.
        bgr: the working image itself.

    Returns:
        K×4×2 float32, in no particular order.
    """
    height, width = field.shape
    quads: list[Floats] = []
    for mask in [*_edge_masks(field), *_threshold_masks(field)]:
        quads.extend(_quads_of_mask(mask, 0.08 * height * width))
    scale = 200 / max(height, width)
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for mask in [*_cluster_masks(small), *_border_masks(small)]:
        quads.extend(quad / np.float32(scale) for quad in _quads_of_mask(mask, 0.08 * mask.size))
    return np.array(quads, np.float32).reshape(-1, 4, 2)


def _edge_masks(field: EdgeField) -> list[Mask]:
    """Closed edge maps of lightness and colour at several thresholds."""
    masks: list[Mask] = []
    kernel = np.ones((3, 3), np.uint8)
    for channel in range(3):
        plane = np.clip(field.lab[:, :, channel] * (1 if channel == 0 else 2) - (0 if channel == 0 else 128), 0, 255)
        plane = cv2.medianBlur(plane.astype(np.uint8), 5)
        for low, high in ((12, 30), (30, 75), (60, 150)) if channel == 0 else ((14, 36), (40, 100)):
            edges = cv2.Canny(plane, low, high, L2gradient=True)
            masks.append(cv2.dilate(edges, kernel))
    strength = np.hypot(field.gradient[..., 0], field.gradient[..., 3])
    masks.append(cv2.dilate((strength > 2 * field.softness[0]).astype(np.uint8) * 255, kernel))
    return masks


def _threshold_masks(field: EdgeField) -> list[Mask]:
    """Bright or strongly coloured areas."""
    lightness = field.lab[:, :, 0].astype(np.uint8)
    opened = cv2.morphologyEx(lightness, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    level, otsu = cv2.threshold(opened, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    masks = [otsu, cv2.bitwise_not(otsu)]
    upper = opened[opened > level]
    if len(upper):
        masks.append(((opened > np.percentile(upper, 30)) * 255).astype(np.uint8))
    chroma = np.hypot(field.lab[:, :, 1] - 128, field.lab[:, :, 2] - 128)
    chroma8 = np.clip(chroma * 3, 0, 255).astype(np.uint8)
    _, coloured = cv2.threshold(cv2.medianBlur(chroma8, 5), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    masks += [coloured, cv2.bitwise_not(coloured)]
    return masks


def _cluster_masks(small: Pixels) -> list[Mask]:
    """Masks of colour clusters of a small image, alone and the brightest ones together."""
    lab = cv2.cvtColor(cv2.medianBlur(small, 5), cv2.COLOR_BGR2LAB).astype(np.float32)
    points = lab.reshape(-1, 3) * np.array([0.6, 1.4, 1.4], np.float32)
    cv2.setRNGSeed(7)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.8)
    masks: list[Mask] = []
    for clusters in (3, 5):
        start = np.zeros((len(points), 1), np.int32)
        start[np.argsort(points[:, 0]), 0] = np.arange(len(points)) * clusters // len(points)
        _, labels, centres = cv2.kmeans(points, clusters, start, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
        plane = labels.reshape(lab.shape[:2])
        order = np.argsort(-centres[:, 0])
        masks.extend(((plane == label) * 255).astype(np.uint8) for label in range(clusters))
        masks.extend((np.isin(plane, order[:upto]) * 255).astype(np.uint8) for upto in range(2, clusters))
    return masks


def _border_masks(small: Pixels) -> list[Mask]:
    """What differs from the frame's border: colour distance at several levels, and a GrabCut from the middle."""
    lab = cv2.cvtColor(cv2.medianBlur(small, 5), cv2.COLOR_BGR2LAB).astype(np.float32)
    height, width = lab.shape[:2]
    edge = max(3, height // 40)
    border = np.concatenate([part.reshape(-1, 3) for part in (lab[:edge], lab[-edge:], lab[:, :edge], lab[:, -edge:])])
    spread = np.cov(border.T) + np.diag([60.0, 12.0, 12.0])
    centred = lab.reshape(-1, 3) - border.mean(axis=0)
    distance = np.sqrt(np.einsum("ij,jk,ik->i", centred, np.linalg.inv(spread), centred)).reshape(height, width)
    masks = [((distance > level) * 255).astype(np.uint8) for level in (1.5, 2.5)]
    cut = np.full((height, width), cv2.GC_PR_FGD, np.uint8)
    cut[distance < 1.2] = cv2.GC_PR_BGD
    cut[:edge], cut[-edge:], cut[:, :edge], cut[:, -edge:] = (cv2.GC_BGD,) * 4
    if (cut == cv2.GC_PR_FGD).sum() > 200:
        cv2.setRNGSeed(7)
        try:
            cv2.grabCut(small, cut, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
        except cv2.error:  # one of its two colour models is empty: a flat picture has nothing to cut
            return masks
        masks.append((np.isin(cut, (cv2.GC_FGD, cv2.GC_PR_FGD)) * 255).astype(np.uint8))
    return masks


def _quads_of_mask(mask: Mask, least_area: float) -> list[Floats]:
    """Fit quads to the largest outlines of a mask."""
    quads: list[Floats] = []
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    large = sorted(
        (
            contour
            for contour in contours
            if cv2.arcLength(contour, False) > 3 * np.sqrt(least_area)
            and cv2.contourArea(cv2.convexHull(contour)) > least_area
        ),
        key=lambda contour: -float(cv2.contourArea(cv2.convexHull(contour))),
    )[:3]
    for contour in large:
        smooth = _opened_hull(contour, mask.shape[:2])
        for hull in (cv2.convexHull(contour), smooth):
            if hull is not None and (quad := _quad_of_hull(hull.reshape(-1, 2).astype(np.float32))) is not None:
                quads.append(quad)
    return quads


def _opened_hull(contour: Pixels, shape: tuple[int, ...]) -> Pixels | None:
    """Hull of an outline after thin things that touch it (pens, fingers, cables) are removed."""
    filled: Mask = np.zeros(shape[:2], np.uint8)
    cv2.drawContours(filled, [contour], -1, 255, cv2.FILLED)
    size = max(5, min(shape[:2]) // 18) | 1
    filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    parts, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not parts:
        return None
    hull: Pixels = cv2.convexHull(max(parts, key=cv2.contourArea))
    return hull


def _quad_of_hull(hull: Floats) -> Floats | None:
    """Reduce a convex hull to four corners by extending the sides whose removal adds the least area."""
    points = cv2.approxPolyDP(hull.reshape(-1, 1, 2), 0.004 * cv2.arcLength(hull.reshape(-1, 1, 2), True), True)
    polygon = [np.asarray(point, np.float64) for point in points.reshape(-1, 2)]
    if len(polygon) < 4:
        return None
    while len(polygon) > 4:
        best: tuple[float, int, Points] | None = None
        count = len(polygon)
        for i in range(count):
            before, start, end, after = (polygon[(i + k) % count] for k in (-1, 0, 1, 2))
            u, v = start - before, end - after
            cross = u[0] * v[1] - u[1] * v[0]
            if abs(cross) < 1e-6:
                continue
            gap = after - before
            s, t = (gap[0] * v[1] - gap[1] * v[0]) / cross, (gap[0] * u[1] - gap[1] * u[0]) / cross
            if s <= 1 - 1e-9 or t <= 1 - 1e-9:
                continue
            corner = before + s * u
            p, q = end - start, corner - start
            added = abs(p[0] * q[1] - p[1] * q[0]) / 2
            if best is None or added < best[0]:
                best = (added, i, corner)
        if best is None:
            return None
        _, i, corner = best
        following = (i + 1) % count
        polygon[i] = corner
        del polygon[following]
    return np.array(polygon, np.float32)
