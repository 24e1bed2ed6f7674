"""A search field: magnifier at the left in the theme's colour, × to clear at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLineEdit

from ui.style.icons import icon


class SearchField(QLineEdit):
    """What one types to find things.

    Args:
        name: accessible name.
        hint: what may be typed, shown while it is empty.
    """

    def __init__(self, name: str, hint: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setClearButtonEnabled(True)
        self._glass = self.addAction(icon("search", "ink-quiet"), QLineEdit.ActionPosition.LeadingPosition)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the magnifier anew when the theme changes."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._glass.setIcon(icon("search", "ink-quiet"))
        super().changeEvent(event)
