"""Every error the product raises on purpose.

FieldkitError
├── KnownError               the world's fault: has a sentence that says what to do
│   ├── StorageFull
│   ├── ReplicaTooNew        the file was written by a newer program
│   ├── ReplicaDamaged
│   ├── WrongKey             wrong password, or a file of another kit
│   ├── LockedOut            too many wrong passwords
│   ├── NotEnrolled
│   ├── InvalidInput         a value, file or argument that can't be taken
│   ├── NotFound
│   ├── CheckFailed          the record check forbids this step
│   ├── DeviceUnavailable
│   │   └── PaperOut
│   ├── NetworkUnavailable
│   │   └── NotTheServer     wrong pin, captive portal, HTML for JSON
│   ├── AuthExpired
│   ├── ServerRejected
│   └── Cancelled            the officer stopped it
└── BugError                 ours: logged, offered as a report

The sentences stand in `resources/messages/*.toml`, Chinese first, English second.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import ClassVar

from fieldkit.resource import resource


class FieldkitError(Exception):
    """The root of all errors of this product."""


class BugError(FieldkitError):
    """Something that can't happen did; the program is wrong, not the world."""


class KnownError(FieldkitError):
    """A failure of the world, with a message key, its details and whether trying again may help.

    Args:
        key: entry in `resources/messages/*.toml`; the class's own key by default.
        details: values for the placeholders of the sentence.
    """

    key: ClassVar[str] = "error.known"
    retryable: ClassVar[bool] = False

    def __init__(self, key: str | None = None, /, **details: object) -> None:
        self.message_key = key or self.key
        self.details = details
        super().__init__(self.message_key)

    @property
    def zh(self) -> str:
        """The sentence in Chinese: what happened · what was kept · what to do."""
        return self._sentence("zh")

    @property
    def en(self) -> str:
        """The same sentence in English."""
        return self._sentence("en")

    def _sentence(self, language: str) -> str:
        entry = _messages().get(self.message_key)
        if entry is None:
            raise BugError(f"no message for {self.message_key!r}")
        return entry[language].format(**self.details)

    def __str__(self) -> str:
        return f"{self.zh} ({self.en})"


class StorageFull(KnownError):
    """The disk has no room for what is to be saved."""

    key = "storage.full"
    retryable = True


class ReplicaTooNew(KnownError):
    """The file's `user_version` is newer than this program knows."""

    key = "replica.too_new"


class ReplicaDamaged(KnownError):
    """A page, row or blob does not verify."""

    key = "replica.damaged"


class WrongKey(KnownError):
    """The password or key does not open this file."""

    key = "access.wrong_password"


class LockedOut(KnownError):
    """Too many failures; wait `seconds`."""

    key = "access.locked_out"
    retryable = True


class NotEnrolled(KnownError):
    """There is no kit here, or it has no server."""

    key = "kit.not_enrolled"


class InvalidInput(KnownError):
    """A value, file or argument that can't be taken."""

    key = "input.invalid"


class NotFound(KnownError):
    """Nothing has this id, number or name."""

    key = "input.not_found"


class CheckFailed(KnownError):
    """The record check forbids the step; `details['rules']` names the rules."""

    key = "check.failed"


class DeviceUnavailable(KnownError):
    """A printer, scanner or receiver does not answer."""

    key = "device.unavailable"
    retryable = True


class PaperOut(DeviceUnavailable):
    """The printer has no paper."""

    key = "device.paper_out"


class NetworkUnavailable(KnownError):
    """No way to the server just now."""

    key = "network.unavailable"
    retryable = True


class NotTheServer(NetworkUnavailable):
    """What answered is not the server this kit is enrolled with."""

    key = "network.not_the_server"


class AuthExpired(KnownError):
    """The session ended; sign in again."""

    key = "auth.expired"


class ServerRejected(KnownError):
    """The server understood and said no; `code` and `detail` say why."""

    key = "server.rejected"


class Cancelled(KnownError):
    """The officer stopped the work; nothing half-done was kept."""

    key = "work.cancelled"


def sentence(key: str, /, **details: object) -> tuple[str, str]:
    """Return a sentence of `resources/messages` in Chinese and in English, its placeholders filled.

    Raises:
        BugError: there is no such key.
    """
    entry = _messages().get(key)
    if entry is None:
        raise BugError(f"no message for {key!r}")
    return entry["zh"].format(**details), entry["en"].format(**details)


@cache
def _messages() -> dict[str, dict[str, str]]:
    """Read every sentence: {"storage.full": {"zh": …, "en": …}}."""
    sentences: dict[str, dict[str, str]] = {}
    for file in sorted(resource("messages").glob("*.toml")):
        for group, entries in tomllib.loads(file.read_text("utf-8")).items():
            for name, entry in entries.items():
                sentences[f"{group}.{name}"] = entry
    return sentences
