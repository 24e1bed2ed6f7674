"""Signed colour edges of a photo and how much of a line they support: a page's side is faint but of one sign.

Text and wood grain give strong gradients whose sign alternates along a line; a sheet's edge gives a weak one that
doesn't. So gradients are taken across the line, squashed, averaged over a short stretch *with* their sign, and only
then made absolute.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.imaging.arrays import Floats, Mask, Pixels

STRETCH_PX = 22.0
"""Length of line over which signs must agree, in working pixels."""

OUTSIDE = 0.33
"""Support given to a stretch that lies outside the frame: unknown, not absent."""


@dataclass(frozen=True)
class EdgeField:
    """Gradients of a working image (long side about 640 px).

    Attributes:
        lab: H×W×3 float32, OpenCV's 8-bit Lab scale, slightly smoothed.
        gradient: H×W×6 float32: d/dx of L, a, b and d/dy of L, a, b.
        softness: gradient at which the squashed response is one half, per channel.
    """

    lab: Floats
    gradient: Floats
    softness: tuple[float, float, float]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.lab.shape[0], self.lab.shape[1]


def edge_field(bgr: Pixels) -> EdgeField:
    """Compute the gradients of a working image."""
    lab = cv2.GaussianBlur(cv2.cvtColor(bgr, cv2.COLOR_BGR2LAB).astype(np.float32), (0, 0), 1.1)
    dx = cv2.Scharr(lab, cv2.CV_32F, 1, 0, scale=1 / 32)
    dy = cv2.Scharr(lab, cv2.CV_32F, 0, 1, scale=1 / 32)
    softness = []
    for channel in range(3):
        magnitude = np.hypot(dx[::3, ::3, channel], dy[::3, ::3, channel])
        floor, ceiling = (1.3, 6.0) if channel == 0 else (1.0, 3.0)
        softness.append(float(np.clip(1.2 * np.percentile(magnitude, 70), floor, ceiling)))
    gradient = np.ascontiguousarray(np.concatenate([dx, dy], axis=2))
    return EdgeField(lab, gradient, (softness[0], softness[1], softness[2]))


def sample(image: Floats, points: Floats) -> Floats:
    """Take bilinear samples.

    Args:
        image: H×W×C float32.
        points: …×2 float32, x and y in pixels.

    Returns:
        …×C float32; the nearest border pixel where a point is outside.
    """
    flat = points.reshape(-1, 2)
    rows = 1 + (len(flat) - 1) // 16384
    width = -(-len(flat) // rows)
    padded = np.zeros((rows * width, 2), np.float32)
    padded[: len(flat)] = flat
    across = np.ascontiguousarray(padded[:, 0].reshape(rows, width))
    down = np.ascontiguousarray(padded[:, 1].reshape(rows, width))
    channels = image.shape[2]
    parts = [
        cv2.remap(image[:, :, first : first + 3], across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for first in range(0, channels, 3)
    ]
    values = np.concatenate([part.reshape(rows * width, -1) for part in parts], axis=1)[: len(flat)]
    return values.reshape(*points.shape[:-1], channels)


def inside_frame(points: Floats, shape: tuple[int, int], margin: float = 1.5) -> Mask:
    """Say which points (…×2) lie in the frame, `margin` pixels from its border."""
    height, width = shape
    x, y = points[..., 0], points[..., 1]
    return (x >= margin) & (y >= margin) & (x <= width - 1 - margin) & (y <= height - 1 - margin)


def support(
    field: EdgeField, points: Floats, normals: Floats, step_px: Floats | float, reach_px: float = 2.0
) -> Floats:
    """Measure edge support along lines.

    Args:
        field: the image's gradients.
        points: N×S×2, samples along each line in order.
        normals: N×2 unit normals.
        step_px: distance between neighbouring samples, one number or N of them.
        reach_px: how far beside the line an edge still counts.

    Returns:
        N×S in 0…1; `OUTSIDE` where the sample is out of the frame.
    """
    count, samples = points.shape[:2]
    offsets = np.linspace(-reach_px, reach_px, 5, dtype=np.float32)
    moved = points[:, None] + offsets[None, :, None, None] * normals[:, None, None, :]
    gradient = sample(field.gradient, moved.astype(np.float32))
    nx, ny = normals[:, None, None, 0], normals[:, None, None, 1]
    steps = np.broadcast_to(np.asarray(step_px, np.float32), (count,))
    best = np.zeros((count, samples), np.float32)
    for channel in range(3):
        across = gradient[..., channel] * nx + gradient[..., 3 + channel] * ny
        across /= np.abs(across) + field.softness[channel]
        best = np.maximum(best, np.abs(_running_mean(across, steps)).max(axis=1))
    return np.where(inside_frame(points, field.shape), best, np.float32(OUTSIDE))


def _running_mean(values: Floats, step_px: Floats) -> Floats:
    """Average N×K×S along S over `STRETCH_PX`; lines whose steps differ get windows of their own."""
    result = np.empty_like(values)
    half = np.clip(np.round(STRETCH_PX / 2 / np.maximum(step_px, 0.1)).astype(int), 1, max(1, values.shape[2] // 4))
    total = np.zeros((*values.shape[:2], values.shape[2] + 1), np.float32)
    np.cumsum(values, axis=2, out=total[:, :, 1:])
    index = np.arange(values.shape[2])
    for width in np.unique(half):
        rows = half == width
        low, high = np.maximum(index - width, 0), np.minimum(index + width + 1, values.shape[2])
        result[rows] = (total[rows][:, :, high] - total[rows][:, :, low]) / (high - low).astype(np.float32)
    return result
