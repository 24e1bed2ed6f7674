from __future__ import annotations

import pytest

from fieldkit.instruments.binding import NotBound, bind, bind_text
from fieldkit.instruments.seal import PRACTICE_KEY, ForgedSeal, PracticeSeal, Seal, encode
from fieldkit.model.evidence import PageRef
from fieldkit.model.record import Revision
from tests.fieldkit.instruments.factories import COUNTY_KEY, DOCUMENT, OTHER_COUNTY_KEY, revision, values

DIGEST = "5a" * 32
KNOWN = {
    (DOCUMENT, 1): revision(values(), pages=2, digest="11" * 32),
    (DOCUMENT, 2): revision(values(), number=2, pages=3, digest=DIGEST),
}


def revisions(document: str, number: int) -> Revision | None:
    return KNOWN.get((document, number))


def seal(**changes: object) -> Seal:
    facts = {"document": DOCUMENT, "revision": 2, "page": 3, "pages": 3, "digest16": bytes.fromhex(DIGEST)[:16]}
    return Seal(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_page_this_kit_printed_is_bound() -> None:
    assert bind(seal(), revisions) == PageRef(document=DOCUMENT, revision=2, page=3)
    assert bind_text(encode(seal(), COUNTY_KEY), [COUNTY_KEY], revisions).page == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document": "3f333df6-90a4-4fda-8dd3-9485d27cee36"}, "seal.unknown_document"),
        ({"revision": 3}, "seal.other_revision"),
        ({"digest16": bytes(16)}, "seal.digest_differs"),
        ({"revision": 1}, "seal.digest_differs"),
        ({"page": 4, "pages": 4}, "seal.page_out_of_range"),
        ({"pages": 4}, "seal.page_out_of_range"),
    ],
)
def test_a_genuine_seal_of_another_page_binds_nothing_and_says_why(changes: dict[str, object], code: str) -> None:
    with pytest.raises(NotBound) as told:
        bind(seal(**changes), revisions)
    assert told.value.message_key == code
    assert "已保留" in told.value.zh
    assert "kept" in told.value.en


@pytest.mark.parametrize(("key", "error"), [(OTHER_COUNTY_KEY, ForgedSeal), (PRACTICE_KEY, PracticeSeal)])
def test_a_seal_under_another_key_binds_nothing(key: bytes, error: type[ForgedSeal]) -> None:
    with pytest.raises(error):
        bind_text(encode(seal(), key), [COUNTY_KEY], revisions)
