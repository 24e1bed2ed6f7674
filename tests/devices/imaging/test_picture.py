"""Picture files: cut off, not pictures, too large, turned by EXIF."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from devices.imaging import picture
from devices.imaging.picture import read_picture
from devices.imaging.scan import read_page
from fieldkit.errors import InvalidInput


def a_jpeg(orientation: int | None = None) -> bytes:
    canvas = Image.new("RGB", (120, 80), (250, 250, 250))
    canvas.paste((255, 0, 0), (0, 0, 40, 20))
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    stream = BytesIO()
    canvas.save(stream, "JPEG", quality=95, exif=exif)
    return stream.getvalue()


@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_cut_off_jpeg_is_told(share):
    stream = BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (400, 300, 3), np.uint8)
    Image.fromarray(noise).save(stream, "JPEG")
    data = stream.getvalue()
    scan = read_page(data[: int(len(data) * share)], [])
    assert scan.error is not None
    assert "不完整" in scan.error
    assert scan.page_jpeg is None


@pytest.mark.parametrize("data", [b"<html>hello</html>", b"%PDF-1.7 ...", b"\xff\xd8\xff\xe0 no", bytes(5000)])
def test_what_is_no_picture_is_told(data):
    with pytest.raises(InvalidInput) as refusal:
        read_picture(data)
    assert refusal.value.message_key in ("scan.not_a_picture", "scan.truncated")


def test_an_empty_file_is_told():
    assert "空" in (read_page(b"", []).error or "")


def test_a_picture_too_large_is_refused_before_it_is_decoded():
    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    end = struct.pack(">I", 9) + b"IDAT" + bytes(64)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + end
    with pytest.raises(InvalidInput) as refusal:
        read_picture(data)
    assert refusal.value.message_key == "scan.too_large"


def test_a_file_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(picture, "MAX_BYTES", 100)
    with pytest.raises(InvalidInput) as refusal:
        read_picture(a_jpeg())
    assert refusal.value.message_key == "scan.too_large"


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(None, (80, 120), (5, 5)), (3, (80, 120), (75, 115)), (6, (120, 80), (5, 75)), (8, (120, 80), (115, 5))],
)
def test_exif_orientation_is_applied(orientation, size, red_at):
    pixels = read_picture(a_jpeg(orientation))
    assert pixels.shape[:2] == size
    blue, green, red = (int(value) for value in pixels[red_at])
    assert red > 200
    assert green < 80
    assert blue < 80


@pytest.mark.parametrize("orientation", [0, 9, 2049])
def test_a_nonsense_orientation_means_nothing(orientation):
    assert read_picture(a_jpeg(orientation)).shape[:2] == (80, 120)


def test_a_tiff_of_several_pages_is_told_not_read_in_part():
    sheets = [Image.new("L", (80, 80), shade) for shade in (10, 200)]
    stream = BytesIO()
    sheets[0].save(stream, "TIFF", save_all=True, append_images=sheets[1:])
    with pytest.raises(InvalidInput) as refusal:
        read_picture(stream.getvalue())
    assert refusal.value.message_key == "scan.several_pages"


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "I;16", "CMYK"])
def test_other_pixel_kinds_are_read(mode):
    canvas = Image.fromarray(np.full((64, 64), 40000, np.uint16)) if mode == "I;16" else Image.new(mode, (64, 64))
    stream = BytesIO()
    canvas.save(stream, "TIFF")
    assert read_picture(stream.getvalue()).shape == (64, 64, 3)
