"""Log-in: one master key, wrapped an officer; wrong passwords wait longer each time, across restarts too."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldkit.access import keys, lockout, password
from fieldkit.errors import InvalidInput, LockedOut, NotEnrolled, StorageFull, WrongKey

CHEAP = keys.Cost(passes=1, memory_kib=8 * 1024)
ONE, TWO = "33042400101", "33042400102"
GOOD = "Demo-case-2026"
NOON = datetime(2026, 6, 11, 4, 0, tzinfo=UTC)


class Watch:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    keys.create(tmp_path, ONE, GOOD, CHEAP)
    return tmp_path


def test_each_officer_opens_the_same_kit_with_an_own_password(kit):
    first = keys.unlock(kit, ONE, GOOD)
    keys.add_officer(kit, first, TWO, "another-Pass-99", CHEAP)
    second = keys.unlock(kit, TWO, "another-Pass-99")
    assert first.master == second.master
    assert keys.officers(kit) == [ONE, TWO]
    with pytest.raises(WrongKey):
        keys.unlock(kit, TWO, GOOD)


def test_subkeys_differ_and_follow_from_the_master_key(kit):
    secret = keys.unlock(kit, ONE, GOOD)
    derived = [secret.replica_db, secret.work_db, secret.blobs, secret.blob_names]
    assert len({secret.master, *derived}) == 5
    assert all(len(key) == 32 for key in derived)
    assert keys.Keys(secret.master).work_db == secret.work_db


def test_the_file_holds_no_key_and_no_name(kit):
    secret = keys.unlock(kit, ONE, GOOD)
    text = (kit / "keys.json").read_text()
    assert set(json.loads(text)) == {"version", "kit", "officers", "failures"}
    assert set(json.loads(text)["officers"][ONE]) == {"suite", "cost", "salt", "nonce", "key"}
    for key in (secret.master, secret.work_db, secret.blobs):
        assert key.hex() not in text
    assert (kit / "keys.json").stat().st_mode & 0o077 == 0


def test_the_cost_in_the_field_is_what_the_design_says():
    assert (keys.FIELD.memory_kib, keys.FIELD.passes) == (64 * 1024, 3)


def test_keys_neither_print_nor_leave_the_process(kit):
    secret = keys.unlock(kit, ONE, GOOD)
    assert secret.master.hex() not in repr(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_wrapped_key_of_another_kit_or_officer_does_not_open(kit, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    keys.create(other, ONE, GOOD, CHEAP)
    mine, theirs = (json.loads((home / "keys.json").read_text()) for home in (kit, other))
    mine["officers"][ONE] = theirs["officers"][ONE]
    (kit / "keys.json").write_text(json.dumps(mine))
    with pytest.raises(WrongKey):
        keys.unlock(kit, ONE, GOOD)


def test_waits_grow_after_three_failures_and_end_with_the_right_password(kit):
    watch = Watch()
    waits = []
    for _ in range(7):
        with pytest.raises(WrongKey):
            keys.unlock(kit, ONE, "wrong-password", watch)
        try:
            keys.unlock(kit, ONE, GOOD, watch) if _ >= 2 else None
        except LockedOut as error:
            waits.append(error.details["seconds"])
            watch.at += timedelta(seconds=error.details["seconds"])
    assert waits == [2, 4, 8, 16, 32]
    keys.unlock(kit, ONE, GOOD, watch)
    with pytest.raises(WrongKey):
        keys.unlock(kit, ONE, "wrong-password", watch)
    keys.unlock(kit, ONE, GOOD, watch)  # counted from nothing again


def test_a_lock_out_survives_a_restart(kit):
    """The wait is on the disk: another process meets it."""
    watch = Watch()
    for _ in range(3):
        with pytest.raises(WrongKey):
            keys.unlock(kit, ONE, "wrong-password", watch)
    script = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from fieldkit.access import keys; from fieldkit.errors import LockedOut\n"
        "try: keys.unlock(Path(sys.argv[1]), sys.argv[2], sys.argv[3], lambda: datetime.fromisoformat(sys.argv[4]))\n"
        "except LockedOut as error: print(error.zh)\n"
    )
    command = [sys.executable, "-c", script, str(kit), ONE, GOOD, NOON.isoformat()]
    assert "2 秒" in subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def test_killing_the_program_gives_no_free_guess(kit):
    """The try is counted before it is judged."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from fieldkit.access import keys\n"
        "keys._derive = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "keys.unlock(Path(sys.argv[1]), sys.argv[2], 'guess-number-1')\n"
    )
    for _ in range(3):
        killed = subprocess.run([sys.executable, "-c", script, str(kit), ONE], check=False)
        assert killed.returncode == -signal.SIGKILL
    with pytest.raises(LockedOut):
        keys.unlock(kit, ONE, GOOD)


def test_a_clock_set_back_does_not_shorten_the_wait():
    failures = lockout.Failures(8, NOON)
    assert lockout.seconds_to_wait(failures, NOON - timedelta(days=3652)) == 64
    assert lockout.seconds_to_wait(failures, NOON + timedelta(seconds=63)) == 1
    assert lockout.seconds_to_wait(lockout.Failures(100, NOON), NOON) == 15 * 60


def test_an_unknown_officer_learns_nothing(kit):
    for _ in range(5):
        with pytest.raises(WrongKey) as caught:
            keys.unlock(kit, "00000000000", GOOD)
    assert "执法证号或密码不正确" in caught.value.zh
    assert json.loads((kit / "keys.json").read_text())["failures"] == {}


def test_a_password_is_changed_by_who_knows_it(kit):
    with pytest.raises(WrongKey):
        keys.change_password(kit, ONE, "not-the-old-one", "brand-new-words", CHEAP)
    keys.change_password(kit, ONE, GOOD, "brand-new-words", CHEAP)
    with pytest.raises(WrongKey):
        keys.unlock(kit, ONE, GOOD)
    keys.unlock(kit, ONE, "brand-new-words")


def test_a_kit_is_made_once(kit):
    with pytest.raises(InvalidInput):
        keys.create(kit, TWO, GOOD, CHEAP)
    with pytest.raises(InvalidInput):
        keys.add_officer(kit, keys.unlock(kit, ONE, GOOD), ONE, GOOD, CHEAP)


def test_no_kit_and_a_broken_key_file_are_told(tmp_path):
    with pytest.raises(NotEnrolled):
        keys.officers(tmp_path)
    (tmp_path / "keys.json").write_bytes(b"{")
    with pytest.raises(InvalidInput):
        keys.unlock(tmp_path, ONE, GOOD)


@pytest.mark.parametrize("good", [GOOD, "一二三四五六七八九十百", "gravel otter lamp", "x7$kQ2-pL9!"])
def test_good_passwords_pass(good):
    password.check(good, ONE)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "short-one",
        "Password123",
        "QWERTYUIOP",
        "1234567890",
        "abcdefghij",
        "9876543210",
        "aaaaaaaaaaaa",
        "huanbao2026",
        "abababababab",
        f"my{ONE}!",
    ],
)
def test_bad_passwords_are_refused_with_the_reason(bad):
    with pytest.raises(InvalidInput) as caught:
        password.check(bad, ONE)
    assert "密码" in caught.value.zh


def test_logging_in_loads_neither_sqlite_utils_nor_the_network():
    script = (
        "import sys, fieldkit.access.keys; print(sorted({'sqlite_utils', 'requests', 'PySide6'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True, env=os.environ)
    assert ran.stdout.strip() == "[]"


def unlock_again_and_again(home: Path, problems: multiprocessing.SimpleQueue) -> None:
    """Log in many times; tell what went wrong, "" for nothing."""
    told = ""
    try:
        for _ in range(60):
            keys.unlock(home, ONE, GOOD)
    except BaseException as error:  # the top of a process
        told = f"{type(error).__name__}: {error}"
    problems.put(told)


def test_two_programs_logging_in_at_once_lock_nobody_out(kit):
    context = multiprocessing.get_context("spawn")
    problems = context.SimpleQueue()
    programs = [context.Process(target=unlock_again_and_again, args=(kit, problems)) for _ in range(2)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    assert [problems.get() for _ in programs] == ["", ""]
    assert json.loads((kit / "keys.json").read_text())["failures"] == {}
    assert not list(kit.glob("*.tmp"))


def test_a_write_cut_short_by_a_kill_leaves_nothing_behind(kit):
    left = kit / "keys.json.0123abcd.tmp"
    left.write_bytes(b"half a file")
    keys.unlock(kit, ONE, GOOD)
    assert not left.exists()


def no_room(_handle: int) -> None:
    raise OSError(errno.ENOSPC, "no space left on device")


def test_a_full_disk_keeps_nobody_from_logging_in(kit, monkeypatch, caplog):
    monkeypatch.setattr(os, "fsync", no_room)
    assert keys.unlock(kit, ONE, GOOD).master
    with pytest.raises(WrongKey):
        keys.unlock(kit, ONE, "wrong-Pass-99")
    assert "no room" in caplog.text
    monkeypatch.undo()
    assert keys.unlock(kit, ONE, GOOD).master


def test_a_full_disk_lets_no_password_be_changed_by_half(kit, monkeypatch):
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StorageFull):
        keys.change_password(kit, ONE, GOOD, "another-Pass-99", CHEAP)
    monkeypatch.undo()
    assert keys.unlock(kit, ONE, GOOD).master
