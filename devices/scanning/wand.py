"""The wand as a folder that fills: whole pictures come out once each, broken ones are told and tried again.

A wand that writes to its own storage sends no file event, so the folder is polled.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import msgspec

from devices.scanning.whole import Broken, media_type, prove_whole
from devices.status import DeviceStatus, StatusKeeper
from fieldkit.errors import KnownError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"})
"""What is looked at; a PDF is never taken, but its officer is told why."""
MAX_BYTES = 256 << 20

_log = logging.getLogger(__name__)


class ScannedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file: where it lay, its bytes, their SHA-256 (hex), and when the wand wrote it by its own clock."""

    path: Path
    data: bytes
    sha256: str
    taken_at: datetime
    media_type: str


class _Sight(msgspec.Struct):
    """What is known of one path: size and time of change, how often they stayed equal, and what became of it."""

    mark: tuple[int, int]
    equal: int = 0
    settled: bool = False
    told: str = ""


class WandFolder:
    """Watches a folder and hands over each whole picture once, by content.

    Args:
        folder: where the wand's files appear; sub-folders are looked through too. It may be away and come back.
        deliver: takes a file; called on the watching thread. A KnownError from it keeps the file for another try.
        poll_s: seconds between two looks.
        failed: told once per content state that a file is broken: path and the reason as an error with words.
        known: whether content of this SHA-256 (hex) has been taken before, so that a restart delivers nothing twice.
        broken_after: looks at an unchanged broken file before it is told: a slow wand pauses while it writes.
    """

    def __init__(
        self,
        folder: Path,
        deliver: Callable[[ScannedFile], None],
        poll_s: float = 1.0,
        *,
        failed: Callable[[Path, KnownError], None] = lambda path, why: None,
        known: Callable[[str], bool] = lambda sha256: False,
        broken_after: int = 4,
    ) -> None:
        self._folder = folder
        self._deliver = deliver
        self._poll_s = poll_s
        self._failed = failed
        self._known = known
        self._broken_after = max(2, broken_after)
        self._sights: dict[Path, _Sight] = {}
        self._taken: set[str] = set()
        self._stop = Event()
        self._thread: Thread | None = None
        self._keeper = StatusKeeper(str(folder), "wand", "wand.folder_away", folder=folder)

    def start(self) -> None:
        """Begin to watch on a thread of its own."""
        self._stop.clear()
        self._thread = Thread(target=self._run, name="wand", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; a file in hand is still delivered."""
        self._stop.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def status(self) -> DeviceStatus:
        """Return how the folder is: ready, receiving, or away."""
        return self._keeper.status

    def look(self) -> None:
        """Look once: note what changed, and take what has stayed the same for two looks."""
        try:
            found = dict(_files(self._folder))
        except OSError:
            self._keeper.say("off", "wand.folder_away", folder=self._folder)
            return  # what was settled stays so: the same files come back with the wand
        for path in self._sights.keys() - found.keys():
            del self._sights[path]
        for path, mark in sorted(found.items(), key=lambda item: (item[1][1], str(item[0]))):
            if self._stop.is_set():
                return
            self._see(path, mark)
        coming = sum(1 for sight in self._sights.values() if not sight.settled and not sight.told)
        if coming:
            self._keeper.say("ready", "wand.receiving", count=coming)
        elif not any(sight.told for sight in self._sights.values() if not sight.settled):
            self._keeper.say("ready", "wand.ready")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:
                _log.exception("the wand's folder could not be worked through")
                self._keeper.say("attention", "wand.fault")
            self._stop.wait(self._poll_s)

    def _see(self, path: Path, mark: tuple[int, int]) -> None:
        sight = self._sights.get(path)
        if sight is None or sight.mark != mark:
            self._sights[path] = _Sight(mark)
            return
        if sight.settled:
            return
        sight.equal += 1
        if sight.told and sight.told != "wand.not_delivered":
            return  # broken and told: only a change of the file brings it back
        try:
            self._take(path, sight)
        except Broken as broken:
            if sight.equal >= self._broken_after:
                self._tell(path, sight, broken.error)
        except KnownError as error:
            self._tell(path, sight, KnownError("wand.not_delivered", file=path.name, why=error.zh))
        except OSError as error:
            if path.parent.exists() and sight.equal >= self._broken_after:
                why = KnownError("wand.unreadable", file=path.name, why=error.strerror or type(error).__name__)
                self._tell(path, sight, why)

    def _take(self, path: Path, sight: _Sight) -> None:
        size, changed_ns = sight.mark
        if size > MAX_BYTES:
            raise Broken(KnownError("wand.too_big", file=path.name, size_mb=size >> 20))
        data = path.read_bytes()
        if len(data) != size:
            sight.equal = 0
            return
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 not in self._taken and not self._known(sha256):
            prove_whole(path.name, data)
            self._deliver(
                ScannedFile(
                    path=path,
                    data=data,
                    sha256=sha256,
                    taken_at=datetime.fromtimestamp(changed_ns / 1e9, UTC),
                    media_type=media_type(data),
                )
            )
        self._taken.add(sha256)
        sight.settled = True

    def _tell(self, path: Path, sight: _Sight, error: KnownError) -> None:
        if sight.told != error.message_key:
            sight.told = error.message_key
            self._keeper.say_error("attention", error)
            self._failed(path, error)


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Yield each picture under the folder with its size and time of change.

    Raises:
        OSError: the folder is away.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES and entry.is_file(follow_symlinks=False):
                about = entry.stat(follow_symlinks=False)
                yield Path(entry.path), (about.st_size, about.st_mtime_ns)
