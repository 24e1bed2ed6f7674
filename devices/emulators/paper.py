"""The simulated hand: a printed page as a picture, then pen strokes, thumbprints and stamps where people put them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Literal

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from fieldkit.instruments.geometry import SIGNATURE_BOXES
from fieldkit.resource import resource

Picture = Image.Image
Manner = Literal["name", "initials", "over_edge", "faint", "thumbprint"]
Place = tuple[float, float, float, float]
"""x, y, width, height in mm from the page's top left."""

PAGE_MM = (210.0, 297.0)
RED = (196, 38, 40)
PENS = ((24, 26, 32), (28, 40, 110), (20, 24, 70), (50, 52, 58))


def pages_of(pdf: bytes, dpi: float = 200) -> list[Picture]:
    """Rasterise a PDF's pages as RGB pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def png_of(picture: Picture) -> bytes:
    """Encode a picture as PNG."""
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def picture_of(page: Picture | bytes | NDArray[np.uint8]) -> Picture:
    """Take a picture, encoded bytes or an H×W×3 RGB array as an RGB picture of its own."""
    if isinstance(page, bytes):
        return Image.open(BytesIO(page)).convert("RGB")
    if isinstance(page, np.ndarray):
        return Image.fromarray(page).convert("RGB")
    return page.convert("RGB") if page.mode != "RGB" else page.copy()


def sign(
    page: Picture | bytes | NDArray[np.uint8],
    boxes: Sequence[str],
    seed: int,
    manner: Manner | Mapping[str, Manner] = "name",
) -> Picture:
    """Put a hand mark into each named signature box of an A4 page.

    Args:
        page: the printed page, any resolution, upright.
        boxes: names out of `geometry.SIGNATURE_BOXES`.
        seed: makes the same marks again.
        manner: how people sign, for all boxes or by box name.
    """
    picture = picture_of(page)
    rng = np.random.default_rng(seed)
    for name in boxes:
        box = SIGNATURE_BOXES[name]
        place = (box.x, box.y, box.w, box.h)
        how = manner if isinstance(manner, str) else manner.get(name, "name")
        if how == "thumbprint":
            picture = thumbprint(picture, place, int(rng.integers(1 << 30)))
        else:
            picture = pen(picture, place, int(rng.integers(1 << 30)), how)
    return picture


def pen(picture: Picture, place: Place, seed: int, manner: Manner = "name") -> Picture:
    """Write something like a name into a place."""
    rng = np.random.default_rng(seed)
    x, y, w, h = place
    colour = PENS[int(rng.integers(len(PENS)))]
    width_mm = float(rng.uniform(0.35, 0.65))
    strength = 1.0
    if manner == "initials":
        size = (float(rng.uniform(5, 8)), float(rng.uniform(4, 6)))
        at = (
            x + float(rng.uniform(1, max(1.1, w - size[0] - 1))),
            y + float(rng.uniform(1, max(1.1, h - size[1] - 1))),
        )
        marks = 2
    elif manner == "over_edge":
        size = (w * float(rng.uniform(0.6, 0.9)), h * float(rng.uniform(1.0, 1.25)))
        at = (x + w * float(rng.uniform(0.15, 0.4)), y - h * float(rng.uniform(0.1, 0.3)))
        marks = 3
    else:
        size = (w * float(rng.uniform(0.5, 0.85)), h * float(rng.uniform(0.6, 0.85)))
        at = (x + (w - size[0]) * float(rng.uniform(0.2, 0.8)), y + (h - size[1]) * float(rng.uniform(0.3, 0.7)))
        marks = int(rng.integers(2, 4))
    if manner == "faint":
        colour, width_mm, strength = (96, 100, 112), 0.3, 0.75
    return _ink(picture, at, size, colour, strength, lambda draw, k: _scribble(draw, k, size, marks, width_mm, rng))


def _scribble(
    draw: ImageDraw.ImageDraw,
    k: float,
    size: tuple[float, float],
    marks: int,
    width_mm: float,
    rng: np.random.Generator,
) -> None:
    """Draw `marks` characters of a running hand into a mask of `size` mm at `k` pixels a mm."""
    w, h = size
    each = w / marks
    for mark in range(marks):
        left = mark * each
        for _ in range(int(rng.integers(2, 5))):
            knots = int(rng.integers(4, 8))
            px = left + each * (0.08 + 0.84 * rng.random(knots))
            py = h * (0.08 + 0.84 * rng.random(knots))
            t = np.linspace(0, knots - 1, 24 * knots)
            points = np.stack([_spline(px, t), _spline(py, t)], axis=1)
            points[:, 0] = np.clip(points[:, 0], 0.02 * w, 0.98 * w)
            points[:, 1] = np.clip(points[:, 1], 0.02 * h, 0.98 * h)
            pressure = width_mm * (0.65 + 0.35 * np.abs(np.sin(t * rng.uniform(0.6, 1.4))))
            for (x, y), r in zip(points * k, pressure * k / 2, strict=True):
                draw.ellipse((x - r, y - r, x + r, y + r), fill=255)


def _spline(knots: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate knots smoothly (Catmull-Rom)."""
    padded = np.concatenate([knots[:1], knots, knots[-1:]])
    i = np.clip(t.astype(int), 0, len(knots) - 2)
    u = t - i
    p0, p1, p2, p3 = (padded[i + k] for k in range(4))
    return np.asarray(
        0.5 * (2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * p1 - p0 - 3 * p2 + p3) * u**3)
    )


def thumbprint(picture: Picture, place: Place, seed: int) -> Picture:
    """Press a thumb with red ink paste into a place: ridges, uneven pressure, soft edge."""
    rng = np.random.default_rng(seed)
    x, y, w, h = place
    size = (float(rng.uniform(11, 14)), float(rng.uniform(13, 16)))
    at = (
        x + max(0.0, w - size[0]) * float(rng.uniform(0.2, 0.8)),
        y + (h - size[1]) / 2 + float(rng.uniform(-1.5, 1.5)),
    )
    turn = float(rng.uniform(-0.5, 0.5))
    phase, bend = float(rng.uniform(0, 6)), float(rng.uniform(0.5, 1.2))
    blotch = rng.random((5, 5))

    def press(draw: ImageDraw.ImageDraw, k: float) -> None:
        width, height = int(size[0] * k), int(size[1] * k)
        v, u = np.mgrid[0:height, 0:width]
        u, v = (u / width - 0.5) * 2, (v / height - 0.5) * 2
        u, v = u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)
        round_ = np.hypot(u, v * 0.9)
        whorl = np.hypot(u * 1.1, (v + 0.2) * bend)
        ridges = 0.5 + 0.5 * np.sin(whorl * size[0] * 0.5 * 2 * np.pi / 0.55 / 1.6 + 2 * np.sin(2 * u + phase))
        noise = np.asarray(
            Image.fromarray((blotch * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC), float
        )
        print_ = np.clip(ridges * 1.5, 0, 1) * np.clip((1 - round_) * 6, 0, 1) * (0.45 + 0.55 * noise / 255)
        draw.bitmap((0, 0), Image.fromarray((print_ * 235).astype(np.uint8)), fill=255)

    return _ink(picture, at, size, RED, 0.9, press)


def stamp(picture: Picture, centre_mm: tuple[float, float], seed: int, text: str = "示例印章（演示数据）") -> Picture:
    """Put a round red enterprise seal of 40 mm on the page, its text round a star."""
    rng = np.random.default_rng(seed)
    size = (42.0, 42.0)
    at = (centre_mm[0] - 21, centre_mm[1] - 21)
    wear = rng.random((24, 24))

    def press(draw: ImageDraw.ImageDraw, k: float) -> None:
        side = int(42 * k)
        face = Image.new("L", (side, side), 0)
        pencil = ImageDraw.Draw(face)
        pencil.ellipse((k, k, 41 * k, 41 * k), outline=255, width=max(1, round(1.1 * k)))
        star = [
            (21 * k + r * k * np.sin(a), 21 * k - r * k * np.cos(a))
            for a, r in ((i * np.pi / 5, 6.5 if i % 2 == 0 else 2.6) for i in range(10))
        ]
        pencil.polygon([(float(px), float(py)) for px, py in star], fill=255)
        font = ImageFont.truetype(str(resource("fonts") / "NotoSerifSC-Regular.ttf"), max(6, int(5 * k)))
        for i, letter in enumerate(text):
            angle = (i - (len(text) - 1) / 2) * 24
            tile = Image.new("L", (side, side), 0)
            ImageDraw.Draw(tile).text((side / 2, 5.5 * k), letter, font=font, fill=255, anchor="mm")
            face = ImageChops.lighter(face, tile.rotate(-angle, center=(side / 2, side / 2)))
        patchy = Image.fromarray((150 + 105 * np.minimum(wear * 1.6, 1)).astype(np.uint8)).resize((side, side))
        draw.bitmap((0, 0), ImageChops.multiply(face, patchy.convert("L")), fill=255)

    return _ink(picture, at, size, RED, 0.85, press)


def _ink(
    picture: Picture,
    at_mm: tuple[float, float],
    size_mm: tuple[float, float],
    colour: tuple[int, int, int],
    strength: float,
    put: Callable[[ImageDraw.ImageDraw, float], None],
) -> Picture:
    """Darken the page with ink through a mask that `put(draw, pixels per mm)` draws at double resolution."""
    k = picture.width / PAGE_MM[0]
    width, height = max(2, round(size_mm[0] * k)), max(2, round(size_mm[1] * k))
    mask = Image.new("L", (width * 2, height * 2), 0)
    put(ImageDraw.Draw(mask), 2 * k)
    mask = mask.resize((width, height), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(0.04 * k))
    mask = mask.point([int(value * strength) for value in range(256)])
    left, top = round(at_mm[0] * k), round(at_mm[1] * k)
    ink = Image.new("RGB", picture.size, (255, 255, 255))
    ink.paste(colour, (left, top), mask)
    return ImageChops.multiply(picture, ink)
