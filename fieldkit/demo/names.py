"""Names, codes and ids of the demo county: fictional, valid in form, and the same for the same seed."""

from __future__ import annotations

import random
import tomllib
import uuid
from functools import cache

import msgspec

from fieldkit.resource import resource
from fieldkit.standards.uscc import check_digit

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://fieldkit.invalid/demo")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Industry(msgspec.Struct, frozen=True):
    """A GB/T 4754-2017 class with what its demo enterprises make and discharge; `key`, `other` weigh its frequency."""

    code: str
    name: str
    trades: tuple[str, ...]
    products: tuple[str, ...]
    water: tuple[str, ...]
    air: tuple[str, ...]
    key: int
    other: int


class _EnterpriseParts(msgspec.Struct, frozen=True):
    places: tuple[str, ...]
    first: str
    second: str


class _PersonParts(msgspec.Struct, frozen=True):
    surnames: str
    marks: str
    given: str


class _PlaceParts(msgspec.Struct, frozen=True):
    roads: tuple[str, ...]
    waters: tuple[str, ...]
    parks: tuple[str, ...]


class _StaffParts(msgspec.Struct, frozen=True):
    titles: tuple[str, ...]
    site_titles: tuple[str, ...]
    types: tuple[str, ...]
    scales: tuple[str, ...]
    credits: tuple[str, ...]


class Parts(msgspec.Struct, frozen=True):
    """The lists of `resources/demo/names.toml`."""

    enterprise: _EnterpriseParts
    person: _PersonParts
    place: _PlaceParts
    staff: _StaffParts


@cache
def parts() -> Parts:
    """Return the name lists."""
    return msgspec.toml.decode(resource("demo", "names.toml").read_bytes(), type=Parts)


@cache
def industries() -> tuple[Industry, ...]:
    """Return the industries of the county."""
    rows = tomllib.loads(resource("demo", "industries.toml").read_text("utf-8"))["industry"]
    return tuple(msgspec.convert(row, Industry) for row in rows)


def chances(seed: int, what: str) -> random.Random:
    """Return the dice of one thing, so that asking for more of one kind changes no other."""
    return random.Random(f"{seed}/{what}")  # noqa: S311 - repeatable on purpose, keeps nothing secret


def stable_id(seed: int, kind: str, what: object) -> str:
    """Return the id that this thing has in every run with this seed."""
    return str(uuid.uuid5(_NAMESPACE, f"{seed}/{kind}/{what}"))


def person(chance: random.Random) -> str:
    """Return a made-up person: surname, 演 or 示, one more character."""
    p = parts().person
    return chance.choice(p.surnames) + chance.choice(p.marks) + chance.choice(p.given)


def enterprise(trade: str, number: int, taken: set[str], chance: random.Random) -> str:
    """Return a name that is not in `taken` (it is added); after many tries the running number makes it one."""
    p = parts().enterprise
    for _ in range(8):
        name = f"{chance.choice(p.places)}{chance.choice(p.first)}{chance.choice(p.second)}{trade}有限公司"
        if name not in taken:
            break
    else:
        name = f"{name}第{number}分厂"
    taken.add(name)
    return name


def phone(number: int) -> str:
    """Return a number that no exchange can give out: the subscriber part begins with 0."""
    return f"0573-0{number % 10_000_000:07d}"


def uscc(number: int) -> str:
    """Return a unified social credit code of 海盐 that is right in form, with a fictional body.

    Source: GB 32100-2015; the body's own check digit by GB 11714-1997.
    """
    body = "MAXX"
    for place in (29791, 961, 31, 1):
        body += _ALPHABET[number // place % 31]
    first17 = "91330424" + body + _body_check(body)
    return first17 + check_digit(first17)


def _body_check(body: str) -> str:
    # GB 11714 counts letters in the full alphabet: A is 10, Z is 35.
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X0"[11 - total % 11]
