"""The look: contrast as SCREENS asks, whole themes, icons that exist, fonts that load."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fieldkit.errors import NetworkUnavailable
from fieldkit.resource import resource
from ui.style.fonts import rare_characters_font
from ui.style.sheet import style_sheet
from ui.style.surfaces import Notice
from ui.style.tokens import THEMES, ThemeName, load_theme, sizes, type_scale

GROUNDS = ("ground", "surface", "raised")
WORDS = ("ink", "ink-quiet", "accent", "ok", "warn", "danger", "info")
TONES = ("accent", "ok", "warn", "danger", "info")


def luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_every_text_can_be_read_on_every_ground(name: ThemeName) -> None:
    theme, least = load_theme(name), 7.0 if name == "outdoor" else 4.5
    pairs = [*product(WORDS, GROUNDS), *((tone, f"{tone}-soft") for tone in TONES)]
    pairs += [("ink", f"{tone}-soft") for tone in TONES]
    pairs += [("ink-quiet", f"{tone}-soft") for tone in TONES]
    pairs += [("accent-ink", "accent"), ("accent-ink", "accent-hover")]
    pairs += [("surface", tone) for tone in ("warn", "danger", "ink-quiet")]  # chosen big choices
    low = {pair: round(contrast(theme.colour(pair[0]), theme.colour(pair[1])), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < least} == {}


@pytest.mark.parametrize("name", THEMES)
def test_edges_of_controls_and_focus_are_seen(name: ThemeName) -> None:
    theme = load_theme(name)
    pairs = [*product(("edge", "focus"), GROUNDS), ("focus-on-accent", "accent")]
    low = {pair: round(contrast(theme.colour(pair[0]), theme.colour(pair[1])), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 3} == {}


def test_all_themes_have_the_same_tokens() -> None:
    first, *others = (set(load_theme(name).colours) for name in THEMES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", THEMES)
def test_the_sheet_uses_only_tokens_that_exist(name: ThemeName) -> None:
    assert "$" not in style_sheet(load_theme(name))


def test_nothing_is_smaller_than_can_be_read_and_hit() -> None:
    assert min(type_scale().secondary, type_scale().body) >= 14
    assert sizes().target >= 48
    assert all(int(size) >= 14 for size in re.findall(r"font-size: (\d+)px", style_sheet(load_theme("day"))))


def test_every_icon_named_in_the_code_exists() -> None:
    shipped = {path.stem for path in resource("icons").glob("*.svg")}
    code = "\n".join(path.read_text("utf-8") for path in Path("ui").rglob("*.py"))
    named = set(re.findall(r'(?:IconLabel\(|set_icon\(|EmptyState\(\s*)"([a-z0-9-]+)"', code))
    assert named
    assert named - shipped == set()


def test_the_shipped_font_draws_the_words_and_hanamin_the_rare_characters(dressed: QApplication) -> None:
    assert QFontInfo(dressed.font()).family() == "Noto Sans SC"
    assert rare_characters_font() is not None
    assert "HanaMinB" in " ".join(QFontDatabase.families())


@pytest.mark.parametrize("width", [300, 352, 900])
def test_a_long_notice_is_never_cut(dressed: QApplication, qtbot: QtBot, width: int) -> None:
    notice = Notice()
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.addWidget(notice)
    column.addStretch(1)
    qtbot.addWidget(holder)
    holder.resize(width, 700)
    holder.show()
    notice.fail(NetworkUnavailable(why="连接被拒绝 (connection refused)"))
    qtbot.waitUntil(lambda: notice.height() > 40)
    QApplication.processEvents()
    for words in notice.findChildren(QLabel):
        assert words.height() >= words.heightForWidth(words.width())
