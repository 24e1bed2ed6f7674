"""An officer's track between 出勤 and 收勤: kept while on duty and at no other time, sent when duty ends. No Qt.

Tracks are personal data: what the receiver says outside duty is dropped, and only the officer logged in sees the own.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from fieldkit.clock import Clock
from fieldkit.errors import KnownError
from fieldkit.ids import uuid7
from fieldkit.model.evidence import Fix, Track
from fieldkit.model.officer import Officer
from fieldkit.replica import Replica
from ui.settings.store import OpenDuty, SettingsFile

logger = logging.getLogger(__name__)

SAVE_S = 60.0
"""At least so often a track is saved while fixes come."""
APART = timedelta(seconds=5)
"""Fixes closer together than this are one: a receiver speaks every second, a day would be 30,000 fixes."""

DutyStatus = Literal["off", "on", "interrupted"]


class DutyState(msgspec.Struct, frozen=True):
    """How duty stands. "interrupted": the kit was closed on duty; nothing is recorded until the officer goes on."""

    status: DutyStatus = "off"
    since: datetime | None = None
    fixes: int = 0


class Duty:
    """One officer's duty on one kit. `hear` is for the receiver's thread; the rest for worker threads.

    Args:
        replica: keeps the track, encrypted.
        settings: remembers that duty has begun and not ended, over a restart.
        officer: who is logged in.
        save_s: seconds between two saves.
    """

    def __init__(
        self, replica: Replica, clock: Clock, settings: SettingsFile, officer: Officer, *, save_s: float = SAVE_S
    ) -> None:
        self._replica, self._clock, self._settings, self._officer = replica, clock, settings, officer
        self._save_s = save_s
        self._changing = threading.RLock()  # begin, end, save: never two at once
        self._lock = threading.Lock()  # the fixes; held for no longer than an append
        self._fixes: list[Fix] = []
        self._saved = 0
        self._visit_id: str | None = None
        self._recording = False
        self._open = settings.read().on_duty.get(officer.number)
        if self._open is not None:
            kept = replica.tracks.get(self._open.track)
            if kept is not None and kept.officer == officer.number:
                self._fixes, self._visit_id = list(kept.fixes), kept.visit_id
                self._saved = len(self._fixes)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> DutyState:
        """How duty stands now; from any thread."""
        opened = self._open
        if opened is None:
            return DutyState()
        return DutyState("on" if self._recording else "interrupted", opened.since, len(self._fixes))

    @property
    def track_id(self) -> str | None:
        """Id of the track being recorded, None off duty."""
        return self._open.track if self._open is not None and self._recording else None

    def begin(self) -> None:
        """出勤: record from now on. Open visits of this officer that have no track get this one."""
        with self._changing:
            if self._open is not None:
                return
            now = self._clock.now().at
            with self._lock:
                self._fixes, self._saved, self._visit_id = [], 0, None
            self._open = OpenDuty(uuid7(int(now.timestamp() * 1000)), now)
            self._remember()
            self._record()
            for visit in self._replica.visits.open():
                if self._officer.number in visit.officers:
                    self.link(visit.id)

    def go_on(self) -> None:
        """继续出勤 after the kit was closed on duty: the same track grows on."""
        with self._changing:
            if self._open is not None and not self._recording:
                self._record()

    def end(self) -> int:
        """收勤: record no more, queue the track, and return how many fixes it holds; without any nothing is sent."""
        with self._changing:
            opened = self._open
            if opened is None:
                return 0
            self._rest()
            self.save(anew=True)
            if self._fixes:
                self._replica.tracks.queue(opened.track)
            count = len(self._fixes)
            self._open = None
            self._remember()
            with self._lock:
                self._fixes = []
            return count

    def close(self) -> None:
        """The kit is closed: stop recording and save; on duty, the next start asks."""
        with self._changing:
            if self._recording:
                self._rest()
                self.save()
        if self._thread is not None:
            self._thread.join()

    def link(self, visit_id: str) -> None:
        """Name the track in an open visit that has none yet, and the first such visit in the track."""
        with self._changing:
            visit, track_id = self._replica.visits.get(visit_id), self.track_id
            if track_id is None or visit is None or visit.state != "open" or visit.track_id is not None:
                return
            self._replica.visits.save(msgspec.structs.replace(visit, track_id=track_id))
            self._visit_id = self._visit_id or visit_id

    def hear(self, fix: Fix) -> None:
        """Take a position of the receiver; off duty it is dropped."""
        with self._lock:
            if self._recording and (not self._fixes or fix.at - self._fixes[-1].at >= APART):
                self._fixes.append(fix)

    def save(self, *, anew: bool = False) -> None:
        """Write what came since the last save; `anew` also when nothing did."""
        with self._changing:
            opened = self._open
            with self._lock:
                fixes = tuple(self._fixes)
            if opened is None or not fixes or (len(fixes) == self._saved and not anew):
                return
            track = Track(
                id=opened.track,
                officer=self._officer.number,
                fixes=fixes,
                visit_id=self._visit_id,
                demo=self._officer.demo,
            )
            self._replica.tracks.save(track)
            self._saved = len(fixes)

    def _remember(self) -> None:
        others = {n: known for n, known in self._settings.read().on_duty.items() if n != self._officer.number}
        own = {self._officer.number: self._open} if self._open is not None else {}
        self._settings.change(on_duty=others | own)

    def _record(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, args=(self._stop,), name="duty", daemon=True)
        self._recording = True
        self._thread.start()

    def _rest(self) -> None:
        with self._lock:
            self._recording = False
        self._stop.set()

    def _keep(self, stop: threading.Event) -> None:
        while not stop.wait(self._save_s):
            try:
                with self._changing:
                    if not stop.is_set():
                        self.save()
            except KnownError as error:  # a full disk: the fixes are in memory and tried again
                logger.warning("the track could not be saved: %s", error)
