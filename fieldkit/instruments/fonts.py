"""The fonts of instruments: where they are, which of them writes a character, and how wide it is."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from reportlab.pdfbase import pdfmetrics

from fieldkit.errors import KnownError
from fieldkit.instruments.embedding import EmbeddedFont
from fieldkit.resource import resource

SERIF: Final = "NotoSerifSC-Regular.ttf"
RARE: Final = "HanaMinB.ttf"
"""Characters of Extension B and beyond, which names of people and places need."""


SUBSCRIPTS: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True))
"""Small figures of NH₃ and SO₂, which neither font has: set as lowered small figures."""

SUBSCRIPT_SCALE: Final = 0.62
SUBSCRIPT_DROP_EM: Final = 0.12

_loading = threading.Lock()
"""The record check asks for fonts on one thread while a page is drawn on another."""


class Run(NamedTuple):
    """A piece of text one font writes; `lowered` is set small and below the line."""

    font: str
    text: str
    lowered: bool = False


class FontMissing(KnownError):
    """A font file is not on this machine."""

    key = "fonts.missing_file"


class GlyphMissing(KnownError):
    """No font at hand can write a character."""

    key = "fonts.missing_glyph"


def folders() -> tuple[Path, ...]:
    """Return where font files are looked for, first match first: shipped, set up with the environment, the system's."""
    return (
        resource("fonts"),
        Path(sys.prefix, "share", "fonts"),
        Path("/usr/share/fonts/truetype/hanazono"),
    )


def locate(file: str) -> Path | None:
    """Return the path of a font file, or None."""
    return next((folder / file for folder in folders() if (folder / file).is_file()), None)


def missing() -> tuple[str, ...]:
    """Return the font files this machine lacks, for `fieldkit doctor`."""
    return tuple(file for file in (SERIF, RARE) if locate(file) is None)


class FontSet:
    """The fonts one document is written with, tried in order.

    Args:
        files: font files in order of preference; the first must exist, the others may be missing until needed.
    """

    def __init__(self, *files: Path | None) -> None:
        self._files = files
        self._names: dict[str, str] = {}

    def font_of(self, character: str) -> str:
        """Return the registered font that writes `character`, or "" if none does."""
        known = self._names.get(character)
        if known is None:
            known = self._names[character] = self._find(ord(SUBSCRIPTS.get(character, character)))
        return known

    def _find(self, code: int) -> str:
        for file in self._files:
            if file is not None:
                font = _load(file)
                if code in font.face.charToGlyph:
                    return str(font.fontName)
        return ""

    def runs(self, text: str) -> Iterator[Run]:
        """Yield the pieces of `text` that one font writes, in order.

        Raises:
            GlyphMissing: a character is in none of the fonts.
        """
        for (font, lowered), group in groupby(text, lambda c: (self.font_of(c), c in SUBSCRIPTS)):
            piece = "".join(group)
            if not font:
                raise GlyphMissing(characters=_listed([piece[0]]))
            yield Run(font, "".join(SUBSCRIPTS.get(c, c) for c in piece) if lowered else piece, lowered)

    def width(self, text: str, size_pt: float) -> float:
        """Return the width of `text` in points."""
        return sum(
            float(pdfmetrics.stringWidth(run.text, run.font, size_pt)) * (SUBSCRIPT_SCALE if run.lowered else 1)
            for run in self.runs(text)
        )

    def require(self, text: str) -> None:
        """Check that every character of `text` can be written.

        Raises:
            GlyphMissing: names all that can't.
        """
        absent = self.absent(text)
        if absent:
            raise GlyphMissing(characters=absent)

    def absent(self, text: str) -> str:
        """Return the characters of `text` that no font has, in words; "" if there are none."""
        return _listed(sorted({c for c in text if c != "\n" and not self.font_of(c)}))

    def identity(self, text: str) -> str:
        """Return the id of the fonts `text` needs: it goes into the revision's digest."""
        used = {self.font_of(c) for c in text if c != "\n"}
        return "+".join(
            f"{file.stem}@{_file_digest(file)[:16]}"
            for i, file in enumerate(self._files)
            if file is not None and (i == 0 or file.stem in used)
        )


@cache
def instrument_fonts() -> FontSet:
    """Return Noto Serif SC with HanaMinB behind it.

    Raises:
        FontMissing: Noto Serif SC is not installed.
    """
    serif = locate(SERIF)
    if serif is None:
        raise FontMissing(file=SERIF)
    return FontSet(serif, locate(RARE))


def printable(text: str) -> str:
    """Return `text` as it goes on paper: one kind of line end, no tabs, no invisible control characters.

    A letter with marks behind it becomes one character where there is one (a + U+030A: å). Whole-text NFC would not do:
    it also changes compatibility ideographs, with which people write their names.
    """
    plain = _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    plain = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "  ")
    plain = plain.replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(_spaced(c) for c in plain if c == "\n" or not _invisible(c))


_MARKED = re.compile("[A-Za-z\u00c0-\u1fff][\u0300-\u036f]+")


def _spaced(character: str) -> str:
    """Return a plain space for the many kinds of space; the full-width one stays."""
    return " " if character != "\u3000" and unicodedata.category(character) == "Zs" else character


def _invisible(character: str) -> bool:
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return True  # variation selectors: the base character is what matters
    return unicodedata.category(character) in ("Cc", "Cf")  # private use and unassigned stay: GlyphMissing tells


def _listed(characters: list[str]) -> str:
    return "、".join(f"{c if c.isprintable() else ''}(U+{ord(c):04X})" for c in characters[:20])


def _load(file: Path) -> EmbeddedFont:
    """Return a font, loaded once a process: a second one of its name would take the place of one being drawn with."""
    with _loading:
        return _loaded(file)


@cache
def _loaded(file: Path) -> EmbeddedFont:
    font = EmbeddedFont(file.stem, str(file), asciiReadable=False)
    pdfmetrics.registerFont(font)
    return font


@cache
def _file_digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
