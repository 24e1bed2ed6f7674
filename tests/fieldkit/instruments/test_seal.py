from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.instruments.seal import PRACTICE_KEY, PREFIX, ForgedSeal, NotASeal, PracticeSeal, Seal, decode, encode
from tests.fieldkit.instruments.factories import COUNTY_KEY, DOCUMENT, OTHER_COUNTY_KEY

SEAL = Seal(document=DOCUMENT, revision=3, page=2, pages=5, digest16=bytes(range(16)))


@st.composite
def seals(draw: st.DrawFn) -> Seal:
    pages = draw(st.integers(1, 255))
    return Seal(
        document=str(draw(st.uuids())),
        revision=draw(st.integers(1, 65535)),
        page=draw(st.integers(1, pages)),
        pages=pages,
        digest16=draw(st.binary(min_size=16, max_size=16)),
    )


@given(seals(), st.binary(min_size=16, max_size=32))
def test_what_is_sealed_is_read_again(seal: Seal, key: bytes) -> None:
    text = encode(seal, key)
    assert len(text) == len(PREFIX) + 71
    assert decode(text, [OTHER_COUNTY_KEY, key]) == seal


@given(st.integers(0, 70), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_seal_changed_in_any_character_verifies_nowhere(at: int, character: str) -> None:
    text = encode(SEAL, COUNTY_KEY)
    place = len(PREFIX) + at
    altered = text[:place] + character + text[place + 1 :]
    if altered != text:
        with pytest.raises((ForgedSeal, NotASeal)):
            decode(altered, [COUNTY_KEY])


def test_another_countys_seal_is_told_as_foreign() -> None:
    with pytest.raises(ForgedSeal) as told:
        decode(encode(SEAL, OTHER_COUNTY_KEY), [COUNTY_KEY])
    assert told.value.message_key == "seal.forged"
    assert "外县" in told.value.zh


def test_a_practice_seal_is_told_as_such_by_a_kit_and_taken_where_practice_is_asked_for() -> None:
    text = encode(SEAL, PRACTICE_KEY)
    with pytest.raises(PracticeSeal):
        decode(text, [COUNTY_KEY])
    with pytest.raises(PracticeSeal):
        decode(text, [])
    assert decode(text, [PRACTICE_KEY]) == SEAL


@pytest.mark.parametrize(
    "text",
    ["", "FK1:", "https://example.com/q?1", "FK2:" + "A" * 71, "FK1:" + "A" * 70, "FK1:" + "a" * 71, "FK1:" + "1" * 71],
)
def test_other_codes_are_no_seals(text: str) -> None:
    with pytest.raises(NotASeal):
        decode(text, [COUNTY_KEY])


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises((NotASeal, ForgedSeal)):
        decode(PREFIX + text, [COUNTY_KEY])


@pytest.mark.parametrize("wrong", [{"page": 6}, {"page": 0}, {"revision": 0}, {"revision": 70000}, {"digest16": b"x"}])
def test_impossible_pages_are_never_sealed(wrong: dict[str, object]) -> None:
    facts = {"document": DOCUMENT, "revision": 1, "page": 1, "pages": 5, "digest16": bytes(16)}
    with pytest.raises(ValueError, match="no seal"):
        encode(Seal(**{**facts, **wrong}), COUNTY_KEY)  # type: ignore[arg-type]


def test_documents_are_named_by_their_uuid_in_one_form() -> None:
    upper = Seal(document=DOCUMENT.upper(), revision=1, page=1, pages=1, digest16=bytes(16))
    assert decode(encode(upper, COUNTY_KEY), [COUNTY_KEY]).document == str(uuid.UUID(DOCUMENT))
