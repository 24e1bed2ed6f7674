"""What can be searched of each kind, cut so that SQLite finds any two characters in half a million names.

`search_text` is a contentless FTS5 table of pre-cut bigrams ("海盐示例" → 海盐 盐示 示例 例): two characters are one
lookup, one character is a prefix of bigrams, more are their intersection and then checked against the text itself.
`search_prefix` holds whole names, codes, pinyin and initials as sorted keys: exact and beginning matches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from fieldkit.model.enterprise import Enterprise
from fieldkit.model.officer import Officer
from fieldkit.model.task import Petition, Task
from fieldkit.model.visit import Visit
from fieldkit.replica import driver

SCHEMA_1 = (
    """
    CREATE TABLE search_doc (
        doc INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, lon REAL, lat REAL, keys TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX search_doc_id ON search_doc (kind, id)",
    "CREATE VIRTUAL TABLE search_text USING fts5 (t, content='', contentless_delete=1, detail=none, tokenize='ascii')",
    "CREATE TABLE search_prefix (key TEXT NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (key, doc)) WITHOUT ROWID",
)
KEY_LENGTH = 64
"""Longer names are keyed by their beginning."""


class Field(msgspec.Struct, frozen=True):
    """One searchable text. `whole`: its beginning is a key too; `sound` is for pinyin, which stands for the name."""

    name: str
    text: str
    whole: bool = False
    sound: bool = False


def fields(kind: str, thing: Any, enterprise_name: str = "") -> list[Field]:
    """Return what can be searched of a thing, the most telling first."""
    return [field for field in _fields(kind, thing, enterprise_name) if field.text]


def _fields(kind: str, thing: Any, enterprise_name: str) -> Iterator[Field]:
    match kind, thing:
        case "enterprise", Enterprise():
            yield Field("name", thing.name, whole=True)
            yield Field("uscc", thing.uscc, whole=True)
            for name in thing.former_names:
                yield Field("former_name", name, whole=True)
            yield Field("initials", thing.initials, whole=True, sound=True)
            yield Field("pinyin", thing.pinyin.replace(" ", ""), whole=True, sound=True)
            yield Field("legal_person", thing.legal_person)
            yield Field("address", thing.address)
            yield from (Field("permit", permit.number, whole=True) for permit in thing.permits)
            yield from (Field("outfall", f"{outfall.code} {outfall.name}") for outfall in thing.outfalls)
            yield from (Field("product", product) for product in thing.products)
        case "task", Task():
            yield Field("title", thing.title, whole=True)
            yield Field("enterprise", enterprise_name)
        case "petition", Petition():
            yield Field("number", thing.number, whole=True)
            yield Field("topic", thing.topic, whole=True)
            yield Field("enterprise", enterprise_name)
            yield Field("summary", thing.summary)
        case "visit", Visit():
            yield Field("number", thing.number, whole=True)
            yield Field("enterprise", thing.enterprise_name)
            yield from (Field("record", record.number, whole=True) for record in thing.records)
        case "officer", Officer():
            yield Field("name", thing.name, whole=True)
            yield Field("number", thing.number, whole=True)


def normal(text: str) -> str:
    """Return `text` as it is compared: full-width forms folded, lower case."""
    return "".join(_fold(character) for character in text)


def _fold(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


def find(needle: str, text: str) -> tuple[int, int] | None:
    """Return where `needle` (already normal) stands in `text`, as start and end of the text as written, or None."""
    folded = [_fold(character) for character in text]
    at = "".join(folded).find(needle)
    if at < 0 or not needle:
        return None
    position, start = 0, None
    for index, piece in enumerate(folded):
        if start is None and position + len(piece) > at:
            start = index
        position += len(piece)
        if start is not None and position >= at + len(needle):
            return start, index + 1
    return None


def bigrams(text: str) -> Iterator[str]:
    """Give the bigrams of each run of letters, digits and hanzi, and each run's last character alone."""
    for run in _RUN.findall(normal(text)):
        for index in range(len(run)):
            yield run[index : index + 2]


def match_of(words: list[str]) -> str:
    """Return the FTS5 expression all of `words` (normal) must meet, "" if nothing can be looked up."""
    terms: dict[str, None] = {}
    for word in words:
        for run in _RUN.findall(word):
            if len(run) == 1:
                terms[f'"{run}"*'] = None
            else:
                terms.update((f'"{a}{b}"', None) for a, b in pairwise(run))
    return " AND ".join(terms)


def add(replica: driver.Connection, kind: str, entity_id: str, thing: Any) -> None:
    """Index a thing that has no entry, inside the caller's transaction."""
    found = fields(kind, thing, _enterprise_name(replica, thing))
    if not found:
        return
    keys = list(dict.fromkeys(normal(field.text)[:KEY_LENGTH] for field in found if field.whole))
    point = thing.point if isinstance(thing, Enterprise) else None
    doc = replica.execute(
        "INSERT INTO search_doc (kind, id, lon, lat, keys) VALUES (?, ?, ?, ?, ?)",
        (kind, entity_id, point.lon if point else None, point.lat if point else None, "\n".join(keys)),
    ).lastrowid
    text = " ".join(gram for field in found if not field.sound for gram in bigrams(field.text))
    replica.execute("INSERT INTO search_text (rowid, t) VALUES (?, ?)", (doc, text))
    replica.executemany("INSERT OR IGNORE INTO search_prefix VALUES (?, ?)", [(key, doc) for key in keys])


def remove(replica: driver.Connection, kind: str, entity_id: str) -> None:
    """Take a thing out of the index, inside the caller's transaction."""
    row = replica.execute("SELECT doc, keys FROM search_doc WHERE kind = ? AND id = ?", (kind, entity_id)).fetchone()
    if row is None:
        return
    doc, keys = row
    replica.execute("DELETE FROM search_text WHERE rowid = ?", (doc,))
    replica.executemany("DELETE FROM search_prefix WHERE key = ? AND doc = ?", [(key, doc) for key in keys.split("\n")])
    replica.execute("DELETE FROM search_doc WHERE doc = ?", (doc,))


def _enterprise_name(replica: driver.Connection, thing: Any) -> str:
    if not isinstance(thing, Task | Petition) or not thing.enterprise_id:
        return ""
    row = replica.execute("SELECT name FROM enterprise WHERE id = ?", (thing.enterprise_id,)).fetchone()
    return str(row[0]) if row else ""


_RUN = re.compile(r"[0-9a-z\u0080-\U0010ffff]+")
"""What FTS5's `ascii` tokenizer takes for one token."""
