"""The open kit as the pages see it: handed in by the composition root, looked up nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.model.stamp import local

if TYPE_CHECKING:
    from fieldkit.access.keys import Keys
    from fieldkit.clock import Clock
    from fieldkit.model.officer import Officer
    from fieldkit.replica import Replica
    from ui.bridge import Bridge
    from ui.duty import Duty
    from ui.settings.kitdevices import KitDevices
    from ui.settings.store import SettingsFile
    from ui.settings.syncing import Syncing


@dataclass(frozen=True)
class Session:
    """One officer's log-in on one kit.

    Attributes:
        officer: who is logged in, as the roster knows them.
        county, county_name: division code and name, from the enrolment.
        devices: chosen devices and their state.
        syncing: the sync worker and what it last did.
        duty: between 出勤 and 收勤 it keeps the officer's track.
    """

    home: Path
    keys: Keys
    replica: Replica
    clock: Clock
    bridge: Bridge
    officer: Officer
    county: str
    county_name: str
    settings: SettingsFile
    devices: KitDevices
    syncing: Syncing
    duty: Duty

    def today(self) -> date:
        """Return today in Beijing time by the best clock known."""
        return local(self.clock.now().at).date()
