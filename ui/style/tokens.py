"""Style tokens of `resources/style/tokens.toml`, typed, and the palette Qt makes of a theme."""

from __future__ import annotations

import tomllib
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

import msgspec
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from fieldkit.resource import resource

ThemeName = Literal["day", "night", "outdoor"]
THEMES: tuple[ThemeName, ...] = ("day", "night", "outdoor")
Tone = Literal["ink", "ink-quiet", "accent", "accent-ink", "ok", "warn", "danger", "info"]
"""What a piece of text or an icon says by its colour; always beside a word that says the same."""

_PROPERTY = "fieldkit.theme"


class Theme(msgspec.Struct, frozen=True):
    """One theme: its name, what the officer reads, line width in px and colours by token."""

    name: ThemeName
    label: str
    line_px: int
    colours: dict[str, str]

    def colour(self, token: str) -> QColor:
        """Return a token's colour."""
        return QColor(self.colours[token])


class Sizes(msgspec.Struct, frozen=True):
    """Sizes in px."""

    grid: int
    margin: int
    gap: int
    page_max: int
    radius: int
    target: int
    target_main: int
    row: int
    field: int
    icon: int
    rail: int
    rail_folded: int
    panel: int
    fold_below: int


class Type(msgspec.Struct, frozen=True):
    """Font families and sizes in px."""

    family: str
    fallback: str
    title: int
    section: int
    body: int
    secondary: int


@cache
def _file() -> MappingProxyType[str, dict[str, object]]:
    return MappingProxyType(tomllib.loads(resource("style", "tokens.toml").read_text("utf-8")))


@cache
def sizes() -> Sizes:
    """Return the sizes all themes share."""
    return msgspec.convert(_file()["size"], Sizes)


@cache
def type_scale() -> Type:
    """Return the type scale all themes share."""
    return msgspec.convert(_file()["type"], Type)


@cache
def load_theme(name: ThemeName) -> Theme:
    """Return a theme by name."""
    table = cast("dict[str, str | int]", _file()["theme"][name])
    colours = {key: value for key, value in table.items() if isinstance(value, str) and value.startswith("#")}
    return Theme(name, str(table["label"]), int(table["line_px"]), colours)


def remember_theme(app: QApplication, theme: Theme) -> None:
    """Keep the theme's name on the application, where widgets that paint look it up."""
    app.setProperty(_PROPERTY, theme.name)


def current_theme() -> Theme:
    """Return the running application's theme (day before one is set)."""
    app = QApplication.instance()
    name = app.property(_PROPERTY) if app is not None else None
    return load_theme(name if name in THEMES else "day")


def palette(theme: Theme) -> QPalette:
    """Return the palette Fusion draws with where no rule of the sheet reaches."""
    role, colour = QPalette.ColorRole, theme.colour
    made = QPalette()
    for target, token in (
        (role.Window, "ground"), (role.WindowText, "ink"), (role.Base, "surface"), (role.AlternateBase, "raised"),
        (role.Text, "ink"), (role.Button, "surface"), (role.ButtonText, "ink"), (role.BrightText, "danger"),
        (role.ToolTipBase, "surface"), (role.ToolTipText, "ink"), (role.PlaceholderText, "ink-quiet"),
        (role.Highlight, "accent"), (role.HighlightedText, "accent-ink"), (role.Link, "info"),
        (role.LinkVisited, "info"), (role.Light, "surface"), (role.Midlight, "raised"), (role.Mid, "line"),
        (role.Dark, "edge"), (role.Shadow, "edge"), (role.Accent, "accent"),
    ):  # fmt: skip
        made.setColor(target, colour(token))
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, colour("ink-quiet"))
    return made
