"""Finding controls by their accessible name: the handle an officer's screen reader and our tests share."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget


def named(within: QWidget, name: str) -> Any:
    """Return the visible control with this accessible name.

    Raises:
        LookupError: none or several have it; the names that exist are listed.
    """
    found = [widget for widget in within.findChildren(QWidget) if widget.accessibleName() == name]
    shown = [widget for widget in found if widget.isVisibleTo(within)]
    if len(shown) != 1:
        names = sorted({widget.accessibleName() for widget in within.findChildren(QWidget) if widget.accessibleName()})
        raise LookupError(f"{len(shown)} visible of {len(found)} named {name!r}; there are: {', '.join(names)}")
    return shown[0]
