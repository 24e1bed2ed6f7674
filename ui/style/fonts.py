"""The screen fonts: Noto Sans SC shipped with the program, HanaMinB for characters of Extension B and beyond."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from fieldkit.resource import resource
from ui.style.tokens import type_scale

_HANAZONO = (Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),)


def rare_characters_font() -> Path | None:
    """Return HanaMinB's file, from the bundle or from Debian's `fonts-hanazono`, or None."""
    bundled = resource("fonts") / "HanaMinB.ttf"
    return next((path for path in (bundled, *_HANAZONO) if path.is_file()), None)


def load_fonts() -> QFont:
    """Register the fonts and return the one of body text, tabular figures on."""
    scale = type_scale()
    QFontDatabase.addApplicationFont(str(resource("fonts", "NotoSansSC-Regular.ttf")))
    families = [scale.family]
    rare = rare_characters_font()
    if rare is not None:
        QFontDatabase.addApplicationFont(str(rare))
        families.append(scale.fallback)
    font = QFont()
    font.setFamilies(families)
    font.setPixelSize(scale.body)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
