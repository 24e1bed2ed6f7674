"""Sentences in 现场情况: whether one stands there as lines of its own, and how it comes in and goes out."""

from __future__ import annotations


def stands(situation: str, text: str) -> bool:
    """Say whether `text` stands in the situation as whole lines, one behind the other."""
    return _place(_lines(situation), _wanted(text)) is not None


def added(situation: str, text: str) -> str:
    """Return the situation with `text` as its last paragraph, as it is if the text stands there already."""
    if not _wanted(text) or stands(situation, text):
        return situation
    return f"{situation.rstrip()}\n{text.strip()}" if situation.strip() else text.strip()


def removed(situation: str, text: str) -> str:
    """Return the situation without the lines of `text`; as it is where they do not stand."""
    lines, wanted = situation.split("\n"), _wanted(text)
    place = _place(_lines(situation), wanted)
    return situation if place is None else "\n".join(lines[:place] + lines[place + len(wanted) :])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def _wanted(text: str) -> list[str]:
    return _lines(text.strip()) if text.strip() else []


def _place(lines: list[str], wanted: list[str]) -> int | None:
    places = range(len(lines) - len(wanted) + 1) if wanted else ()
    return next((place for place in places if lines[place : place + len(wanted)] == wanted), None)
