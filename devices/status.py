"""How a device is, in words an officer reads: what the device chips and cards show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Literal

import msgspec

from fieldkit.errors import KnownError, sentence

DeviceKind = Literal["printer", "label-printer", "wand", "receiver"]
DeviceState = Literal["ready", "attention", "off"]


class DeviceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One device now: ready, in need of a hand, or off; `since` is aware UTC by the laptop's clock."""

    name: str
    kind: DeviceKind
    state: DeviceState
    words_zh: str
    words_en: str
    since: datetime


class StatusKeeper:
    """Remembers the last state of one device and since when it is so. Thread-safe.

    Args:
        name: what the officer calls it: its address, port or folder.
        kind: which device of the case it is.
        key: the sentence to begin with, as "off".
        now: the laptop's clock, aware UTC.
    """

    def __init__(
        self,
        name: str,
        kind: DeviceKind,
        key: str,
        /,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **details: object,
    ) -> None:
        self._name = name
        self._kind = kind
        self._now = now
        self._lock = Lock()
        zh, en = sentence(key, **details)
        self._status = DeviceStatus(name=name, kind=kind, state="off", words_zh=zh, words_en=en, since=now())

    @property
    def status(self) -> DeviceStatus:
        """The last state known."""
        return self._status

    def say(self, state: DeviceState, key: str, /, **details: object) -> DeviceStatus:
        """Set the state with a sentence of `resources/messages` and return it."""
        return self._set(state, *sentence(key, **details))

    def say_error(self, state: DeviceState, error: KnownError) -> DeviceStatus:
        """Set the state with the words of an error and return it."""
        return self._set(state, error.zh, error.en)

    def say_words(self, state: DeviceState, words: tuple[str, str]) -> DeviceStatus:
        """Set the state with words at hand, Chinese and English, and return it."""
        return self._set(state, *words)

    def _set(self, state: DeviceState, zh: str, en: str) -> DeviceStatus:
        with self._lock:
            last = self._status
            if (last.state, last.words_zh) != (state, zh):
                since = last.since if last.state == state else self._now()
                self._status = DeviceStatus(
                    name=self._name, kind=self._kind, state=state, words_zh=zh, words_en=en, since=since
                )
            return self._status
