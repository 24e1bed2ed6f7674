from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.scanning.whole import Broken, media_type, prove_whole


def picture(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((160, 200), 60).save(out, kind, **options)
    return out.getvalue()


JPEG = picture("JPEG")
PROGRESSIVE = picture("JPEG", progressive=True)
PNG = picture("PNG")
TIFF = picture("TIFF")


@pytest.mark.parametrize("data", [JPEG, PROGRESSIVE, PNG, TIFF], ids=["jpeg", "progressive", "png", "tiff"])
def test_whole_pictures_pass(data: bytes) -> None:
    prove_whole("page", data)
    assert media_type(data).startswith("image/")


def test_a_whole_pdf_passes_and_a_cut_one_does_not(pdf: bytes) -> None:
    prove_whole("page.pdf", pdf)
    for cut in (0, 8, len(pdf) // 2, len(pdf) - 7):
        with pytest.raises(Broken):
            prove_whole("page.pdf", pdf[:cut])


@given(st.sampled_from([JPEG, PROGRESSIVE, PNG]), st.data())
def test_a_picture_cut_anywhere_does_not_pass(data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data) - 2 if data[:1] == b"\xff" else len(data) - 12))
    with pytest.raises(Broken):
        prove_whole("page", data[:cut])


def test_padding_behind_the_end_is_no_fault() -> None:
    prove_whole("page.jpg", JPEG + b"\x00" * 3000)


def test_a_cut_picture_with_a_whole_thumbnail_does_not_pass() -> None:
    thumbnail = picture("JPEG")
    exif = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    whole = JPEG[:2] + exif + JPEG[2:]
    prove_whole("page.jpg", whole)
    with pytest.raises(Broken):
        prove_whole("page.jpg", whole[: len(exif) + 900])


def test_a_picture_of_too_many_pixels_is_refused_unread() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20000, 20000)).save(bomb, "PNG")
    with pytest.raises(Broken) as caught:
        prove_whole("page.png", bomb.getvalue())
    assert "像素" in caught.value.error.zh


@given(st.binary(max_size=300), st.sampled_from([b"", JPEG[:400], PNG[:60], b"II*\x00", b"%PDF-1.7\n"]))
def test_any_bytes_are_whole_or_broken(noise: bytes, head: bytes) -> None:
    with suppress(Broken):
        prove_whole("page", head + noise)
