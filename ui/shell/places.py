"""Where in the window one can be, the way back, and what a page must offer."""

from __future__ import annotations

from typing import Literal

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

PlaceName = Literal[
    "today", "tasks", "archives", "archive", "visits", "visit", "past_visit", "sync", "devices", "settings"
]

RAIL_OF: dict[PlaceName, PlaceName] = {"archive": "archives", "visit": "visits", "past_visit": "visits"}
"""A page without a rail entry of its own → the entry that is marked while it shows."""


class Place(msgspec.Struct, frozen=True):
    """A page, and which enterprise or visit it shows."""

    name: PlaceName
    id: str = ""


class Page(QWidget):
    """One page of the window.

    Signals:
        go: a Place to show next.
        start_visit: enterprise id and task id ("" for none): begin an inspection there.

    Attributes:
        wants: kinds whose changes make `refresh` be called.
    """

    go = Signal(object)
    start_visit = Signal(str, str)
    wants: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def refresh(self) -> None:
        """Ask for the page's content anew; returns at once, rows come as they come."""

    def leave(self) -> None:
        """Let go of what the page holds; it is about to be deleted."""

    def focus_first(self) -> None:
        """Put the keyboard where work begins; by default on no control, so that nothing is pressed by chance."""
        self.setFocus()
