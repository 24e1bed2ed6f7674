"""The kit's keys: one random master key, wrapped for each officer by a password (argon2id + AES-256-GCM).

`keys.json` holds salts, wrapped keys, officer numbers and the count of wrong passwords; no name and no key in the
clear. It is written whole and durably each time.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fieldkit.access import lockout, password
from fieldkit.crypto import durable, filelock
from fieldkit.crypto.suite import INTERNATIONAL
from fieldkit.errors import InvalidInput, LockedOut, NotEnrolled, StorageFull, WrongKey

log = logging.getLogger(__name__)

FILE = "keys.json"
_LOCK = "keys.lock"


class Cost(msgspec.Struct, frozen=True):
    """What one guess costs: argon2id's passes, memory in KiB and lanes. Stored with each wrapped key."""

    passes: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 1


FIELD = Cost()
"""64 MiB, about 0.3 s on a kit's laptop."""


class Keys:
    """The master key and what is derived from it. Never printed, never pickled."""

    __slots__ = ("blob_names", "blobs", "master", "replica_db", "work_db")

    def __init__(self, master: bytes) -> None:
        self.master = master
        self.replica_db = _subkey(master, "replica.db")
        self.work_db = _subkey(master, "work.db")
        self.blobs = _subkey(master, "blobs")
        self.blob_names = _subkey(master, "blob names")

    def __repr__(self) -> str:
        return "Keys(…)"

    def __reduce__(self) -> str:
        raise TypeError("keys stay in this process")


class _Wrapped(msgspec.Struct, frozen=True):
    suite: str
    cost: Cost
    salt: str
    nonce: str
    key: str


class _KeyFile(msgspec.Struct):
    version: int
    kit: str
    officers: dict[str, _Wrapped]
    failures: dict[str, lockout.Failures] = msgspec.field(default_factory=dict)


def create(home: Path, officer_number: str, officer_password: str, cost: Cost = FIELD) -> Keys:
    """Make a new kit's master key, wrap it for its first officer and write `keys.json`.

    Raises:
        InvalidInput: a kit is already there, or the password will not do.
        StorageFull: nothing was made.
    """
    password.check(officer_password, officer_number)
    if (home / FILE).exists():
        raise InvalidInput("keys.exists", home=home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = Keys(secrets.token_bytes(32))
    file = _KeyFile(version=1, kit=secrets.token_hex(16), officers={})
    file.officers[officer_number] = _wrap(file, keys, officer_number, officer_password, cost)
    with filelock.held(home / _LOCK):
        if (home / FILE).exists():
            raise InvalidInput("keys.exists", home=home)
        _save(home, file)
    return keys


def officers(home: Path) -> list[str]:
    """Return the numbers that can open this kit, the first one made first.

    Raises:
        NotEnrolled: no kit is here.
    """
    return list(_load(home).officers)


def unlock(
    home: Path,
    number: str,
    officer_password: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Keys:
    """Return the kit's keys.

    A try is counted on the disk before it is judged, so that killing the program gives no free guess. A full disk
    counts nothing and keeps nobody out: an officer has to get in to make room, and whoever can fill the disk from
    outside could as well alter the count.

    Raises:
        WrongKey: number or password is wrong; which of them is not told.
        LockedOut: too many failures; `details["seconds"]` to wait, also after a restart.
        NotEnrolled: no kit is here.
    """
    with ExitStack() as alone:
        try:
            alone.enter_context(_writing(home))
        except StorageFull:
            log.warning("no room for %s", _LOCK)
        file = _load(home)
        failures = file.failures.get(number, lockout.Failures())
        wait = lockout.seconds_to_wait(failures, now())
        if wait > 0:
            raise LockedOut(seconds=wait)
        if number not in file.officers:
            # Unknown numbers cost the same time and are not counted: the file must not grow at a stranger's will.
            _derive(officer_password, secrets.token_bytes(16), _cost_of(file))
            raise WrongKey
        file.failures[number] = lockout.one_more(failures, now())
        _save_count(home, file)
        keys = _unwrap(file, number, officer_password)
        del file.failures[number]
        _save_count(home, file)
        return keys


def add_officer(home: Path, keys: Keys, number: str, officer_password: str, cost: Cost = FIELD) -> None:
    """Let one more officer open the kit.

    Raises:
        InvalidInput: the number is already known, or the password will not do.
        WrongKey: `keys` are not this kit's.
    """
    password.check(officer_password, number)
    with _writing(home):
        file = _load(home)
        if number in file.officers:
            raise InvalidInput("keys.officer_exists", number=number)
        file.officers[number] = _wrap(file, keys, number, officer_password, cost)
        _save(home, file)


def change_password(home: Path, number: str, old: str, new: str, cost: Cost = FIELD) -> None:
    """Wrap the master key anew for one officer.

    Raises:
        WrongKey, LockedOut: as `unlock`, for the old password.
        InvalidInput: the new password will not do.
    """
    password.check(new, number)
    keys = unlock(home, number, old)
    with _writing(home):
        file = _load(home)
        file.officers[number] = _wrap(file, keys, number, new, cost)
        _save(home, file)


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    """Be the only one, of all programs, who reads `keys.json` to write it anew."""
    if not (home / FILE).exists():
        raise NotEnrolled(home=home)
    with filelock.held(home / _LOCK):
        yield


def _load(home: Path) -> _KeyFile:
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=_KeyFile)
    except FileNotFoundError as error:
        raise NotEnrolled(home=home) from error
    except msgspec.DecodeError as error:
        raise InvalidInput("keys.damaged") from error


def _save(home: Path, file: _KeyFile) -> None:
    for left in home.glob(f"{FILE}.*.tmp"):
        left.unlink()  # of a program that was killed: nobody else writes while the lock is held
    durable.write_bytes(home / FILE, msgspec.json.format(msgspec.json.encode(file), indent=1))


def _save_count(home: Path, file: _KeyFile) -> None:
    try:
        _save(home, file)
    except StorageFull:
        log.warning("no room to count a log-in")


def _wrap(file: _KeyFile, keys: Keys, number: str, officer_password: str, cost: Cost) -> _Wrapped:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_derive(officer_password, salt, cost)).encrypt(nonce, keys.master, _bound(file, number))
    return _Wrapped(INTERNATIONAL.name, cost, salt.hex(), nonce.hex(), sealed.hex())


def _unwrap(file: _KeyFile, number: str, officer_password: str) -> Keys:
    entry = file.officers[number]
    try:
        derived = _derive(officer_password, bytes.fromhex(entry.salt), entry.cost)
        master = AESGCM(derived).decrypt(bytes.fromhex(entry.nonce), bytes.fromhex(entry.key), _bound(file, number))
    except (InvalidTag, ValueError) as error:
        raise WrongKey from error
    return Keys(master)


def _bound(file: _KeyFile, number: str) -> bytes:
    """What a wrapped key is tied to: this kit and this officer."""
    return f"fieldkit/keys/1/{file.kit}/{number}".encode()


def _cost_of(file: _KeyFile) -> Cost:
    return next((entry.cost for entry in file.officers.values()), FIELD)


def _derive(officer_password: str, salt: bytes, cost: Cost) -> bytes:
    return hash_secret_raw(
        officer_password.encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )


def _subkey(master: bytes, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"fieldkit/{use}/1".encode()).derive(master)
