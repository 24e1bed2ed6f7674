"""Names for the arrays of imaging; OpenCV's stubs know no element types, so the names tell people, not mypy."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[Any]
"""uint8 pictures: H×W×3 in BGR order, or H×W grey."""

Floats: TypeAlias = NDArray[Any]
"""float32 planes and points in pixels."""

Points: TypeAlias = NDArray[Any]
"""float64, N×2 points or 3×3 projective maps."""

Mask: TypeAlias = NDArray[Any]
"""bool H×W; uint8 0/255 where OpenCV wants it."""
