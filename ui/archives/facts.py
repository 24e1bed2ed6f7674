"""Facts in two columns: what it is on the left, quiet; what it says on the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.style.words import label, set_look


class Facts(QWidget):
    """Pairs of name and value; empty values are left out."""

    def __init__(self, pairs: Sequence[tuple[str, str]], *, name_width: int = 96) -> None:
        super().__init__()
        set_look(self, role="clear")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for name, value in pairs:
            if value:
                at = grid.rowCount()
                left = label(name, "secondary")
                left.setFixedWidth(name_width)
                left.setContentsMargins(0, 2, 0, 0)
                right = label(value, wrap=True, selectable=True)
                right.setAccessibleName(f"{name} {value}")
                grid.addWidget(left, at, 0, top)
                grid.addWidget(right, at, 1, top)
