"""Pages of a printed PDF as PNG pictures, made when asked for."""

from __future__ import annotations

import io
import threading

import pypdfium2

from backend.problems import Refusal

_DPI = {"small": 60, "large": 150}


class PagePictures:
    """Draws pages; PDFium isn't thread-safe, so one page at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def draw(self, pdf: bytes, page: int, size: str) -> bytes:
        """Return page `page` (from 1) as PNG, `size` "small" for a strip or "large" for reading.

        Raises:
            Refusal: not-found; there is no such page or size, or the file is no PDF.
        """
        if size not in _DPI:
            raise Refusal("not-found")
        with self._lock:
            try:
                document = pypdfium2.PdfDocument(pdf)
            except pypdfium2.PdfiumError as error:
                raise Refusal("not-found", "no PDF") from error
            try:
                if not 1 <= page <= len(document):
                    raise Refusal("not-found", "no such page")
                image = document[page - 1].render(scale=_DPI[size] / 72).to_pil()
            finally:
                document.close()
        out = io.BytesIO()
        image.save(out, "PNG", optimize=False)
        return out.getvalue()
