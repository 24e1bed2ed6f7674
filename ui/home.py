"""Where this machine's kit is; imports nothing, so that the log-in window can ask."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME = "FIELDKIT_HOME"


def home() -> Path:
    """Return the kit's folder: $FIELDKIT_HOME, else where the system keeps an application's data."""
    if chosen := os.environ.get(HOME):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "fieldkit"
