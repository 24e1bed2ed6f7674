"""Where things stand on every page of every form: the fixed marks that imaging looks for, in millimetres of A4.

The origin is the top left corner of the page, y grows downwards. These figures are a contract between printing and
scanning: a page printed today is scanned years later, so a change of any of them is a new seal version.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MM: Final = 72 / 25.4
"""Points in a millimetre."""

PAGE_WIDTH: Final = 210.0
PAGE_HEIGHT: Final = 297.0


class Box(NamedTuple):
    """A rectangle: left, top, width, height in mm from the page's top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The right edge in mm."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The lower edge in mm."""
        return self.y + self.h

    def inset(self, by: float) -> Box:
        """Return the box without a margin of `by` mm on every side."""
        return Box(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)


FIDUCIAL_SIZE: Final = 9.0
"""Outer edge of a marker: six cells (four of data, one of black border each side) of 1.5 mm."""

FIDUCIALS: Final[dict[int, tuple[float, float, float]]] = {
    0: (8.0, 8.0, FIDUCIAL_SIZE),
    1: (193.0, 8.0, FIDUCIAL_SIZE),
    2: (193.0, 280.0, FIDUCIAL_SIZE),
    3: (8.0, 280.0, FIDUCIAL_SIZE),
}
"""ArUco DICT_4X4_50 id → (left, top, size): clockwise from the top left corner of the page."""

FIDUCIAL_CELLS: Final[dict[int, tuple[str, ...]]] = {
    0: ("000000", "010110", "001010", "000110", "000100", "000000"),
    1: ("000000", "000000", "011110", "010010", "010100", "000000"),
    2: ("000000", "000110", "000110", "000100", "011010", "000000"),
    3: ("000000", "010010", "010010", "001000", "001100", "000000"),
}
"""Cells of the four markers, top row first, `1` white: the first four words of OpenCV's DICT_4X4_50."""

SEAL_SIZE: Final = 26.0
SEALS: Final[tuple[tuple[float, float, float], ...]] = ((164.0, 8.0, SEAL_SIZE), (21.0, 249.0, SEAL_SIZE))
"""The two page seals, (left, top, size) without their quiet zone: far apart, so that one thumb hides only one."""

BODY: Final = Box(20.0, 38.0, 170.0, 182.0)
"""What a form may fill on each page, between head and foot."""

FOOT: Final = Box(20.0, 226.0, 170.0, 53.0)
"""The signature foot on every page."""

FOOT_ROWS: Final = (226.0, 245.0, 262.0, 279.0)
"""Tops of the foot's three rows and its lower edge."""

FOOT_LABELS: Final[dict[str, Box]] = {
    "opinion": Box(20.0, 226.0, 21.0, 19.0),
    "party": Box(103.0, 226.0, 9.0, 19.0),
    "inspectors": Box(51.0, 245.0, 21.0, 17.0),
    "recorder": Box(51.0, 262.0, 21.0, 17.0),
    "witness": Box(117.0, 262.0, 20.0, 17.0),
}
"""Cells that carry a printed label."""

_CELLS: Final[dict[str, Box]] = {
    "party": Box(112.0, 226.0, 50.0, 19.0),
    "inspector1": Box(72.0, 245.0, 45.0, 17.0),
    "inspector2": Box(117.0, 245.0, 45.0, 17.0),
    "recorder": Box(72.0, 262.0, 45.0, 17.0),
    "witness": Box(137.0, 262.0, 53.0, 17.0),
}

BOX_INSET: Final = 1.0
"""White between a cell's rule and its signature box, so that a rule is never taken for ink."""

SIGNATURE_BOXES: Final[dict[str, Box]] = {name: cell.inset(BOX_INSET) for name, cell in _CELLS.items()}
"""Where a signature belongs; nothing is printed inside."""

OPINION_BOX: Final = Box(41.0, 226.0, 62.0, 19.0)
"""The party's review opinion, in its own hand."""

DATE_BOXES: Final[dict[str, Box]] = {
    "party": Box(162.0, 226.0, 28.0, 19.0),
    "inspectors": Box(162.0, 245.0, 28.0, 17.0),
}
"""Dates beside the signatures; 年 月 日 is printed at their lower edge."""
