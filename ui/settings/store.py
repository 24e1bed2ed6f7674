"""What was set on this machine: the look, practice mode, duty begun. Nothing secret, so it lies beside the kit."""

from __future__ import annotations

import logging
import os
import threading
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

logger = logging.getLogger(__name__)


class OpenDuty(msgspec.Struct, frozen=True):
    """A duty that began and has not ended: the id of its track and since when; no position stands here."""

    track: str
    since: datetime


class Settings(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Choices of this machine; device addresses are `devices.config`'s."""

    theme: Literal["day", "night", "outdoor"] = "day"
    rail_folded: bool = False
    practice: bool = False
    on_duty: dict[str, OpenDuty] = {}
    """Enforcement ID number → the duty that officer has not ended."""


class SettingsFile:
    """Reads and replaces the settings file; a damaged one is told in the log and taken as empty.

    Args:
        home: the kit's folder; the file is its neighbour, since the folder itself holds only ciphertext.
    """

    def __init__(self, home: Path) -> None:
        self.path = home.with_name(home.name + ".settings.json")
        self._changing = threading.Lock()

    def read(self) -> Settings:
        """Return what is set, defaults where nothing is."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (OSError, msgspec.DecodeError) as error:
            logger.info("settings not readable, taking defaults: %s", error)
            return Settings()

    def write(self, settings: Settings) -> None:
        """Replace the file in one step."""
        draft = self.path.with_name(self.path.name + ".new")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(settings)))
        os.replace(draft, self.path)

    def change(self, **changes: object) -> Settings:
        """Replace some settings and return them all."""
        with self._changing:
            changed = msgspec.structs.replace(self.read(), **changes)
            self.write(changed)
        return changed
