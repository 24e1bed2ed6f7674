"""Pages of a PDF as pictures, rasterised by pdfium off the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import msgspec
import pypdfium2

_pdfium = threading.Lock()
"""pdfium keeps state of its own and is not safe for two threads at once."""


class PagePicture(msgspec.Struct, frozen=True):
    """One page as 24-bit RGB rows without padding."""

    page: int
    width: int
    height: int
    rgb: bytes


def rasterise(pdf: bytes, dpi: float, pages: Sequence[int] | None = None) -> tuple[PagePicture, ...]:
    """Return the pages of a PDF (all, or those of `pages`, from 1) at `dpi`."""
    pictures = []
    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            wanted = range(1, len(document) + 1) if pages is None else pages
            for number in wanted:
                image = document[number - 1].render(scale=dpi / 72).to_pil().convert("RGB")
                pictures.append(PagePicture(number, image.width, image.height, image.tobytes()))
        finally:
            document.close()
    return tuple(pictures)


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()
