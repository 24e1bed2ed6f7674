"""Uploads under way: their rows, their partial files, and the step that turns a whole file into a stored blob."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa

from backend.store import filing
from backend.store.content import ContentStore
from backend.store.database import Database
from backend.store.devices import digest
from backend.store.tables import blob, upload

LIFE = timedelta(days=7)
_SWEEP = 100


class Upload(msgspec.Struct, frozen=True):
    """One upload; `id` is the hash of the capability its address carries."""

    id: str
    county: str
    device: str
    sha256: str
    length: int
    offset: int
    media_type: str
    metadata: str
    expires_at: datetime
    finished: bool


class Uploads:
    """Uploads of one installation.

    Args:
        database: holds the offsets; an offset counts only once its bytes are fsynced.
        content: where whole files go.
        folder: of partial files, on the same disk as `content`.
    """

    def __init__(self, database: Database, content: ContentStore, folder: Path) -> None:
        self._database = database
        self._content = content
        self._folder = folder

    def create(
        self, county: str, device: str, sha256: str, length: int, media_type: str, metadata: str, now: datetime
    ) -> tuple[str, Upload]:
        """Begin an upload and return its capability, kept nowhere else, and its row.

        Content the county holds already is complete at once and moves no bytes; content of another county is not,
        since whoever only knows a hash must not come to own what it names.
        """
        capability = secrets.token_urlsafe(32)
        self.sweep(now)
        with self._database.write() as connection:
            held = connection.execute(
                sa.select(blob.c.size).where(blob.c.county == county, blob.c.sha256 == sha256)
            ).scalar_one_or_none()
            done = held is not None and held == length
            made = Upload(
                id=digest(capability),
                county=county,
                device=device,
                sha256=sha256,
                length=length,
                offset=length if done else 0,
                media_type=media_type,
                metadata=metadata,
                expires_at=now + LIFE,
                finished=done,
            )
            if not done:
                # Before the row: a full disk or a crash between the two leaves a ghost file, never a row without one.
                self.file(made).touch(mode=0o600)
            connection.execute(sa.insert(upload).values(**msgspec.structs.asdict(made)))
        return capability, made

    def find(self, capability: str) -> Upload | None:
        """Return the upload of a capability, expired or not, or None."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(upload).where(upload.c.id == digest(capability))).first()
        return None if row is None else Upload(**row._mapping)

    def file(self, item: Upload) -> Path:
        """Return the partial file of an upload."""
        return self._folder / item.id

    def lost(self, item: Upload) -> bool:
        """Tell whether the bytes that came so far are gone from the disk, and end the upload if so.

        A whole file that just moved to the content store is not lost: its offset was noted before it moved.
        """
        if item.finished or item.offset == item.length or self.file(item).exists():
            return False
        with self._database.read() as connection:
            now = connection.execute(sa.select(upload.c.offset).where(upload.c.id == item.id)).scalar_one_or_none()
        if now == item.length:
            return False
        self.end(item)
        return True

    def advance(self, item: Upload, offset: int) -> Upload:
        """Note that the bytes up to `offset` are on the disk."""
        with self._database.write() as connection:
            connection.execute(sa.update(upload).where(upload.c.id == item.id).values(offset=offset))
        return msgspec.structs.replace(item, offset=offset)

    def finish(self, item: Upload, now: datetime) -> bool:
        """Check the hash of a whole file, store it and file the visits it completes.

        Safe to repeat: after a crash between storing and noting, the file is gone from here and stands in the
        content store.

        Returns:
            False if the content has another hash; the upload is ended and its bytes dropped.
        """
        file = self.file(item)
        whole = self._content.adopt(file, item.sha256) if file.exists() else self._content.has(item.sha256)
        if not whole:
            self.end(item)
            return False
        with self._database.write() as connection:
            filing.arrived(connection, item.county, item.sha256, item.length, item.media_type, now)
            connection.execute(
                sa.update(upload).where(upload.c.id == item.id).values(offset=item.length, finished=True)
            )
        return True

    def end(self, item: Upload) -> None:
        """Forget an upload and drop its bytes."""
        with self._database.write() as connection:
            connection.execute(sa.delete(upload).where(upload.c.id == item.id))
        self.file(item).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """End uploads whose time is over, a hundred at most."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(upload).where(upload.c.expires_at < now).limit(_SWEEP)).all()
        for row in rows:
            self.end(Upload(**row._mapping))
