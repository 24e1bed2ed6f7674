"""A list that scrolls in the right third: same as a page's scroll, on the panel's own ground."""

from __future__ import annotations

from ui.style.surfaces import Scroll
from ui.style.words import set_look


class SideList(Scroll):
    """`column` takes the lines."""

    def __init__(self, spacing: int = 8) -> None:
        super().__init__(margin=0)
        set_look(self, role="clear")
        inner = self.widget()
        if inner is not None:
            set_look(inner, role="clear")
        self.column.setSpacing(spacing)
