"""An open kit with its workers: the composition of replica, sync, devices and embedded backend, without a window."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import BinaryIO

from fieldkit.access.keys import Keys
from fieldkit.clock import Clock
from fieldkit.crypto import filelock
from fieldkit.errors import NotEnrolled, StorageFull
from fieldkit.model.evidence import Fix
from fieldkit.model.officer import Officer
from fieldkit.replica import Enrolment, KitInUse, Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from sync.report import Progress, SyncReport
from sync.transport import Stop
from ui import embedded
from ui.duty import Duty
from ui.inspection.tools import VisitTools
from ui.settings.kitdevices import KitDevices
from ui.settings.store import SettingsFile
from ui.settings.syncing import Syncing

log = logging.getLogger(__name__)


class OpenKit:
    """Opens the files at once; `start` begins the workers, `close` ends and joins them all.

    Args:
        home: the kit's folder.
        keys: as unlocked by the officer.
        credentials: sign the officer in at the backend when there is a network.

    Raises:
        ReplicaTooNew, ReplicaDamaged, KitInUse: the files can't be opened, or another window has this kit.
        NotEnrolled: the kit belongs to no county.
    """

    def __init__(self, home: Path, keys: Keys, credentials: Credentials) -> None:
        self.home, self.keys = home, keys
        self.clock = Clock()
        self.replica = Replica.open(home, keys, self.clock)
        try:
            enrolment = self.replica.enrolment.get()
            if enrolment is None:
                raise NotEnrolled(home=home)
            self._only_window = _only_window(home)
        except BaseException:
            self.replica.close()
            raise
        self.enrolment: Enrolment = enrolment
        self.officer = self.replica.officers.get(credentials.officer) or Officer(
            number=credentials.officer, name=credentials.officer, unit="", squad="", county=enrolment.county
        )
        self.settings = SettingsFile(home)
        self.devices = KitDevices(home, self.settings, self.clock)
        self.duty = Duty(self.replica, self.clock, self.settings, self.officer)
        self.devices.hear_fixes(self._hear_fix)
        self._engine = SyncEngine(self.replica, self.clock, lambda: credentials)
        self._backend: embedded.EmbeddedBackend | None = None
        self.syncing = Syncing(self._sync, self.clock)
        self.tools = VisitTools(
            replica=self.replica,
            clock=self.clock,
            home=home,
            officer=self.officer,
            county=enrolment.county,
            county_key=bytes.fromhex(enrolment.county_key),
            device_id=enrolment.device_id,
            issuing_body=self.officer.unit or enrolment.county_name,
            printer=self.devices.printer,
            label_printer=self.devices.label_printer,
            wand_folder=self.devices.wand_folder,
        )

    def start(self, *, sync_at_once: bool = True) -> None:
        """Begin to look after devices and to sync."""
        try:
            self.replica.audit.write(self.officer.number, "login", self.officer.number)
        except StorageFull:
            log.warning("no room to note the log-in of %s", self.officer.number)
        self.devices.start()
        self.syncing.start(at_once=sync_at_once)

    def begin_visit(self, enterprise_id: str, task_id: str) -> str:
        """Make an open visit, prefilled from the archive, and return its id.

        Raises:
            NotFound: the kit has no such archive.
        """
        from ui.inspection.opening import new_visit

        visit_id = new_visit(self.tools, enterprise_id, task_id or None).id
        self.duty.link(visit_id)
        return visit_id

    def _hear_fix(self, fix: Fix) -> None:
        if self.enrolment.embedded or not self.devices.practising:  # a real track holds no emulator's positions
            self.duty.hear(fix)

    def _sync(self, cancel: Stop, progress: Progress, patient: bool) -> SyncReport:
        if self._backend is None and self.enrolment.embedded:
            self._backend = embedded.ensure(self.replica, cancel)
        return self._engine.run(cancel, progress, patient=patient)

    def close(self) -> None:
        """Stop all workers, wait for them, close the files."""
        self.syncing.stop()
        self.devices.stop()
        self.syncing.join()
        self.devices.join()
        self.duty.close()
        self._engine.close()
        if self._backend is not None:
            self._backend.stop()
        self.replica.close()
        self._only_window.close()


def _only_window(home: Path) -> BinaryIO:
    """Return the lock of the one window a kit may have: two would save over each other's open visits."""
    file = (home / "desktop.lock").open("ab")
    if not filelock.take(file):
        file.close()
        raise KitInUse("kit.desktop_open")
    return file
