"""Evidence and prints as encrypted chunk files, named by a keyed hash of their content's hash; rows in `work.db`.

The file comes first (temp → fsync → rename → fsync of the folder), its row after, in one transaction: a crash between
leaves a file without a row, never a row without a file; the next start removes it if it is half and gives it a row if
it is whole.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from fieldkit.access.keys import Keys
from fieldkit.clock import Clock
from fieldkit.crypto import durable
from fieldkit.crypto.chunkfile import ChunkFile, ChunkReader, write
from fieldkit.crypto.digest import STEP
from fieldkit.errors import NotFound, ReplicaDamaged
from fieldkit.model.record import BlobRef
from fieldkit.replica import moment
from fieldkit.replica.connections import Connections

BlobState = Literal["local", "uploading", "stored"]

SCHEMA_1 = (
    """
    CREATE TABLE blob (
        sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, media_type TEXT NOT NULL, filename TEXT NOT NULL,
        file_id TEXT NOT NULL, kept_at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'local' CHECK (state IN ('local', 'uploading', 'stored')),
        wanted INTEGER NOT NULL DEFAULT 0,  -- 1 once a queued operation names it: drafts' scans do not go up
        upload_url TEXT NOT NULL DEFAULT '', offset INTEGER NOT NULL DEFAULT 0, expires_at TEXT
    )""",
    "CREATE INDEX blob_waiting ON blob (size) WHERE wanted = 1 AND state <> 'stored'",
)
FOLDER = "blobs"
_TEMPORARY = ".part"


class BlobRow(msgspec.Struct, frozen=True):
    """A blob that is to go up, and how far it came."""

    sha256: str
    size: int
    media_type: str
    filename: str
    state: BlobState
    upload_url: str
    offset: int
    expires_at: datetime | None


class Blobs:
    """Keeps content of any size. Thread-safe; each opened stream belongs to one thread."""

    def __init__(self, home: Path, keys: Keys, connections: Connections, clock: Clock) -> None:
        self._folder = home / FOLDER
        self._keys = keys
        self._connections = connections
        self._clock = clock

    def put(self, data: bytes | BinaryIO, media_type: str, filename: str = "", *, stored: bool = False) -> BlobRef:
        """Keep content and return its name; what is kept already, and whole, is not written again.

        Args:
            data: bytes, or a binary stream read to its end.
            media_type: such as image/jpeg.
            filename: as the officer knows it; "" for none.
            stored: it came from the backend and need not go up.

        Raises:
            StorageFull: nothing was kept.
        """
        if isinstance(data, bytes):
            sha256 = hashlib.sha256(data).hexdigest()
            known = self.ref(sha256)
            if known is not None and self._is_whole(sha256, self._file_id(sha256)):
                return known
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        digest, size = hashlib.sha256(), 0

        def pieces() -> Iterator[bytes]:
            nonlocal size
            while piece := source.read(STEP):
                digest.update(piece)
                size += len(piece)
                yield piece

        temporary = self._folder / f"{secrets.token_hex(16)}{_TEMPORARY}"
        try:
            with durable.full_disk_told():
                with temporary.open("wb") as file:
                    file_id = write(file, pieces(), self._keys.blobs)
                    durable.sync_file(file)
                return self._publish(
                    temporary, BlobRef(digest.hexdigest(), size, media_type, filename), file_id, stored=stored
                )
        finally:
            temporary.unlink(missing_ok=True)

    def _publish(self, temporary: Path, blob: BlobRef, file_id: str, *, stored: bool) -> BlobRef:
        before = self._file_id(blob.sha256)
        whole = before is not None and self._is_whole(blob.sha256, before)
        # The rename stands inside the transaction: of two that keep the same content, one wins file and row.
        with self._connections.work.transaction() as work:
            row = work.execute("SELECT file_id FROM blob WHERE sha256 = ?", (blob.sha256,)).fetchone()
            if row is not None and (whole or row[0] != before):
                return blob
            durable.replace(temporary, self.path(blob.sha256))
            if row is not None:  # its file was lost or went bad: this one is in its place now
                work.execute("UPDATE blob SET file_id = ? WHERE sha256 = ?", (file_id, blob.sha256))
                return blob
            work.execute(
                "INSERT INTO blob (sha256, size, media_type, filename, file_id, kept_at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    blob.sha256,
                    blob.size,
                    blob.media_type,
                    blob.filename,
                    file_id,
                    moment.to_text(self._clock.now().at),
                    "stored" if stored else "local",
                ),
            )
        self._connections.touched("blob")
        return blob

    def has(self, sha256: str) -> bool:
        """Tell whether content with this SHA-256 (hex) is kept here."""
        return self.ref(sha256) is not None

    def ref(self, sha256: str) -> BlobRef | None:
        """Return size, media type and name of kept content, or None."""
        row = self._connections.one(
            "SELECT sha256, size, media_type, filename FROM work.blob WHERE sha256 = ?", (sha256,)
        )
        return BlobRef(*row) if row else None

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from `start`, all by default; only the chunks touched are decrypted.

        Raises:
            NotFound: no such content here.
            ReplicaDamaged: the file is missing, cut or altered.
        """
        with self._file(sha256) as file:
            return file.read(start, file.size if length is None else length)

    def open(self, sha256: str) -> BinaryIO:
        """Return the content as a seekable stream that reads ahead a chunk.

        Raises:
            NotFound, ReplicaDamaged: as `read`.
        """
        return io.BufferedReader(ChunkReader(self._file(sha256)), buffer_size=1 << 16)

    def waiting(self) -> list[BlobRow]:
        """Return what is to go up, small ones first: content named by a queued operation and not known as stored."""
        rows = self._connections.all(
            "SELECT sha256, size, media_type, filename, state, upload_url, offset, expires_at FROM work.blob"
            " WHERE wanted = 1 AND state <> 'stored' ORDER BY size, sha256"
        )
        return [
            BlobRow(sha256, size, media, name, state, url, offset, moment.from_text(ends) if ends else None)
            for sha256, size, media, name, state, url, offset, ends in rows
        ]

    def uploading(self, sha256: str, url: str, offset: int, expires_at: datetime | None = None) -> None:
        """Remember where an upload stands: its Location, the bytes the backend has, when the Location ends."""
        self._update(
            "UPDATE blob SET state = 'uploading', upload_url = ?, offset = ?, expires_at = ?"
            " WHERE sha256 = ? AND state <> 'stored'",
            (url, offset, moment.to_text(expires_at) if expires_at else None, sha256),
        )

    def stored(self, sha256: str) -> None:
        """Remember that the backend has this content with an equal hash (I9)."""
        self._update(
            "UPDATE blob SET state = 'stored', upload_url = '', offset = size, expires_at = NULL WHERE sha256 = ?",
            (sha256,),
        )

    def states(self, hashes: list[str]) -> dict[str, BlobState]:
        """Return the state of each of these that is kept here."""
        rows = self._connections.all(
            "SELECT sha256, state FROM work.blob WHERE sha256 IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(hashes).decode(),),
        )
        return {row[0]: row[1] for row in rows}

    def path(self, sha256: str) -> Path:
        """Return where the chunk file of this content lies."""
        return self._folder / hmac.new(self._keys.blob_names, bytes.fromhex(sha256), "sha256").hexdigest()

    def want(self, hashes: Sequence[str]) -> None:
        """Let content go up that finished work names; what the backend has stays as it is."""
        with self._connections.work.transaction() as work:
            work.executemany("UPDATE blob SET wanted = 1 WHERE sha256 = ?", [(sha256,) for sha256 in hashes])
        self._connections.touched("blob")

    def sweep(self) -> list[str]:
        """Remove the halves a crash left, give a row to each whole file without one and return the hashes of these."""
        known = {self.path(row[0]).name for row in self._connections.all("SELECT sha256 FROM work.blob")}
        adopted = []
        for path in sorted(self._folder.iterdir()):
            if path.name in known or not path.is_file():
                continue
            sha256 = self._adopt(path) if path.suffix != _TEMPORARY else None
            if sha256 is None:
                path.unlink()
            else:
                known.add(self.path(sha256).name)
                adopted.append(sha256)
        return adopted

    def check(self, progress: Callable[[int], None] | None = None) -> Iterator[tuple[str, str]]:
        """Read every kept blob to its end and give (file, what is wrong) for each that fails.

        Args:
            progress: called with the bytes read so far.
        """
        done = 0
        known = set()
        for sha256, size, file_id in self._connections.all("SELECT sha256, size, file_id FROM work.blob"):
            path = self.path(sha256)
            known.add(path.name)
            digest = hashlib.sha256()
            try:
                with ChunkFile(path, self._keys.blobs, file_id) as file:
                    for piece in file.pieces():
                        digest.update(piece)
                        done += len(piece)
                        if progress:
                            progress(done)
                    if file.size != size or digest.hexdigest() != sha256:
                        yield f"{FOLDER}/{path.name}", "内容与校验值不符 (content differs from its hash)"
            except ReplicaDamaged:
                missing, wrong = "文件不在了 (the file is missing)", "有一段校验不符 (a chunk does not authenticate)"
                yield f"{FOLDER}/{path.name}", wrong if path.exists() else missing
        for path in self._folder.iterdir():
            if path.name not in known and path.suffix != _TEMPORARY:
                yield f"{FOLDER}/{path.name}", "没有登记的多余文件 (a file without a row)"

    def count(self) -> int:
        """Return how many blobs are kept."""
        row = self._connections.one("SELECT count(*) FROM work.blob")
        return int(row[0]) if row else 0

    def _file(self, sha256: str) -> ChunkFile:
        row = self._connections.one("SELECT file_id FROM work.blob WHERE sha256 = ?", (sha256,))
        if row is None:
            raise NotFound(what=sha256)
        return ChunkFile(self.path(sha256), self._keys.blobs, row[0])

    def _file_id(self, sha256: str) -> str | None:
        row = self._connections.one("SELECT file_id FROM work.blob WHERE sha256 = ?", (sha256,))
        return row[0] if row else None

    def _is_whole(self, sha256: str, file_id: str | None) -> bool:
        """Tell whether the file of this content is there and every byte of it authenticates."""
        digest = hashlib.sha256()
        try:
            with ChunkFile(self.path(sha256), self._keys.blobs, file_id) as file:
                for piece in file.pieces():
                    digest.update(piece)
        except ReplicaDamaged:
            return False
        return digest.hexdigest() == sha256

    def _adopt(self, path: Path) -> str | None:
        """Give a whole chunk file a row; None if it is not whole, not ours, or a second copy of what is kept."""
        digest = hashlib.sha256()
        try:
            with ChunkFile(path, self._keys.blobs) as file:
                start = file.read(0, 16)
                for piece in file.pieces():
                    digest.update(piece)
                sha256, size, file_id = digest.hexdigest(), file.size, file.file_id
        except ReplicaDamaged:
            return None
        if (known := self._file_id(sha256)) is not None and self._is_whole(sha256, known):
            return None
        with self._connections.work.transaction() as work:
            if self.path(sha256) != path:
                durable.replace(path, self.path(sha256))
            work.execute(
                "INSERT INTO blob (sha256, size, media_type, filename, file_id, kept_at) VALUES (?, ?, ?, '', ?, ?)"
                " ON CONFLICT (sha256) DO UPDATE SET file_id = excluded.file_id",
                (sha256, size, _sniff(start), file_id, moment.to_text(self._clock.now().at)),
            )
        return sha256

    def _update(self, sql: str, values: tuple[object, ...]) -> None:
        with self._connections.work.transaction() as work:
            work.execute(sql, values)
        self._connections.touched("blob")


def _sniff(start: bytes) -> str:
    """Name the media type of adopted content by its first bytes; the row that knew it is lost."""
    for magic, media_type in ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"%PDF", "application/pdf")):
        if start.startswith(magic):
            return media_type
    return "application/octet-stream"
