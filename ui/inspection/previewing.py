"""The record as it would print now, rendered behind the typing; only the newest state is ever worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fieldkit.instruments import render
from ui.inspection.lane import sentence
from ui.inspection.pages_preview import PagePicture, rasterise
from ui.inspection.revisions import corrected, same_content

if TYPE_CHECKING:
    from fieldkit.errors import BugError, KnownError
    from fieldkit.model.record import Record
    from ui.inspection.session import VisitSession

DPI = 96.0


class Preview(msgspec.Struct, frozen=True):
    """Pages of one state of the record."""

    pages: tuple[PagePicture, ...] = ()
    problem: str = ""


class PreviewDesk:
    """Keeps a picture of the record up to date while somebody looks at it. Owner's thread only."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self._shown: Record | None = None
        self._running = False
        self.preview = Preview()

    def ask(self) -> None:
        """Have the record drawn unless its picture is up to date; one drawing runs at a time."""
        record = self._session.record
        if self._running or (self._shown is not None and self._shown.values is record.values):
            return
        self._running, self._shown = True, record
        key = self._session.tools.county_key

        def draw() -> tuple[PagePicture, ...]:
            newest = record.revisions[-1] if record.revisions else None
            if newest is not None and same_content(record, newest):
                made = render.render(record, newest.number, key, newest.corrections, preview=True)
            else:
                changes = corrected(record, newest) if newest is not None else ()
                made = render.render(record, len(record.revisions) + 1, key, changes, preview=True)
            return rasterise(made.pdf, DPI)

        self._session.lane("preview").do(draw, self._drawn, self._failed)

    @property
    def stale(self) -> bool:
        """Whether the record changed since its picture was asked for."""
        return self._shown is None or self._shown.values is not self._session.record.values

    def _drawn(self, pages: tuple[PagePicture, ...]) -> None:
        self._running = False
        self.preview = Preview(pages)
        self._session.tell("preview")

    def _failed(self, error: KnownError | BugError) -> None:
        self._running = False
        self.preview = msgspec.structs.replace(self.preview, problem=sentence(error))
        self._session.tell("preview")
