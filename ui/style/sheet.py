"""The one style sheet, made from the tokens, and how a theme is put on the application."""

from __future__ import annotations

from string import Template

import msgspec
from PySide6.QtWidgets import QApplication

from fieldkit.resource import resource
from ui.style.tokens import Theme, ThemeName, load_theme, palette, remember_theme, sizes, type_scale

_BUTTON_BORDER = 4  # px, both edges of a control that is drawn with a 2 px border


def style_sheet(theme: Theme) -> str:
    """Return the QSS of a theme.

    Raises:
        KeyError: the sheet uses a token that the theme doesn't have.
    """
    names: dict[str, object] = {token.replace("-", "_"): colour for token, colour in theme.colours.items()}
    names |= msgspec.structs.asdict(sizes()) | msgspec.structs.asdict(type_scale())
    names |= {
        "line_px": theme.line_px,
        "button_inner": sizes().target - _BUTTON_BORDER,
        "button_main_inner": sizes().target_main - _BUTTON_BORDER,
        "button_focus_inner": sizes().target - _BUTTON_BORDER - 2,
        "button_main_focus_inner": sizes().target_main - _BUTTON_BORDER - 2,
        "field_inner": sizes().field - _BUTTON_BORDER,
        "icon_down": (
            resource("icons", "chevron-down-light.svg" if theme.name == "night" else "chevron-down-dark.svg").as_posix()
        ),
    }
    return Template(resource("style", "sheet.qss").read_text("utf-8")).substitute(names)


def apply_theme(app: QApplication, name: ThemeName) -> Theme:
    """Dress the running application; open windows follow at once."""
    theme = load_theme(name)
    remember_theme(app, theme)
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))
    return theme
