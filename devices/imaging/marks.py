"""The marks printed on every page of ours: four corner markers and two seals, from millimetres to pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from devices.imaging.arrays import Pixels, Points
from devices.imaging.codes import Code
from fieldkit.instruments.geometry import FIDUCIALS, PAGE_HEIGHT, PAGE_WIDTH, SEALS
from fieldkit.instruments.seal import PREFIX

A4_MM: Points = np.array([[0, 0], [PAGE_WIDTH, 0], [PAGE_WIDTH, PAGE_HEIGHT], [0, PAGE_HEIGHT]], np.float64)

SEAL_SLACK_MM = 5.0
"""How far from its printed place curl may carry a seal's corner; another sheet's seal lies farther off."""

Markers = Mapping[int, tuple[Points, ...]]
"""Marker id → the places where it is seen, 4×2 pixels each."""


@dataclass(frozen=True)
class Registration:
    """Where a page of ours lies.

    Attributes:
        matrix: 3×3, millimetres of the page → pixels of the picture.
        markers: how many corner markers were seen (0…4).
        seals: how many seals helped.
        error_mm: mean distance of the marks from where they should be.
    """

    matrix: Points
    markers: int
    seals: int
    error_mm: float

    @property
    def corners(self) -> Points:
        """The page's four corners in pixels, clockwise from its top left."""
        return project(self.matrix, A4_MM)

    @property
    def trusted(self) -> bool:
        """Whether places on the page are known well enough to look into its signature boxes."""
        return self.error_mm < 1.2 and (self.markers >= 3 or self.markers + self.seals >= 3 or self.seals >= 2)

    def place_of(self, corners: Points) -> int | None:
        """Return which printed place (index into `SEALS`) a seal's corners (4×2 pixels) lie on; None off both."""
        try:
            seen = project(np.linalg.inv(self.matrix), corners)
        except np.linalg.LinAlgError:
            return None
        for place, printed in enumerate(SEALS):
            if np.linalg.norm(seen - _square(*printed), axis=1).max() < SEAL_SLACK_MM:
                return place
        return None


def register(markers: Markers, codes: Sequence[Code]) -> Registration | None:
    """Solve for the page by its corner markers and seals.

    Args:
        markers: what `find_markers` saw.
        codes: codes already read in the same picture, corners in the same pixels.

    Returns:
        None where fewer than two marks agree.
    """
    seals = [code for code in codes if code.text.startswith(PREFIX)]
    best: Registration | None = None
    for assigned in _assignments(len(markers), seals):
        page: list[Points] = [_square(*FIDUCIALS[number]) for number in markers]
        seen: list[Points] = [places[0] for places in markers.values()]
        # A code's corners are found to about a module, a marker's to a fraction of a pixel.
        weights = [1.0] * len(markers)
        for place, code in assigned:
            page.append(_square(*SEALS[place]))
            seen.append(code.corners)
            weights.append(0.25)
        if len(page) < 2:
            continue
        solved = _solve(np.concatenate(page), np.concatenate(seen), np.repeat(weights, 4))
        if solved is None:
            continue
        matrix, error = solved
        found = Registration(matrix, len(markers), len(assigned), error)
        # Two markers alone fit each other too well: a seal that makes three marks of them is worth its larger error.
        if error < 2.5 and (best is None or (found.trusted, -error) > (best.trusted, -best.error_mm)):
            best = found
    return best


def find_markers(image: Pixels) -> Markers:
    """Find the four corner markers: id → where it is seen, each 4×2 pixels clockwise from the marker's own top left.

    The first place of an id is the one to use; another means another sheet (`several_sheets`).
    """
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    found: dict[int, list[Points]] = {}
    longest = max(grey.shape[:2])
    for target in (1600, 2600, 1000):
        scale = min(1.0, target / longest)
        if target == 2600 and scale == 1.0 and longest <= 1600:
            continue
        plane = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for number, corners in _detect(plane):
            _note(found.setdefault(number, []), (corners + 0.5) / scale - 0.5)
        if len(found) == 4:
            break
        if not found and target == 1600:
            # No mark at all at the usual size: not a page of ours, or too small to help.
            break
    return {number: tuple(places) for number, places in sorted(found.items())}


def several_sheets(markers: Markers) -> bool:
    """Say whether one marker is seen in two places: every sheet carries each of the four once."""
    return any(len(places) > 1 for places in markers.values())


def _note(places: list[Points], seen: Points) -> None:
    """Add a sighting of a marker; the same place again counts once, a much larger marker goes first."""
    size = _side(seen)
    middle = seen.mean(axis=0)
    if any(float(np.linalg.norm(place.mean(axis=0) - middle)) < max(size, _side(place)) for place in places):
        return
    larger = bool(places) and size > 1.25 * _side(places[0])
    places.insert(0 if larger else len(places), seen)


def _side(corners: Points) -> float:
    return float(np.sqrt(cv2.contourArea(corners.astype(np.float32))))


def _detect(grey: Pixels) -> list[tuple[int, Points]]:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 4
    settings.minMarkerPerimeterRate = 0.035
    settings.adaptiveThreshWinSizeMin = 7
    settings.adaptiveThreshWinSizeMax = 43
    settings.adaptiveThreshWinSizeStep = 12
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), settings)
    corners, ids, _ = detector.detectMarkers(grey)
    return [
        (int(number), np.asarray(quad, np.float64).reshape(4, 2))
        for number, quad in zip(() if not corners else np.ravel(ids), corners, strict=True)
        if int(number) in FIDUCIALS
    ]


def _assignments(markers: int, seals: Sequence[Code]) -> list[list[tuple[int, Code]]]:
    """Say which seen seal may be which printed one; the solver's error tells which is right."""
    if not seals:
        return [[]]
    if len(seals) == 1:
        options = [[(0, seals[0])], [(1, seals[0])]]
    else:
        first, second = seals[:2]
        options = [[(0, first), (1, second)], [(0, second), (1, first)]]
    return [*options, []] if markers >= 2 else options


def _square(x: float, y: float, size: float) -> Points:
    return np.array([[x, y], [x + size, y], [x + size, y + size], [x, y + size]], np.float64)


def _solve(page_mm: Points, seen_px: Points, weights: Points) -> tuple[Points, float] | None:
    """Solve the homography by re-weighted least squares and return it with its weighted mean error in mm."""
    centre, spread = seen_px.mean(axis=0), float(seen_px.std()) or 1.0
    page_centre, page_spread = page_mm.mean(axis=0), float(page_mm.std()) or 1.0
    p, q = (page_mm - page_centre) / page_spread, (seen_px - centre) / spread
    weight = weights.astype(np.float64).copy()
    matrix = np.eye(3)
    for _ in range(6):
        rows = np.zeros((2 * len(p), 9))
        rows[0::2, 0:2], rows[0::2, 2], rows[0::2, 6:8], rows[0::2, 8] = p, 1, -q[:, :1] * p, -q[:, 0]
        rows[1::2, 3:5], rows[1::2, 5], rows[1::2, 6:8], rows[1::2, 8] = p, 1, -q[:, 1:] * p, -q[:, 1]
        matrix = np.linalg.svd(rows * np.repeat(np.sqrt(weight), 2)[:, None])[2][-1].reshape(3, 3)
        try:
            inverse = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            return None
        miss = np.linalg.norm((project(inverse, q) - p) * page_spread, axis=1)
        weight = weights / (1 + np.square(miss / 0.8))
    to_page = np.array([[page_spread, 0, page_centre[0]], [0, page_spread, page_centre[1]], [0, 0, 1]])
    to_picture = np.array([[spread, 0, centre[0]], [0, spread, centre[1]], [0, 0, 1]])
    whole = to_picture @ matrix @ np.linalg.inv(to_page)
    if not np.isfinite(whole).all() or abs(whole[2, 2]) < 1e-12:
        return None
    whole /= whole[2, 2]
    depth = np.column_stack([A4_MM, np.ones(4)]) @ whole[2]
    corners = project(whole, A4_MM)
    ahead = np.roll(corners, -1, 0) - corners
    after = np.roll(ahead, -1, 0)
    turn = ahead[:, 0] * after[:, 1] - ahead[:, 1] * after[:, 0]
    if (depth <= 0).any() or (turn <= 0).any():
        return None  # mirrored, folded over or behind the camera: these marks don't belong together
    return whole, float((miss * weights).sum() / weights.sum())


def project(matrix: Points, points: Points) -> Points:
    """Map N×2 points by a homography."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)
