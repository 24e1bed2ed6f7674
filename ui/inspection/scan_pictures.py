"""Pictures of scanned pages for the screen: read from the blobs and scaled down off the GUI thread, once each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from fieldkit.model.evidence import Evidence
from ui.inspection.session import VisitSession

SIDE = 1200
"""Longest side in px of what is kept for thumbnails."""


def load_picture(session: VisitSession, sha256: str, side: int) -> QImage:
    """Return a blob as an image of at most `side` px. Long: call it in a lane."""
    image = QImage.fromData(session.tools.replica.blobs.read(sha256))
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


class ScanPictures:
    """Thumbnails by content; a missing one is fetched and `came` is called when it is here."""

    def __init__(self, session: VisitSession, came: Callable[[], None]) -> None:
        self._session, self._came = session, came
        self._images: dict[str, QImage] = {}
        self._asked: set[str] = set()

    def get(self, item: Evidence) -> QImage | None:
        """Return the picture of a page, or None while it comes."""
        sha256 = (item.page or item.original).sha256
        if sha256 not in self._images and sha256 not in self._asked:
            self._asked.add(sha256)
            session = self._session
            session.lane("preview").do(
                lambda: load_picture(session, sha256, SIDE),
                lambda image: self._take(sha256, image),
                lambda _error: None,
            )
        return self._images.get(sha256)

    def _take(self, sha256: str, image: QImage) -> None:
        if not image.isNull():
            self._images[sha256] = image
            self._came()
