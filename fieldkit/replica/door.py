"""The one door to a kit's data: opens both files, and hands out the parts that read and write them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from fieldkit.access.keys import Keys
from fieldkit.clock import Clock
from fieldkit.crypto import durable
from fieldkit.errors import InvalidInput, NotEnrolled, ReplicaDamaged, StorageFull
from fieldkit.replica import home, integrity, recovery, schema
from fieldkit.replica.archives import Archives
from fieldkit.replica.audit import Audit
from fieldkit.replica.blobs import FOLDER, Blobs
from fieldkit.replica.changes import Changes
from fieldkit.replica.connections import Connections, Touched
from fieldkit.replica.copies import WorkCopier
from fieldkit.replica.enrolment import Enrolments
from fieldkit.replica.officers import Officers
from fieldkit.replica.outbox import Outbox
from fieldkit.replica.search import Search
from fieldkit.replica.tasks import Petitions, Tasks
from fieldkit.replica.tracks import Tracks
from fieldkit.replica.visits import Visits

log = logging.getLogger(__name__)


class Replica:
    """A kit's data, open. Made by `create` or `open`, ended by `close`; usable from any thread.

    `recovered` holds the notices of what had to be repaired at this start, for the officer to read.
    """

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        clock: Clock,
        lock: home.HomeLock,
        recovered: tuple[recovery.Recovered, ...],
    ) -> None:
        self.home = folder
        self.recovered = recovered
        self._keys = keys
        self._lock = lock
        self._connections = Connections(
            folder / home.REPLICA,
            folder / home.WORK,
            keys,
            (schema.REPLICA_VERSION, schema.WORK_VERSION),
            schema.PROJECTED,
            (folder / home.DAMAGED).touch,
        )
        self.archives = Archives(self._connections)
        self.visits = Visits(self._connections, clock)
        self.tasks = Tasks(self._connections)
        self.petitions = Petitions(self._connections)
        self.officers = Officers(self._connections)
        self.outbox = Outbox(self._connections, clock)
        self.blobs = Blobs(folder, keys, self._connections, clock)
        self.tracks = Tracks(self._connections, clock)
        self.changes = Changes(self._connections, self.outbox, clock)
        self.enrolment = Enrolments(self._connections)
        self.audit = Audit(self._connections, clock)
        self.search = Search(self._connections)
        self._copier = WorkCopier(
            self._connections,
            folder / home.WORK_COPY,
            keys.work_db,
            schema.WORK_VERSION,
            lambda error: log.error("work.bak: %s", error),
        )

    @classmethod
    def create(cls, folder: Path, keys: Keys, clock: Clock) -> Replica:
        """Make a new kit's two files and open them.

        Raises:
            InvalidInput: there already is a kit.
            StorageFull: nothing usable was made.
        """
        if (folder / home.WORK).exists():
            raise InvalidInput("keys.exists", home=folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        schema.migrate(folder / home.REPLICA, keys.replica_db, schema.REPLICA_VERSION)
        (folder / FOLDER).mkdir(exist_ok=True, mode=0o700)
        schema.migrate(folder / home.WORK, keys.work_db, schema.WORK_VERSION)
        durable.sync_directory(folder)
        return cls.open(folder, keys, clock)

    @classmethod
    def open(cls, folder: Path, keys: Keys, clock: Clock) -> Replica:
        """Open a kit, repairing what can be: `recovered` says what was done.

        Raises:
            NotEnrolled: no kit is here.
            ReplicaTooNew: a newer program wrote a file; nothing was changed.
            ReplicaDamaged: `work.db` and its copy are both unreadable; nothing was changed.
            KitInUse: it wants repair and another program has it open.
        """
        if not (folder / home.WORK).exists() and not (folder / home.WORK_COPY).exists():
            raise NotEnrolled(home=folder)
        lock = home.HomeLock(folder)
        try:
            notices: list[recovery.Recovered] = []
            if lock.alone:
                notices = recovery.repair(folder, keys)
                (folder / FOLDER).mkdir(exist_ok=True, mode=0o700)
                schema.migrate(folder / home.REPLICA, keys.replica_db, schema.REPLICA_VERSION)
                schema.migrate(folder / home.WORK, keys.work_db, schema.WORK_VERSION)
            elif not (folder / home.REPLICA).exists() or (folder / home.DAMAGED).exists():
                raise home.KitInUse
            replica = cls(folder, keys, clock, lock, tuple(notices))
        except BaseException:
            lock.close()
            raise
        try:
            replica._start()
        except BaseException:
            replica.close()
            raise
        return replica

    def _start(self) -> None:
        self._copier.start()
        try:
            if self._lock.alone:
                self._tidy()
            if self.recovered or not (self.home / home.WORK_COPY).exists():
                self.backup_work()
        except StorageFull:
            # An officer has to get in to make room; what was not done is done at the next start.
            log.warning("no room at the start")
            self.recovered = (*self.recovered, recovery.Recovered("replica.no_room"))
        finally:
            if self._lock.alone:
                self._lock.share()

    def _tidy(self) -> None:
        repaired = self.home / home.REPAIRED
        self.outbox.resume()
        if self.blobs.sweep() or repaired.exists():
            # A row of the copy, or made anew, does not know that its visit was finished since.
            self.blobs.want(self.visits.attachments_to_send())
        for notice in self.recovered:
            self.audit.write("kit", "recover", notice.en)
        repaired.unlink(missing_ok=True)
        self.outbox.prune()

    def subscribe(self, listener: Callable[[Touched], None]) -> Callable[[], None]:
        """Call `listener` with the kinds of things each commit touched, on the thread that wrote; return what ends it.

        Kinds: enterprise, visit, task, petition, officer, outbox, blob, track, enrolment, audit, sync; `finished` when
        a visit was finalised.
        """
        return self._connections.subscribe(listener)

    def backup_work(self) -> None:
        """Copy `work.db` to `work.bak` at once.

        Raises:
            StorageFull: the copy before stays.
        """
        self._copier.now()

    def verify(self, progress: integrity.Progress | None = None) -> integrity.VerifyReport:
        """Check every page, row and blob. A damaged `replica.db` is fetched again after the next start.

        Args:
            progress: called with (what, how much is done), from this thread.
        """
        # Both writers held: a checkpoint while pages are read would look like damage.
        with self._connections.work.alone(), self._connections.replica.alone():
            files = integrity.check_files(self.home, self._keys)
        if any(problem.where == home.REPLICA for problem in files[1]):
            (self.home / home.DAMAGED).touch()
        if any(problem.where in (home.REPLICA, home.WORK) for problem in files[1]):
            return integrity.report(files)
        try:
            rows = integrity.check_rows(self._connections, self.changes, self.audit)
            blobs = integrity.check_blobs(self.blobs, progress)
        except ReplicaDamaged as error:
            trouble = integrity.Trouble(str(error.details.get("where")), integrity.UNREADABLE)
            return integrity.report(files, ({}, [trouble]))
        return integrity.report(files, rows, blobs)

    def close(self) -> None:
        """Make the last copy, close every connection and let others in."""
        self._copier.stop()
        self._copier.join()
        self._connections.close()
        self._lock.close()

    def __enter__(self) -> Replica:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def verify_kit(
    folder: Path, keys: Keys, clock: Clock, progress: integrity.Progress | None = None
) -> integrity.VerifyReport:
    """Check a kit that is not open here. Unlike `Replica.open`, this repairs nothing: it tells what it found.

    Raises:
        NotEnrolled: no kit is here.
        ReplicaTooNew: a newer program wrote a file.
    """
    if not (folder / home.WORK).exists() and not (folder / home.WORK_COPY).exists():
        raise NotEnrolled(home=folder)
    files = integrity.check_files(folder, keys)
    if any(problem.where in (home.REPLICA, home.WORK) for problem in files[1]):
        return integrity.report(files)
    with Replica.open(folder, keys, clock) as replica:
        return replica.verify(progress)
