"""Makes a kit: asks the server first, builds the files aside, and only a whole kit gets its place."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from fieldkit.access import keys, password
from fieldkit.clock import Clock
from fieldkit.crypto import durable
from fieldkit.demo import PASSWORD, kit_officers
from fieldkit.errors import InvalidInput, NetworkUnavailable, NotTheServer
from fieldkit.model.officer import Officer
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from sync.enrol import Enrolling
from sync.report import Progress, SyncReport
from sync.transport import Stop
from ui.embedded import EmbeddedBackend

Tell = Callable[[str], None]


class DemoKit(msgspec.Struct, frozen=True):
    """What `make_demo` made: the kit's home, its backend's data, who may log in, what the first sync brought."""

    home: Path
    backend_data: Path
    officers: tuple[str, ...]
    first_sync: SyncReport


def make(
    home: Path,
    code: str | Enrolling,
    credentials: Credentials,
    clock: Clock,
    others: Sequence[Credentials] = (),
    embedded: dict[str, str] | None = None,
    cost: keys.Cost = keys.FIELD,
) -> Officer:
    """Enrol this machine and make its kit at `home`, which must not be there yet; return the officer.

    The files are built in a folder beside `home` and renamed, so that there is never half a kit.

    Args:
        home: where the kit will be.
        code: one-time enrolment code, or an enrolment begun before, when the password was wrong the first time.
        credentials: of the first officer, whom the server must take.
        clock: learns the server's time.
        others: more officers of this kit, not asked of the server.
        embedded: how to start a backend of this machine's own.
        cost: of a password guess.

    Raises:
        InvalidInput: something is there already, the code is none, or a password won't do; the code is not spent.
        NotTheServer, NetworkUnavailable, ServerRejected, WrongKey: as `sync.enrol`; nothing was made.
    """
    refuse_existing(home)
    for person in (credentials, *others):
        password.check(person.password, person.officer)
    enrolling = Enrolling(code, clock, embedded=embedded) if isinstance(code, str) else code
    try:
        enrolled = enrolling.finish(credentials)
    except NotTheServer:
        raise
    except NetworkUnavailable as error:  # its own sentence speaks of saved work; here there is none yet
        raise NetworkUnavailable("init.no_server", why=error.details.get("why", "")) from error
    aside = home.parent / f".{home.name}-{secrets.token_hex(4)}"
    try:
        kit_keys = keys.create(aside, credentials.officer, credentials.password, cost)
        for other in others:
            keys.add_officer(aside, kit_keys, other.officer, other.password, cost)
        with Replica.create(aside, kit_keys, clock) as replica:
            replica.enrolment.set(enrolled.enrolment)
            replica.audit.write(credentials.officer, "enrol", enrolled.enrolment.device_id)
        if home.exists():
            home.rmdir()
        durable.replace(aside, home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return enrolled.officer


def make_demo(
    home: Path,
    backend_data: Path,
    tell: Tell = lambda _words: None,
    progress: Progress | None = None,
    cancel: Stop | None = None,
    cost: keys.Cost = keys.FIELD,
) -> DemoKit:
    """Make a kit of the fictional county with a backend of its own, and sync it once.

    The backend is stopped at the end; `ui.embedded.ensure` starts it again when the kit wants to sync.

    Args:
        home: where the kit will be.
        backend_data: where the backend keeps its data; beside `home`, never inside.
        tell: told each step in words.
        progress: of the first sync.
        cancel: when set, nothing more is made.
        cost: of a password guess.

    Raises:
        InvalidInput: a kit is there already, or the backend's data would lie inside it.
        EmbeddedFailed: the backend did not start.
    """
    refuse_existing(home)
    if backend_data.resolve().is_relative_to(home.resolve()):
        raise InvalidInput("kit.backend_inside", home=home)
    first, *others = (Credentials(number, PASSWORD) for number in kit_officers())
    clock = Clock()
    tell("正在启动本机演示后台")
    backend = EmbeddedBackend(backend_data, demo=True)
    try:
        ready = backend.start(cancel)
        tell("正在登记执法箱")
        make(home, ready.enrol_code, first, clock, others, {"data": str(backend_data.resolve())}, cost)
        tell("正在取回演示县的档案")
        with Replica.open(home, keys.unlock(home, first.officer, first.password), clock) as replica:
            engine = SyncEngine(replica, clock, lambda: first)
            try:
                report = engine.run(cancel, progress)
            finally:
                engine.close()
    finally:
        backend.stop()
    return DemoKit(home, backend_data, (first.officer, *(other.officer for other in others)), report)


def refuse_existing(home: Path) -> None:
    """Refuse a place where something is.

    Raises:
        InvalidInput: it holds a kit or other files.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise InvalidInput("kit.exists", home=home)
