"""The bottle label: one sample as a 1-bit picture for a 576-dot thermal head, its number also as CODE128."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from fieldkit.errors import InvalidInput
from fieldkit.instruments.fonts import RARE, FontMissing, GlyphMissing, locate, printable
from fieldkit.model.evidence import Sample
from fieldkit.model.stamp import local

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

WIDTH: Final = 576
"""Dots: 72 mm at 203 dpi."""

SANS: Final = "NotoSansSC-Regular.ttf"
STATES: Final = ("待测", "在测", "已测")

_MARGIN: Final = 14
_KEY_WIDTH: Final = 118
_BAR_HEIGHT: Final = 96
_MAX_LINES: Final = 5
"""Lines a value may take; a longer one ends with … : the whole of it stands in the sampling record."""
_QUIET_MODULES: Final = 10
"""CODE128 wants ten modules of white on both sides (ISO/IEC 15417 4.3.3)."""

_SMALLEST_MODULE: Final = 2
"""Dots: 0.25 mm, the narrowest bar a wand's or phone's reader takes from a thermal print."""


def bottle_label(sample: Sample, party_name: str, *, taken: datetime | None = None, demo: bool = False) -> Image.Image:
    """Draw the label of one bottle.

    Args:
        sample: its number becomes the barcode: ASCII, some 20 characters at most.
        party_name: the inspected party.
        taken: aware; the sample's own time where None. Printed in China's time.
        demo: adds 演示数据.

    Returns:
        A 1-bit picture 576 dots wide, as high as its text needs; black is 0.

    Raises:
        InvalidInput: the number is empty, not ASCII, or too long to be read back from bars.
        GlyphMissing: no font at hand writes a character.
    Source: DOMAIN 4, 样品标签; HJ 91.1-2019 9.5 (label of a sample).
    """
    bars = _bars(sample.number)
    moment = taken or (sample.taken_at.at if sample.taken_at else None)
    rows = (
        ("受检单位", party_name),
        ("采样点位", " ".join(part for part in (sample.point_code, sample.point_name) if part)),
        ("采样时间", local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""),
        ("监测项目", "、".join(sample.items)),
        ("保存剂", sample.preservative or "无"),
        ("介质容器", " · ".join(part for part in (sample.medium, sample.container) if part)),
        ("采样人", sample.sampler),
    )
    sheet = _Sheet()
    sheet.head("样品标签", sample.state, demo)
    sheet.number(sample.number)
    sheet.bars(bars)
    for key, value in rows:
        if value or key != "介质容器":
            sheet.row(key, _writable(printable(value).replace("\n", " ")))
    return sheet.finished()


class _Sheet:
    """Draws from the top down on a tall sheet and crops it at the end."""

    def __init__(self) -> None:
        self._picture = Image.new("L", (WIDTH, 2400), 255)
        self._draw = ImageDraw.Draw(self._picture)
        self._y = 10

    def head(self, title: str, state: str, demo: bool) -> None:
        """The kind of label, 演示数据 in reverse, and the three states with one ticked."""
        _write(self._draw, (_MARGIN, self._y), title, 30, stroke=1)
        x = _MARGIN + _width(title, 30) + 16
        if demo:
            wide = _width("演示数据", 24)
            self._draw.rectangle((x, self._y + 4, x + wide + 15, self._y + 39), fill=0)
            _write(self._draw, (x + 8, self._y + 4), "演示数据", 24, ink=255)
        x = WIDTH - _MARGIN
        for word in reversed(STATES):
            x -= _width(word, 24)
            _write(self._draw, (x, self._y + 4), word, 24)
            x -= 28
            box = (x, self._y + 11, x + 21, self._y + 32)
            self._draw.rectangle(box, outline=0, width=2)
            if word == state:
                self._draw.line((x + 4, box[1] + 11, x + 9, box[3] - 5, x + 18, box[1] + 4), fill=0, width=4)
            x -= 12
        self._y += 52
        self._rule(3)

    def number(self, number: str) -> None:
        """The sample's number, as large as the width allows."""
        size = next((size for size in range(54, 20, -2) if _width(number, size) <= WIDTH - 2 * _MARGIN), 20)
        _write(self._draw, ((WIDTH - _width(number, size)) // 2, self._y), number, size, stroke=1)
        self._y += round(size * 1.45) + 6

    def bars(self, modules: str) -> None:
        """CODE128, bars on whole dots and as wide as fit."""
        dots = (WIDTH // (len(modules) + 2 * _QUIET_MODULES)) or 1
        left = (WIDTH - dots * len(modules)) // 2
        for index, module in enumerate(modules):
            if module == "1":
                x = left + index * dots
                self._draw.rectangle((x, self._y, x + dots - 1, self._y + _BAR_HEIGHT - 1), fill=0)
        self._y += _BAR_HEIGHT + 12
        self._rule(2)

    def row(self, key: str, value: str) -> None:
        """A named value, wrapped under itself."""
        _write(self._draw, (_MARGIN, self._y + 2), key, 24)
        lines = _wrapped(value, 28, WIDTH - 2 * _MARGIN - _KEY_WIDTH) or [""]
        if len(lines) > _MAX_LINES:
            lines = [*lines[: _MAX_LINES - 1], lines[_MAX_LINES - 1][:-2] + "…"]
        for line in lines:
            _write(self._draw, (_MARGIN + _KEY_WIDTH, self._y - 2), line, 28)
            self._y += 38
        self._y += 4

    def finished(self) -> Image.Image:
        """Return what was drawn as pure black and white."""
        self._y += 4
        height = min(self._y + 8, self._picture.height)
        return self._picture.crop((0, 0, WIDTH, height)).point(lambda level: 255 * (level >= 150), mode="1")

    def _rule(self, thick: int) -> None:
        self._draw.rectangle((_MARGIN, self._y, WIDTH - _MARGIN - 1, self._y + thick - 1), fill=0)
        self._y += thick + 8


def _writable(text: str) -> str:
    """Return a text with subscripts and the like (₂, ℃) in plain form where no font has them: H₂SO₄ becomes H2SO4."""
    return "".join(c if _has(c) else _plain(c) for c in text)


def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if all(map(_has, plain)) else character


def _has(character: str) -> bool:
    return any(ord(character) in _characters(file) for file in (SANS, RARE))


def _bars(number: str) -> str:
    """Return the modules of a number in CODE128, "1" for a bar.

    Raises:
        InvalidInput: empty, not printable ASCII, or too long for bars that can be read.
    """
    import numpy as np
    import zxingcpp

    if not number or not all(" " <= character <= "~" for character in number):
        raise InvalidInput("label.number_not_ascii", number=number)
    code = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.Code128)
    bars = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    modules = "".join("0" if level else "1" for level in np.asarray(bars)[0])
    if (len(modules) + 2 * _QUIET_MODULES) * _SMALLEST_MODULE > WIDTH:
        raise InvalidInput("label.number_too_long", number=number)
    return modules


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, *, stroke: int = 0, ink: int = 0
) -> None:
    x, y = at
    for font, piece in _runs(text, size):
        draw.text((x, y + round(size * 1.16)), piece, fill=ink, font=font, anchor="ls", stroke_width=stroke)
        x += font.getlength(piece)


def _width(text: str, size: int) -> int:
    return round(sum(font.getlength(piece) for font, piece in _runs(text, size)))


def _wrapped(text: str, size: int, width: int) -> list[str]:
    """Return the lines of a value: broken after 、 or a space where one stands late enough, else between any two."""
    lines: list[str] = []
    line = ""
    for character in text:
        if line and _width(line + character, size) > width and character not in "，。、；：）”":
            cut = max(line.rfind("、"), line.rfind(" ")) + 1
            if cut <= len(line) // 2:
                cut = len(line)
            lines.append(line[:cut].rstrip())
            line = line[cut:]
        line += character
    return [*lines, line] if line else lines


def _runs(text: str, size: int) -> Iterator[tuple[FreeTypeFont, str]]:
    """Yield the pieces of a text that one font writes."""
    piece, last = "", ""
    for character in text:
        file = _file_of(character)
        if piece and file != last:
            yield _font(last, size), piece
            piece = ""
        piece += character
        last = file
    if piece:
        yield _font(last, size), piece


@cache
def _file_of(character: str) -> str:
    for file in (SANS, RARE):
        if ord(character) in _characters(file):
            return file
    raise GlyphMissing(characters=f"{character}(U+{ord(character):04X})")


@cache
def _characters(file: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    path = locate(file)
    if path is None:
        return frozenset()
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def _font(file: str, size: int) -> FreeTypeFont:
    path = locate(file)
    if path is None:
        raise FontMissing(file=file)
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
