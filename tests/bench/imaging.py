"""Page finding against a plain OpenCV contour scanner on labelled photos, and signature boxes on simulated pages.

The photos come from `$FIELDKIT_SAMPLES` (default `../shared/samples` beside the product): `labels.json` and `pages/`.
The score is the Jaccard index in the page's own frame, as in SmartDoc 2015, challenge 1.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from devices.emulators import camera, paper
from devices.imaging.codes import read_codes
from devices.imaging.marks import find_markers, register
from devices.imaging.page import find_page
from devices.imaging.picture import read_picture
from devices.imaging.signatures import read_boxes
from fieldkit.instruments import forms
from fieldkit.instruments.geometry import SIGNATURE_BOXES
from fieldkit.instruments.render import render
from fieldkit.instruments.seal import PRACTICE_KEY
from fieldkit.model.record import Record
from tests.bench.report import Check, Result

ROOT = Path(__file__).parents[2]
SIMULATED_PAGES = 40
MANNERS = ("none", "none", "name", "initials", "over_edge", "faint", "thumbprint")


def run() -> Result:
    """Measure page finding, then signature boxes."""
    result = Result()
    _pages(result)
    _boxes(result)
    return result


def _pages(result: Result) -> None:
    folder = Path(os.environ.get("FIELDKIT_SAMPLES", ROOT.parent / "shared" / "samples"))
    labels: list[dict[str, Any]] = []
    if (folder / "labels.json").exists():
        labels = json.loads((folder / "labels.json").read_text("utf-8"))
    ours: list[float] = []
    peer: list[float] = []
    ours_s: list[float] = []
    peer_s: list[float] = []
    for label in labels:
        image = read_picture((folder / "pages" / label["file"]).read_bytes())
        truth = np.array(label["corners"])
        start = time.perf_counter()
        found = find_page(image)
        ours_s.append(time.perf_counter() - start)
        ours.append(0.0 if found is None else jaccard(truth, found.corners))
        start = time.perf_counter()
        quad = contour_scanner(image)
        peer_s.append(time.perf_counter() - start)
        peer.append(0.0 if quad is None else jaccard(truth, quad))
    unknown = float("nan")
    result.figures |= {
        "photos": len(labels),
        "ours_mean_ji": statistics.fmean(ours or [0]),
        "ours_median_ji": statistics.median(ours or [0]),
        "ours_below_half": sum(score < 0.5 for score in ours),
        "peer_mean_ji": statistics.fmean(peer or [0]),
        "peer_below_half": sum(score < 0.5 for score in peer),
        "ours_seconds_median": statistics.median(ours_s or [0]),
        "peer_seconds_median": statistics.median(peer_s or [0]),
    }
    figures = result.figures
    result.checks += [
        Check("labelled photos found", len(labels), 1, "photos"),
        Check("page score, mean JI", figures["ours_mean_ji"], 0.95),
        Check("page score over the contour scanner's", figures["ours_mean_ji"] - figures["peer_mean_ji"], 0.0),
        Check("photos below JI 0.5", figures["ours_below_half"] if labels else unknown, 0, "photos", "lower"),
        Check("seconds a photo, median", figures["ours_seconds_median"] if labels else unknown, 1.0, "s", "lower"),
    ]


def _boxes(result: Result) -> None:
    """Simulate signed pages and count what is said of each box; a stamp lies over some of them."""
    example = json.loads((ROOT / "docs" / "examples" / "inspection.json").read_text("utf-8"))
    form = forms.load("inspection").ref
    record = Record(id=example["id"], form=form, number=example["number"], values=example["values"], demo=True)
    rendered = render(record, 1, PRACTICE_KEY)
    prints = paper.pages_of(rendered.pdf)
    said: Counter[tuple[bool, str]] = Counter()
    registered = sealed = 0
    for seed in range(SIMULATED_PAGES):
        rng = np.random.default_rng(seed)
        drawn = {name: str(rng.choice(MANNERS)) for name in SIGNATURE_BOXES}
        marks: dict[str, Any] = {name: manner for name, manner in drawn.items() if manner != "none"}
        page = paper.sign(prints[seed % len(prints)], list(marks), seed, marks)
        if rng.random() < 0.2:
            page = paper.stamp(page, (float(rng.uniform(100, 160)), float(rng.uniform(232, 270))), seed)
        severity = float(rng.uniform(0.1, 1.0))
        photo = camera.wand_scan(page, seed) if seed % 4 == 0 else camera.photograph(page, seed, severity)
        image = read_picture(photo)
        codes = read_codes(image)
        sealed += any(code.text == rendered.seals[seed % len(prints)] for code in codes)
        where = register(find_markers(image), codes)
        if where is None or not where.trusted:
            continue
        registered += 1
        for box in read_boxes(image, where):
            said[drawn[box.name] != "none", box.state] += 1
    signed = sum(count for (is_signed, _), count in said.items() if is_signed)
    empty = sum(count for (is_signed, _), count in said.items() if not is_signed)
    result.figures |= {
        "simulated_pages": SIMULATED_PAGES,
        "pages_registered": registered,
        "seals_read": sealed,
        "signed_boxes": signed,
        "signed_said_signed": said[True, "signed"] / max(signed, 1),
        "signed_said_unsure": said[True, "unsure"] / max(signed, 1),
        "empty_boxes": empty,
        "empty_said_empty": said[False, "empty"] / max(empty, 1),
        "empty_said_unsure": said[False, "unsure"] / max(empty, 1),
    }
    result.checks += [
        Check("pages registered", registered / SIMULATED_PAGES, 0.97),
        Check("seals read", sealed / SIMULATED_PAGES, 0.97),
        Check("empty boxes called signed", said[False, "signed"], 0, "boxes", "lower"),
        Check("signed boxes called empty", said[True, "empty"], 0, "boxes", "lower"),
        Check("signed boxes called signed", said[True, "signed"] / max(signed, 1), 0.85),
        Check("empty boxes called empty", said[False, "empty"] / max(empty, 1), 0.75),
    ]


def jaccard(truth: np.ndarray, found: np.ndarray) -> float:
    """Intersection over union of two quads after the map that takes the true one to a square."""
    truth, found = _in_order(truth), _in_order(found)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * 1000
    matrix = cv2.getPerspectiveTransform(truth.astype(np.float32), square)
    depth = np.column_stack([found, np.ones(4)]) @ matrix[2]
    if (depth * (np.append(truth.mean(axis=0), 1) @ matrix[2]) <= 0).any():
        return 0.0
    seen = cv2.perspectiveTransform(found.reshape(1, 4, 2).astype(np.float64), matrix.astype(np.float64))[0]
    seen = seen.astype(np.float32)
    common, _ = cv2.intersectConvexConvex(cv2.convexHull(seen), square)
    return float(common / (1e6 + cv2.contourArea(seen) - common))


def _in_order(quad: np.ndarray) -> np.ndarray:
    quad = np.asarray(quad, float)
    centre = quad.mean(axis=0)
    return quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))]


def contour_scanner(image: np.ndarray) -> np.ndarray | None:
    """The usual scanner: grey, close, Canny at falling thresholds, the largest hull of four corners."""
    scale = 500 / image.shape[0]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    grey = cv2.morphologyEx(cv2.GaussianBlur(grey, (5, 5), 0), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    for low, high in ((75, 200), (30, 90), (10, 40)):
        edges = cv2.dilate(cv2.Canny(grey, low, high), np.ones((3, 3), np.uint8))
        contours, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        hulls = sorted((cv2.convexHull(contour) for contour in contours), key=cv2.contourArea, reverse=True)
        for hull in hulls[:3]:
            quad = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
            if len(quad) == 4 and cv2.contourArea(quad) > 0.15 * small.shape[0] * small.shape[1]:
                return quad.reshape(4, 2) / scale
    return None
