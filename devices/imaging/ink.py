"""Ink against paper: how much each point of a flattened picture differs from the paper under its light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.imaging.arrays import Floats, Mask, Pixels


@dataclass(frozen=True)
class Ink:
    """Ink in a part of a page.

    Attributes:
        depth: H×W, 0 paper … 1 black, in the channel that the ink darkens most.
        dark: H×W, the same in the red channel alone, which red paste hardly darkens and every pen does.
        red: H×W, how red: depth in green and blue beyond the depth in red.
        noise: standard deviation of `depth` on bare paper.
        light: H×W brightness of the paper, 0…255.
        colourless: whether the picture is grey all over, so that a stamp can't be told by its red.
    """

    depth: Floats
    dark: Floats
    red: Floats
    noise: float
    light: Floats
    colourless: bool


def find_ink(part: Pixels, px_per_mm: float) -> Ink:
    """Separate ink from paper, light and shadow.

    Light is the brightest channel with everything narrower than 3.5 mm filled in. Red paste leaves the red channel
    alone, so even a full thumbprint or stamp does not pass for shadow.
    """
    colour = part.astype(np.float32)
    brightest = part.max(axis=2)
    size = round(3.5 * px_per_mm) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    light = cv2.morphologyEx(brightest, cv2.MORPH_CLOSE, kernel)
    light = cv2.GaussianBlur(light, (0, 0), 0.5 * px_per_mm).astype(np.float32)
    light = np.maximum(light, 12)
    share = colour / light[..., None]
    bare = brightest > 0.93 * light
    sparse = share[::3, ::3][bare[::3, ::3]]
    tint = np.median(sparse, axis=0) if len(sparse) > 60 else np.ones(3, np.float32)
    level = 1 - share / np.clip(tint, 0.5, 1.1)
    depth = np.clip(level.max(axis=2), 0, 1)
    red = np.clip((level[..., 0] + level[..., 1]) / 2 - np.maximum(level[..., 2], 0), 0, 1)
    spread = np.abs(colour[::2, ::2, 2] - colour[::2, ::2, 0])
    colourless = bool(np.percentile(spread, 99.9) < 10)
    values = level[..., 1][bare][::7]
    noise = float(1.4826 * np.median(np.abs(values - np.median(values)))) if len(values) else 0.1
    dark = np.clip(level[..., 2], 0, 1)
    return Ink(depth.astype(np.float32), dark.astype(np.float32), red.astype(np.float32), noise, light, colourless)


def hysteresis(values: Floats, low: float, high: float) -> Mask:
    """Keep connected areas above `low` that hold a point above `high`."""
    _, labels = cv2.connectedComponents((values > low).astype(np.uint8), connectivity=8)
    keep = np.zeros(int(labels.max()) + 1, bool)
    keep[np.unique(labels[values > high])] = True
    keep[0] = False
    return np.asarray(keep[labels])
