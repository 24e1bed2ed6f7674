"""Search everything: exact before beginning before pinyin before contained, the nearest first among equals."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from fieldkit.model.place import Point
from fieldkit.replica import archives, officers, search_index, tasks, visits
from fieldkit.replica.connections import Connections
from fieldkit.replica.search_index import Field

CANDIDATES = 200
"""How many are looked at: ranking all 83,000 hits of a common word costs 35–370 ms."""
AROUND = 12
"""Characters of context on each side of the match."""
MARK = "【", "】"


class Hit(msgspec.Struct, frozen=True):
    """One thing found.

    `matched` is the part of the thing's own text that met the query, `snippet` that text with the part between 【 and
    】, `field` which text it was (name, uscc, initials, address …).
    """

    kind: str
    id: str
    title: str
    matched: str
    snippet: str
    field: str = ""


class Search:
    """Searches archives, tasks, petitions, visits and officers, unsent visits among them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def __call__(self, text: str, limit: int = 20, near: Point | None = None) -> list[Hit]:
        """Return up to `limit` things that hold all words of `text`.

        Args:
            text: name, part of a name, code, part of a code, pinyin or its initials; words parted by white space.
            limit: at most 200.
            near: sorts equals by distance.
        """
        words = search_index.normal(text).split()
        if not words or limit <= 0:
            return []
        limit = min(limit, CANDIDATES)
        hits = self._unsent(words)
        seen = {(hit.kind, hit.id) for hit in hits}
        for rank in (self._by_key("".join(words)), self._by_text(words, limit)):
            if len(hits) >= limit:
                break
            found = [row for row in rank if (row[1], row[2]) not in seen]
            for _, kind, entity_id, _, _ in _ordered(found, near):
                hit = self._hit(kind, entity_id, words)
                if hit is not None and (kind, entity_id) not in seen:
                    seen.add((kind, entity_id))
                    hits.append(hit)
                if len(hits) >= limit:
                    break
        return hits[:limit]

    def _by_key(self, key: str) -> list[tuple[Any, ...]]:
        """Return candidates whose name, code or pinyin begins with `key`: (0 exact | 1 begins, kind, id, lon, lat)."""
        return self._connections.all(
            "SELECT key <> ?, kind, id, lon, lat FROM search_prefix JOIN search_doc USING (doc)"
            " WHERE key >= ? AND key < ? LIMIT ?",
            (key, key, key + "\U0010ffff", CANDIDATES),
        )

    def _by_text(self, words: list[str], limit: int) -> list[tuple[Any, ...]]:
        match = search_index.match_of(words)
        if not match:
            return []
        return self._connections.all(
            "SELECT 2, kind, id, lon, lat FROM search_text JOIN search_doc ON doc = search_text.rowid"
            " WHERE search_text MATCH ? LIMIT ?",
            (match, max(CANDIDATES, 2 * limit)),
        )

    def _hit(self, kind: str, entity_id: str, words: list[str]) -> Hit | None:
        row = self._connections.one(
            f"SELECT body FROM main.{kind} WHERE id = ?",  # noqa: S608  # a kind of the index
            (entity_id,),
        )
        if row is None:
            return None
        thing = self._connections.decode(_DECODERS[kind], row[0])
        name = ""
        if kind in ("task", "petition") and thing.enterprise_id:
            named = self._connections.one("SELECT name FROM enterprise WHERE id = ?", (thing.enterprise_id,))
            name = named[0] if named else ""
        return _mark(kind, entity_id, _title(kind, thing), search_index.fields(kind, thing, name), words)

    def _unsent(self, words: list[str]) -> list[Hit]:
        """Find visits that only this kit has; they are few, so all are looked at."""
        rows = self._connections.all(
            "SELECT id, number, enterprise_name FROM projected_visit"
            " WHERE state NOT IN ('sent', 'filed') ORDER BY opened_at DESC LIMIT 200"
        )
        found = []
        for visit_id, number, name in rows:
            texts = [Field("number", number), Field("enterprise", name)]
            hit = _mark("visit", visit_id, f"{name} {number}", texts, words)
            if hit is not None:
                found.append(hit)
        return found


_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "enterprise": archives.decoder,
    "visit": visits.decoder,
    "task": tasks.task_decoder,
    "petition": tasks.petition_decoder,
    "officer": officers.decoder,
}


def _title(kind: str, thing: Any) -> str:
    match kind:
        case "enterprise" | "officer":
            return str(thing.name)
        case "task":
            return str(thing.title)
        case "petition":
            return f"{thing.number} {thing.topic}"
    return f"{thing.enterprise_name} {thing.number}"


def _ordered(rows: list[tuple[Any, ...]], near: Point | None) -> list[tuple[Any, ...]]:
    """Sort candidates: rank, then archives before other kinds, then distance; ties keep the index's order."""

    def order(row: tuple[Any, ...]) -> tuple[Any, ...]:
        rank, kind, _, lon, lat = row
        return rank, kind != "enterprise", _distance_km(lon, lat, near)

    return sorted(rows, key=order)


def _distance_km(lon: float | None, lat: float | None, near: Point | None) -> float:
    """Return the distance on a plane: good to a metre or so within a county, and only used to sort."""
    if near is None or lon is None or lat is None:
        return math.inf if near is not None else 0.0
    x = (lon - near.lon) * math.cos(math.radians(near.lat)) * 111.32
    return math.hypot(x, (lat - near.lat) * 110.57)


def _mark(kind: str, entity_id: str, title: str, fields: list[Field], words: list[str]) -> Hit | None:
    """Return the hit with its match marked, or None when the words are not really all there."""
    joined = "".join(words)
    for field in fields:
        if field.sound:
            if search_index.normal(field.text).startswith(joined):
                matched, snippet = _sounding(field, title, joined)
                return Hit(kind, entity_id, title, matched, snippet, field.name)
        elif place := search_index.find(joined, field.text):
            return Hit(kind, entity_id, title, *_shown(field.text, place), field.name)
    first: tuple[Field, tuple[int, int]] | None = None
    for word in words:
        placed = ((field, search_index.find(word, field.text)) for field in fields if not field.sound)
        best = next(((field, place) for field, place in placed if place), None)
        if best is None:
            return None
        first = first or best
    if first is None:
        return None
    return Hit(kind, entity_id, title, *_shown(first[0].text, first[1]), first[0].name)


def _shown(text: str, place: tuple[int, int]) -> tuple[str, str]:
    start, end = place
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    lead = "…" if start > AROUND else ""
    tail = "…" if end + AROUND < len(text) else ""
    return text[start:end], f"{lead}{before}{MARK[0]}{text[start:end]}{MARK[1]}{after}{tail}"


def _sounding(field: Field, title: str, typed: str) -> tuple[str, str]:
    """Mark the characters that initials stand for; full pinyin marks as it was typed."""
    if field.name == "initials" and len(field.text) == len(title):
        return _shown(title, (0, len(typed)))
    return typed, f"{title}（{field.text[: len(typed)]}）"
