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


def test_a_pdf_is_refused_in_words_whole_or_cut(pdf: bytes) -> None:
    for data in (pdf, pdf[: len(pdf) // 2]):
        with pytest.raises(Broken) as caught:
            prove_whole("page.pdf", data)
        assert caught.value.error.message_key == "wand.pdf"
        assert "JPG" in caught.value.error.zh


def test_a_tiff_of_several_pages_is_refused_in_words() -> None:
    sheets = [Image.effect_noise((160, 200), 60) for _ in range(3)]
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:])
    with pytest.raises(Broken) as caught:
        prove_whole("pages.tif", out.getvalue())
    assert caught.value.error.message_key == "wand.several_pages"
    assert "3 页" in caught.value.error.zh


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
