"""Reading picture files safely: whole, upright as displayed, and not larger than the kit can hold."""

from __future__ import annotations

import struct
import warnings
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from devices.imaging.arrays import Pixels
from devices.scanning.whole import pages_in
from fieldkit.errors import InvalidInput

MAX_BYTES = 80 << 20
MAX_PIXELS = 120_000_000
LEAST_PX = 32
KINDS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")
"""What Pillow may try; its JPEG reader opens the MPO files of some phones too."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → how to turn; other values, which some phones write, mean nothing."""


def read_picture(data: bytes) -> Pixels:
    """Decode a picture file to H×W×3 BGR, upright as displayed.

    Raises:
        InvalidInput: `scan.empty`, `scan.too_large`, `scan.too_small`, `scan.not_a_picture`,
            `scan.several_pages` (a TIFF) or `scan.truncated`.
    """
    if not data:
        raise InvalidInput("scan.empty")
    if len(data) > MAX_BYTES:
        raise InvalidInput("scan.too_large", limit=f"{MAX_BYTES >> 20} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and of sizes that are judged below
            with Image.open(BytesIO(data), formats=KINDS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise InvalidInput("scan.too_large", limit=f"{MAX_PIXELS // 1_000_000} MP")
                if min(picture.size) < LEAST_PX:
                    raise InvalidInput("scan.too_small", size=f"{picture.width}×{picture.height}", limit=LEAST_PX)
                if (pages := pages_in(picture)) > 1:
                    raise InvalidInput("scan.several_pages", pages=pages)
                whole = _decode(picture, data)
    except Image.DecompressionBombError as error:
        raise InvalidInput("scan.too_large", limit=f"{MAX_PIXELS // 1_000_000} MP") from error
    except UnidentifiedImageError as error:
        raise InvalidInput("scan.not_a_picture") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise InvalidInput("scan.truncated") from error
    pixels: Pixels = cv2.cvtColor(np.asarray(whole), cv2.COLOR_RGB2BGR)
    return pixels


def _decode(picture: Image.Image, data: bytes) -> Image.Image:
    """Decode every pixel, turned upright."""
    try:
        orientation = picture.getexif().get(0x0112)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):  # damaged EXIF: the pixels count
        orientation = None
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise InvalidInput("scan.truncated") from error
    # Pillow forgives a missing end; a wand that was cut off while writing leaves just that.
    if picture.format in ("JPEG", "MPO") and data.rfind(b"\xff\xd9") < len(data) // 2:
        raise InvalidInput("scan.truncated")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        flat = Image.new("RGB", layer.size, (255, 255, 255))
        flat.paste(layer, mask=layer.getchannel("A"))
    elif picture.mode.startswith("I;16") or picture.mode == "I":
        flat = Image.fromarray((np.asarray(picture, np.uint32) >> 8).astype(np.uint8)).convert("RGB")
    else:
        flat = picture.convert("RGB")
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return flat.transpose(turn) if turn is not None else flat
