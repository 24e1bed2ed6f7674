"""Laws and their days: an article is cited only while its law is in force on the day of the visit."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache

import msgspec

from fieldkit.errors import BugError
from fieldkit.resource import resource


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """A law or guide; `valid_to` is its last day, `confirmed` false where that day is assumed."""

    title: str
    valid_from: date
    valid_to: date | None = None
    confirmed: bool = True

    def in_force(self, day: date) -> bool:
        """Return whether the law is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Citation(msgspec.Struct, frozen=True):
    """An article of a law, by the law's id in `resources/forms/laws.toml`."""

    law: str
    article: str


class LawBook(msgspec.Struct, frozen=True):
    """Every law the forms, rules and checklists cite."""

    pending: str
    laws: dict[str, Law]

    def words(self, citations: Sequence[Citation], day: date) -> str:
        """Return the citations as printed for a visit on `day`: 《…》第…条, or 条款待核 for what is not in force.

        Raises:
            BugError: a citation names a law that is not in the book.
        """
        words: list[str] = []
        for citation in citations:
            law = self.laws.get(citation.law)
            if law is None:
                raise BugError(f"no law {citation.law!r}")
            word = f"《{law.title}》{citation.article}" if law.in_force(day) else self.pending
            if word not in words:
                words.append(word)
        return "、".join(words)


@cache
def law_book() -> LawBook:
    """Return the laws of `resources/forms/laws.toml`."""
    return msgspec.convert(tomllib.loads(resource("forms", "laws.toml").read_text("utf-8")), LawBook)
