"""The simulated camera: a page photographed on some desk in some light, or drawn through a wand scanner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from devices.emulators.paper import Picture

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shot:
    """A simulated photo. `corners` is 4×2: the page's corners, clockwise from its top left, in the file's pixels."""

    jpeg: bytes
    corners: Array


def photograph(page: Picture, seed: int, severity: float = 0.5) -> bytes:
    """Photograph a page lying on a desk and return the JPEG. Severity 0 is a good day, 1 a bad one."""
    return shoot(page, seed, severity).jpeg


def shoot(
    page: Picture,
    seed: int,
    severity: float = 0.5,
    size: tuple[int, int] = (1680, 2240),
    desk: str | None = None,
    turn_degrees: float | None = None,
    fill: float | None = None,
) -> Shot:
    """Photograph a page and say where its corners are.

    Args:
        page: an upright picture of the page.
        seed: makes the same photo again.
        severity: 0…1.5: slant, curl, shadow, blur, noise and compression grow with it.
        size: width and height of the photo in pixels.
        desk: one of `DESKS`, or any.
        turn_degrees: rotation on the desk; a few degrees by default.
        fill: the page's height over the frame's.
    """
    rng = np.random.default_rng(seed)
    name = desk or sorted(DESKS)[int(rng.integers(len(DESKS)))]
    ground = DESKS[name](rng, size)
    ground = _clutter(ground, rng, severity)
    corners = _corners(page.size, size, rng, severity, turn_degrees, fill)
    to_page = homography(corners, _box(page.size))
    bend = severity * float(rng.uniform(0, 0.012)) * page.height
    waves = float(rng.uniform(0.6, 1.3)), float(rng.uniform(0, 6))
    layer = Image.merge("RGBA", (*_shaded(page, rng, severity).split(), Image.new("L", page.size, 255)))

    def source(points: Array) -> Array:
        mapped = project(to_page, points)
        u, v = mapped[:, 0] / page.width, mapped[:, 1] / page.height
        # Curl that leaves the corners where they are: sides bow, and lines of text wave with them.
        mapped[:, 1] += bend * np.sin(np.pi * np.clip(u, 0, 1)) * np.sin(waves[0] * np.pi * v + waves[1])
        mapped[:, 0] += 0.5 * bend * np.sin(np.pi * np.clip(v, 0, 1)) * np.cos(waves[0] * np.pi * u + waves[1])
        return mapped

    sheet = layer.transform(size, Image.Transform.MESH, _mesh(size, source), Image.Resampling.BICUBIC)
    alpha = sheet.getchannel("A")
    shadow = alpha.filter(ImageFilter.GaussianBlur(size[0] * float(rng.uniform(0.003, 0.012))))
    depth = float(rng.uniform(0.15, 0.55))
    shifted = Image.new("L", size, 0)
    shifted.paste(shadow, (int(rng.integers(-8, 9)), int(rng.integers(2, 12))))
    ground = Image.composite(ground.point([int(v * (1 - depth)) for v in range(256)] * 3), ground, shifted)
    ground.paste(sheet.convert("RGB"), (0, 0), alpha)
    return Shot(_exposed(ground, rng, severity), corners)


def wand_scan(page: Picture, seed: int, dpi: int = 300, severity: float = 0.5) -> bytes:
    """Draw a page through a wand or flatbed: nearly straight, a margin, even light, and return the JPEG."""
    rng = np.random.default_rng(seed)
    scale = dpi * 210 / 25.4 / page.width
    width, height = round(page.width * scale), round(page.height * scale)
    canvas_size = (
        width + round(dpi * float(rng.uniform(0.1, 0.5))),
        height + round(dpi * float(rng.uniform(0.1, 0.4))),
    )
    turned = page.resize((width, height), Image.Resampling.BICUBIC).convert("RGBA")
    turned = turned.rotate(float(rng.uniform(-1.6, 1.6)) * severity, Image.Resampling.BICUBIC, expand=True)
    grey = int(rng.integers(200, 246)) if rng.random() < 0.5 else int(rng.integers(20, 70))
    canvas = Image.new("RGB", canvas_size, (grey, grey, grey))
    canvas.paste(
        turned, ((canvas_size[0] - turned.width) // 2, (canvas_size[1] - turned.height) // 2), turned.getchannel("A")
    )
    array = np.asarray(canvas.filter(ImageFilter.GaussianBlur(0.6 * dpi / 300)), np.float32)
    grain = rng.normal(0, 2.5 * severity, array.shape[:2]).astype(np.float32)
    array = array + grain[..., None]
    stream = BytesIO()
    Image.fromarray(np.clip(array, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=85, dpi=(dpi, dpi))
    return stream.getvalue()


def homography(source: Array, target: Array) -> Array:
    """Solve the 3×3 projective map that takes four points to four points."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(values, float)), 1).reshape(3, 3)


def project(matrix: Array, points: Array) -> Array:
    """Map N×2 points by a homography."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _box(size: tuple[int, int]) -> Array:
    return np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], float)


def _mesh(
    size: tuple[int, int], source: Callable[[Array], Array], cells: int = 36
) -> list[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    xs = np.linspace(0, size[0], cells + 1).round().astype(int)
    ys = np.linspace(0, size[1], cells + 1).round().astype(int)
    gx, gy = np.meshgrid(xs, ys)
    grid = source(np.column_stack([gx.ravel(), gy.ravel()]).astype(float)).reshape(cells + 1, cells + 1, 2)
    return [
        (
            (int(xs[i]), int(ys[j]), int(xs[i + 1]), int(ys[j + 1])),
            tuple(float(v) for at in ((j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1)) for v in grid[at]),
        )
        for j in range(cells)
        for i in range(cells)
    ]


def _corners(
    page: tuple[int, int],
    size: tuple[int, int],
    rng: np.random.Generator,
    severity: float,
    turn_degrees: float | None,
    fill: float | None,
) -> Array:
    """Lay the page under a slanted camera and return its corners in the photo."""
    degrees = float(rng.normal(0, 2 + 6 * severity)) if turn_degrees is None else turn_degrees
    angle = np.radians(degrees)
    ratio = page[0] / page[1]
    flat = np.array([[-ratio, -1], [ratio, -1], [ratio, 1], [-ratio, 1]], float) / 2
    flat = flat @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    tilt_x, tilt_y = rng.normal(0, 0.04 + 0.2 * severity, 2).clip(-0.5, 0.5)
    z = 1 + tilt_x * flat[:, 0] + tilt_y * flat[:, 1]
    seen = flat / z[:, None]
    share = float(rng.uniform(0.72, 0.9)) if fill is None else fill
    extent = np.ptp(seen, axis=0)
    seen = seen * min(size[1] * share / extent[1], size[0] * max(share, 0.9) / extent[0])
    slack = np.maximum((np.array(size) - np.ptp(seen, axis=0)) / 2 - 4, 0)
    middle = np.array(size) / 2 + rng.uniform(-0.7, 0.7, 2) * slack
    return np.asarray(seen - (seen.min(axis=0) + seen.max(axis=0)) / 2 + middle)


def _shaded(page: Picture, rng: np.random.Generator, severity: float) -> Picture:
    """Tint the paper, and crease it now and then: a fold is a dark line with one half a little darker."""
    tint = 255 - rng.integers(0, 14, 3)
    array = np.asarray(page, np.float32) * (tint / 255).astype(np.float32)
    if rng.random() < 0.5 * severity:
        at = int(page.height * rng.choice([0.333, 0.5, 0.667]))
        rows = np.arange(page.height, dtype=np.float32)
        array *= (1 - 0.05 * severity * (rows > at) - 0.16 * np.exp(-np.square((rows - at) / 3)))[:, None, None]
    return Image.fromarray(array.astype(np.uint8))


def _exposed(photo: Picture, rng: np.random.Generator, severity: float) -> bytes:
    """Apply light, shadow, blur, noise and compression."""
    width, height = photo.size
    array = np.asarray(photo, np.float32)
    y, x = np.mgrid[0:height:8, 0:width:8].astype(np.float32)
    x, y = x / width, y / height
    centre = rng.uniform(0.2, 0.8, 2)
    lamp = np.exp(-(np.square(x - centre[0]) + np.square(y - centre[1])) / (2 * 0.65**2))
    light = 1 - 0.45 * severity * float(rng.uniform(0.4, 1)) * (1 - lamp)
    if rng.random() < 0.3 + 0.4 * severity:
        angle = float(rng.uniform(0, np.pi))
        along = x * np.cos(angle) + y * np.sin(angle)
        edge = float(np.percentile(along, rng.uniform(20, 80)))
        soft = float(rng.uniform(0.004, 0.04))
        light *= 1 - 0.35 * severity / (1 + np.exp(-(along - edge) / soft))
    full = np.asarray(Image.fromarray(light.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR))
    warmth = np.array([1 + 0.06 * severity * rng.normal(), 1, 1 - 0.08 * severity * rng.normal()], np.float32)
    array = array * (full[..., None] * warmth * np.float32(rng.uniform(0.85, 1.0)))
    blurred = Image.fromarray(np.clip(array, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(float(rng.uniform(0.4, 0.7 + 1.0 * severity)) * width / 1680)
    )
    noise = rng.normal(0, 1.5 + 4 * severity * rng.random(), (height, width, 1)).astype(np.float32)
    grainy = np.asarray(blurred, np.float32) + noise
    stream = BytesIO()
    Image.fromarray(np.clip(grainy, 0, 255).astype(np.uint8)).save(
        stream, "JPEG", quality=int(rng.integers(max(45, 88 - int(30 * severity)), 95))
    )
    return stream.getvalue()


def _fog(rng: np.random.Generator, size: tuple[int, int], cells: tuple[int, int]) -> Array:
    """Smooth noise 0…1 of about `cells` lumps across and down."""
    lumps = Image.fromarray((rng.random((max(2, cells[1]), max(2, cells[0]))) * 255).astype(np.uint8))
    return np.asarray(lumps.resize(size, Image.Resampling.BICUBIC), float) / 255


def _coloured(value: Array, colour: Array) -> Picture:
    return Image.fromarray(np.clip(value[..., None] * colour, 0, 255).astype(np.uint8))


def _wood(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    colour = np.array([[150, 104, 62], [96, 62, 38], [186, 150, 108], [120, 72, 40]][int(rng.integers(4))], float)
    grain = 0.55 * _fog(rng, size, (5, 160)) + 0.25 * _fog(rng, size, (12, 400)) + 0.2 * _fog(rng, size, (2, 5))
    planks = np.ones((size[1], 1))
    step = int(size[1] / rng.integers(2, 6))
    planks[::step] = planks[1::step] = planks[2::step] = 0.55
    return _coloured((0.7 + 0.5 * grain) * planks, colour)


def _plain(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    colour = rng.uniform(25, 170, 3)
    return _coloured(0.94 + 0.1 * _fog(rng, size, (6, 6)), colour)


def _white(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    colour = rng.uniform(205, 236) + rng.uniform(-9, 5, 3)
    return _coloured(0.97 + 0.05 * _fog(rng, size, (4, 4)), colour)


def _granite(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    speckle = 0.5 * _fog(rng, size, (size[0] // 4, size[1] // 4)) + 0.5 * _fog(
        rng, size, (size[0] // 14, size[1] // 14)
    )
    return _coloured(0.55 + 0.8 * speckle, rng.uniform(70, 190) + rng.uniform(-12, 12, 3))


def _striped(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    period = float(rng.uniform(40, 160))
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    angle = float(rng.uniform(0, np.pi))
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period) > 0
    return _coloured(0.8 + 0.25 * wave, rng.uniform(60, 190, 3))


def _two_tone(rng: np.random.Generator, size: tuple[int, int]) -> Picture:
    left, right = (DESKS[name](rng, size) for name in rng.choice(["wood", "plain", "white", "granite"], 2, False))
    mask = Image.new("L", size, 0)
    cut = [int(size[0] * rng.uniform(0.15, 0.85)) for _ in range(2)]
    ImageDraw.Draw(mask).polygon([(0, 0), (cut[0], 0), (cut[1], size[1]), (0, size[1])], fill=255)
    return Image.composite(left, right, mask)


DESKS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Picture]] = {
    "wood": _wood,
    "plain": _plain,
    "white": _white,
    "granite": _granite,
    "striped": _striped,
    "two_tone": _two_tone,
}


def _clutter(ground: Picture, rng: np.random.Generator, severity: float) -> Picture:
    """Put things on the desk: a phone, a pen, a cup, the corner of another sheet."""
    draw = ImageDraw.Draw(ground)
    width, height = ground.size
    for _ in range(int(rng.poisson(2.2 * severity))):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        kind = int(rng.integers(4))
        colour = tuple(int(v) for v in rng.integers(10, 240, 3))
        angle = float(rng.uniform(0, np.pi))
        long, wide = ((0.5, 0.02), (0.3, 0.15), (0.6, 0.45), (0.16, 0.16))[kind]
        if kind == 3:
            r = long * width / 2
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour, outline=(240, 240, 240), width=6)
            continue
        if kind == 2:
            colour = (238, 238, 234)
        u = np.array([np.cos(angle), np.sin(angle)]) * long * width / 2
        v = np.array([-np.sin(angle), np.cos(angle)]) * wide * width / 2
        draw.polygon([(float(x + p[0]), float(y + p[1])) for p in (u + v, u - v, -u - v, v - u)], fill=colour)
    return ground
