"""Breaking Chinese text into lines by measured width: no line begins with 。or ends with （."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

NO_START: Final = frozenset("，。、；：？！）》〉”’】〕」』〗］｝…—～·％%‰℃°′″²³,.;:?!)]}")
"""What no line may begin with (GB/T 15834-2011, 5.1)."""

NO_END: Final = frozenset("（《〈“‘【〔「『〖［｛([{¥￥$＃#№")
"""What no line may end with."""

_WORD: Final = frozenset("/._-+@:&=~^")
"""Signs that hold a Latin word, number, code or address together."""

_MEASURES: Final = frozenset("年月日时分秒吨份张条个台套米次名人号元")
"""What stays with the figure before it: 7日, 2.4吨."""

_LEAST_FILLED: Final = 0.5
"""A line is not left emptier than this to keep a Latin word whole."""


class Line(NamedTuple):
    """One line: its text without outer spaces, its width, whether it ends a paragraph and begins one."""

    text: str
    width: float
    last: bool
    first: bool


def may_break(text: str, at: int, *, words: bool = True) -> bool:
    """Return whether a line may end before `text[at]`.

    Args:
        text: one paragraph.
        at: index of the first character of the next line, 1 or more.
        words: also keep Latin words, and numbers with their measures, whole.
    """
    last = at - 1
    while last > 0 and text[last].isspace():
        last -= 1
    before = text[last]
    after = text[at]
    if after.isspace() or after in NO_START or before in NO_END:
        return False
    if before == after and after in "…—":
        return False
    if not words or last != at - 1:
        return True
    return not (_in_word(before) and _in_word(after)) and not (before in "0123456789" and after in _MEASURES)


def break_paragraph(text: str, width: float, measure: Callable[[str], float], indent: float = 0) -> list[Line]:
    """Break one paragraph (no line ends inside) into lines of at most `width`; the first is `indent` shorter.

    `measure` gives the width of one character. Where no rule can be kept (a Latin word longer than a line, a row of
    closing marks), the rules give way, never the width; a single character wider than `width` stands alone.
    """
    text = text.strip()
    lines: list[Line] = []
    start = 0
    while start < len(text):
        room = width - (0 if lines else indent)
        end, filled = start, 0.0
        while end < len(text) and (filled + measure(text[end]) <= room + 1e-6 or end == start):
            filled += measure(text[end])
            end += 1
        while end < len(text) and text[end].isspace():
            end += 1
        if end < len(text):
            end = _break_at(text, start, end, room, measure)
        piece = text[start:end].strip()
        lines.append(Line(piece, sum(map(measure, piece)), end >= len(text), not lines))
        start = end
    return lines or [Line("", 0.0, True, True)]


def break_text(text: str, width: float, measure: Callable[[str], float], indent: float = 0) -> list[Line]:
    """Break text of several paragraphs; empty paragraphs are left out, since a record has no blank lines."""
    return [
        line
        for paragraph in text.split("\n")
        if paragraph.strip()
        for line in break_paragraph(paragraph, width, measure, indent)
    ]


def _break_at(text: str, start: int, end: int, room: float, measure: Callable[[str], float]) -> int:
    for words in (True, False):
        at = end
        while at > start + 1 and not may_break(text, at, words=words):
            at -= 1
        if may_break(text, at, words=words) and (
            not words or sum(map(measure, text[start:at])) >= room * _LEAST_FILLED
        ):
            return at
    return end


def _in_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in _WORD)
