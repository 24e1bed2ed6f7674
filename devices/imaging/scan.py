"""From a picture file to what it shows: page, codes, seal, signature boxes. The door to imaging for everybody else."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import msgspec
import numpy as np

from devices.imaging.arrays import Pixels, Points
from devices.imaging.codes import Code, joined, read_codes, read_within
from devices.imaging.marks import Markers, Registration, find_markers, project, register, several_sheets
from devices.imaging.page import find_page
from devices.imaging.picture import read_picture
from devices.imaging.signatures import read_boxes
from devices.imaging.straighten import clean, jpeg, page_size, quarter_turns, straighten
from fieldkit.errors import InvalidInput
from fieldkit.instruments import seal as page_seal
from fieldkit.instruments.geometry import SEALS
from fieldkit.instruments.seal import PREFIX, ForgedSeal, NotASeal, PracticeSeal, Seal
from fieldkit.model.evidence import BoxInk


class ReadCode(msgspec.Struct, frozen=True):
    """A code on the page: its kind ("QRCode", "Code128" …) and text."""

    kind: str
    text: str


class PageScan(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture shows.

    Attributes:
        corners: the page's corners, clockwise from its top left, pixels of the file as displayed; None where no page
            was found.
        confidence: 0…1 that these are the page's corners.
        page_jpeg: the straightened and cleaned page; where no page was found, the whole picture, cleaned.
        width, height: of `page_jpeg` in pixels.
        codes: what was read, each text once.
        seal: the verified page seal, read at its printed place on the one sheet that the picture shows.
        seal_problem: why there is none: "forged" (a seal under none of the keys), "practice" (a seal of practice, which
            a kit does not take), "foreign" (codes, but no seal), "unread" (our marks, but no code could be read, or
            too few marks to say that the seal belongs to this sheet), "disagree" (more than one sheet: two genuine
            seals, one off its place, or a corner marker seen twice), "mirrored" (a photo flipped left to right), None
            where there is no code at all or `seal` is set.
        boxes: the signature boxes of the page that `seal` names; empty without `seal`.
        error: why the file could not be read at all, Chinese first; the other fields are empty then.
    """

    corners: tuple[tuple[float, float], ...] | None = None
    confidence: float = 0.0
    page_jpeg: bytes | None = None
    width: int = 0
    height: int = 0
    codes: tuple[ReadCode, ...] = ()
    seal: Seal | None = None
    seal_problem: str | None = None
    boxes: tuple[BoxInk, ...] = ()
    error: str | None = None


def read_page(data: bytes, keys: Sequence[bytes]) -> PageScan:
    """Read one picture file.

    Args:
        data: JPEG, PNG, one-page TIFF, WebP or BMP bytes; a PDF or a TIFF of several pages is told in `error`.
        keys: keys a page seal may be made under; a seal under another key binds nothing.
    """
    try:
        image = read_picture(data)
    except InvalidInput as refusal:
        return PageScan(error=str(refusal))
    codes = read_codes(image)
    markers = find_markers(image)
    marks = register(markers, codes)
    if marks is not None and not any(code.text.startswith(PREFIX) for code in codes):
        codes = joined(codes, read_within(image, _seal_places(image, marks)))
        marks = register(markers, codes) or marks
    corners, confidence, known_a4 = _outline(image, marks, codes)
    whole = _frame(image) if corners is None else corners
    size = page_size(whole, image.shape[:2], known_a4)
    flat = straighten(image, whole, size)
    if marks is None and not codes:
        codes = _moved(read_codes(flat, 3600), whole, size)
        if codes and corners is not None:
            corners = whole = _turned(whole, codes)
            size = page_size(whole, image.shape[:2], known_a4)
            flat = straighten(image, whole, size)
        marks = register(markers, codes)
    seal, problem = judge_seals([code.text for code in codes], keys)
    if seal is not None:
        problem = _not_of_this_sheet(image, codes, markers, marks)
        seal = seal if problem is None else None
    elif problem is None and len(markers) >= 3:
        problem = "disagree" if several_sheets(markers) else "unread"
    return PageScan(
        corners=None if corners is None else tuple((round(float(x), 2), round(float(y), 2)) for x, y in corners),
        confidence=round(confidence, 3),
        page_jpeg=jpeg(clean(flat)),
        width=size[0],
        height=size[1],
        codes=tuple(dict.fromkeys(ReadCode(kind=code.kind, text=code.text) for code in codes)),
        seal=seal,
        seal_problem=problem,
        boxes=read_boxes(image, marks) if marks is not None and seal is not None else (),
    )


def judge_seals(texts: Sequence[str], keys: Sequence[bytes]) -> tuple[Seal | None, str | None]:
    """Return the one page seal among the texts of a page's codes, or why there is none."""
    seals: list[Seal] = []
    problems: set[str] = set()
    for text in texts:
        try:
            seals.append(page_seal.decode(text, keys))
        except PracticeSeal:
            problems.add("practice")
        except ForgedSeal:
            problems.add("forged")
        except NotASeal:
            problems.add("foreign")
    if any(seal != seals[0] for seal in seals[1:]):
        return None, "disagree"
    # A forged seal beside a genuine one spoils it: somebody pasted a code onto a page.
    if "forged" in problems:
        return None, "forged"
    if seals:
        return seals[0], None
    return None, next((name for name in ("practice", "foreign") if name in problems), None)


def _not_of_this_sheet(
    image: Pixels, codes: Sequence[Code], markers: Markers, marks: Registration | None
) -> str | None:
    """Return why a genuine seal does not prove which page the registered sheet is; None where it does.

    The seal of one sheet must not name the signatures of another that lies beside it.

    Returns:
        "disagree", "mirrored", "unread" as in `PageScan.seal_problem`.
    """
    if several_sheets(markers):
        return "disagree"
    if marks is None or not marks.trusted:
        flipped = cv2.flip(image, 1)
        mirrored = register(find_markers(flipped), ())
        return "mirrored" if mirrored is not None and mirrored.trusted else "unread"
    places = [marks.place_of(code.corners) for code in codes if code.text.startswith(PREFIX)]
    return "disagree" if None in places or len(set(places)) < len(places) else None


def _outline(image: Pixels, marks: Registration | None, codes: Sequence[Code]) -> tuple[Points | None, float, bool]:
    """Choose the page's corners: by its own marks where they are seen, else by its look.

    Returns:
        corners or None, confidence, whether the sheet is known to be A4.
    """
    if marks is not None and marks.trusted and marks.markers >= 3:
        return marks.corners, 0.99, True
    found = find_page(image)
    if found is None:
        return (marks.corners, 0.6, True) if marks is not None and marks.trusted else (None, 0.0, False)
    if marks is not None:
        gap = np.abs(np.roll(found.corners, -_nearest(found.corners, marks.corners[0]), axis=0) - marks.corners)
        if marks.trusted and gap.max() > 0.06 * np.ptp(marks.corners, axis=0).max():
            return marks.corners, 0.8, True
        return np.roll(found.corners, -_nearest(found.corners, marks.corners[0]), axis=0), found.confidence, True
    if codes:
        return _turned(found.corners, codes), found.confidence, False
    return _levelled(image, found.corners), found.confidence, False


def _nearest(corners: Points, point: Points) -> int:
    return int(np.argmin(np.linalg.norm(corners - point, axis=1)))


def _turned(corners: Points, codes: Sequence[Code]) -> Points:
    """Start the corners at the page's top left as the codes on it say: people print codes upright."""
    votes = np.zeros(4)
    for code in codes:
        up = code.corners[[0, 1]].mean(axis=0) - code.corners[[3, 2]].mean(axis=0)
        for turn in range(4):
            turned = np.roll(corners, -turn, axis=0)
            page_up = turned[[0, 1]].mean(axis=0) - turned[[3, 2]].mean(axis=0)
            votes[turn] += float(up @ page_up) / (float(np.linalg.norm(up) * np.linalg.norm(page_up)) + 1e-9)
    return np.roll(corners, -int(np.argmax(votes)), axis=0)


def _levelled(image: Pixels, corners: Points) -> Points:
    """Start the corners so that lines of text lie level, as near to the photo's own upright as that allows."""
    preview = straighten(image, corners, (512, 512))
    if not quarter_turns(preview):
        return corners
    # Text runs up or down the photo; a right-handed camera turned for a wide shot puts the page's top at the left.
    return np.roll(corners, 1, axis=0)


def _moved(codes: Sequence[Code], corners: Points, size: tuple[int, int]) -> tuple[Code, ...]:
    """Bring codes read in the straightened page back to pixels of the photo."""
    box = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    back = np.asarray(cv2.getPerspectiveTransform(box, corners.astype(np.float32)), np.float64)
    return tuple(Code(code.kind, code.text, project(back, code.corners)) for code in codes)


def _frame(image: Pixels) -> Points:
    height, width = image.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def _seal_places(image: Pixels, marks: Registration) -> list[tuple[int, int, int, int]]:
    """Where the two seals must lie in the picture, with room round them."""
    places = []
    for x, y, size in SEALS:
        room = 4.0
        box = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (size + 2 * room) + [x - room, y - room]
        corners = project(marks.matrix, box)
        low, high = corners.min(axis=0), corners.max(axis=0)
        places.append((int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1))
    return places
