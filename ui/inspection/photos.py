"""Photos taken on the walk round: kept byte-identical, with what they show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from devices.scanning.whole import Broken, media_type, prove_whole
from fieldkit.errors import InvalidInput
from fieldkit.model.evidence import Evidence
from ui.inspection.lane import sentence

if TYPE_CHECKING:
    from fieldkit.errors import BugError, KnownError
    from ui.inspection.session import VisitSession


class PhotoDesk:
    """The photos of one visit. Owner's thread only."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self.coming = 0
        self.problem = ""

    @property
    def photos(self) -> tuple[Evidence, ...]:
        """The photos kept so far."""
        return tuple(item for item in self._session.visit.evidence if item.kind == "photo")

    def add(self, path: Path) -> None:
        """Keep a picture file as it is; a broken one is told and not taken."""
        if not self._session.editable:
            return
        self.coming, self.problem = self.coming + 1, ""
        session = self._session

        def keep() -> Evidence:
            try:
                data = path.read_bytes()
                prove_whole(path.name, data)
            except OSError as error:
                raise InvalidInput(what=path.name, why=error.strerror or "读不出来") from error
            except Broken as broken:
                raise broken.error from broken
            original = session.tools.replica.blobs.put(data, media_type(data), path.name)
            return Evidence(id=str(uuid4()), kind="photo", original=original, captured_at=session.now())

        session.lane("scan").do(keep, self._kept, self._failed)
        session.tell("evidence")

    def describe(self, evidence_id: str, title: str) -> None:
        """Say what a photo shows."""
        visit = self._session.visit
        changed = tuple(
            msgspec.structs.replace(item, title=title) if item.id == evidence_id else item for item in visit.evidence
        )
        self._session.replace(msgspec.structs.replace(visit, evidence=changed), "evidence")

    def drop(self, evidence_id: str) -> None:
        """Leave a photo out of the visit."""
        self._session.scanning.set_aside(evidence_id)

    def _kept(self, photo: Evidence) -> None:
        self.coming -= 1
        visit = self._session.visit
        if not self._session.editable:
            self.problem = f"{photo.original.filename}：已提交，这张没有收入"
            self._session.tell("evidence")
            return
        if any(item.original.sha256 == photo.original.sha256 for item in visit.evidence):
            self.problem = f"{photo.original.filename} 已经收到过，没有重复保存"
            self._session.tell("evidence")
            return
        self._session.replace(msgspec.structs.replace(visit, evidence=(*visit.evidence, photo)), "evidence")
        self._session.settle()

    def _failed(self, error: KnownError | BugError) -> None:
        self.coming -= 1
        self.problem = sentence(error)
        self._session.tell("evidence")
