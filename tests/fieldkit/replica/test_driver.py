"""SQLCipher behind sqlite-utils: the alias, the pragmas, the version gate, errors in our words."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from fieldkit.errors import BugError, ReplicaDamaged, ReplicaTooNew, StorageFull
from fieldkit.replica import driver

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path):
    from sqlite_utils import Database

    connection = driver.connect(tmp_path / "x.db", KEY, known=1)
    with contextlib.closing(connection):
        yield Database(connection, execute_plugins=False)


def test_sqlite_utils_speaks_sqlcipher():
    import sqlite_utils.utils

    assert sqlite_utils.utils.sqlite3.connect is not __import__("sqlite3").connect
    assert sqlite_utils.utils.OperationalError is driver.dbapi2.OperationalError


def test_alter_adds_a_column_that_is_missing(database):
    database["t"].insert({"a": 1})
    database["t"].insert({"a": 2, "b": "新"}, alter=True)
    assert list(database["t"].rows) == [{"a": 1, "b": None}, {"a": 2, "b": "新"}]


def test_drop_of_nothing_can_be_ignored(database):
    database["nothing"].drop(ignore=True)


def test_insert_returning_keeps_later_writes(database, tmp_path):
    database["t"].insert({"a": 1})
    assert list(database.query("INSERT INTO t (a) VALUES (2) RETURNING a")) == [{"a": 2}]
    database["t"].insert({"a": 3})
    other = driver.connect(tmp_path / "x.db", KEY, known=1)
    with contextlib.closing(other):
        assert other.execute("SELECT a FROM t ORDER BY a").fetchall() == [(1,), (2,), (3,)]


def test_a_kit_that_is_up_to_date_opens_without_sqlite_utils(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from fieldkit.replica import Replica\n"
        "from tests.fieldkit.replica.factories import KEYS, clock\n"
        "home = Path(sys.argv[1])\n"
        "make = Replica.create if sys.argv[2] == 'create' else Replica.open\n"
        "make(home, KEYS, clock()).close()\n"
        "print('sqlite_utils' in sys.modules, 'PySide6' in sys.modules)\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script, tmp_path / "kit", how], capture_output=True, text=True, check=True
        )
        for how in ("create", "open")
    ]
    assert [run.stdout.split() for run in runs] == [["True", "False"], ["False", "False"]]


def test_a_file_of_a_newer_program_is_refused_and_left_alone(tmp_path):
    connection = driver.connect(tmp_path / "x.db", KEY, known=1)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = (tmp_path / "x.db").read_bytes()
    with pytest.raises(ReplicaTooNew) as caught:
        driver.connect(tmp_path / "x.db", KEY, known=1)
    assert caught.value.details == {"found": 7, "known": 1}
    assert "7" in caught.value.zh
    assert (tmp_path / "x.db").read_bytes() == before


def test_another_key_does_not_open_and_says_so(tmp_path, capfd):
    driver.connect(tmp_path / "x.db", KEY, known=1).close()
    with pytest.raises(ReplicaDamaged):
        driver.connect(tmp_path / "x.db", bytes(32), known=1)
    assert capfd.readouterr().err == ""  # cipher_log_level NONE


def test_a_full_file_is_told_as_storage_full_and_rolls_back(tmp_path):
    connection = driver.connect(tmp_path / "x.db", KEY, known=1)
    with contextlib.closing(connection):
        connection.execute("CREATE TABLE t (b)")
        connection.execute("INSERT INTO t VALUES ('kept')")
        connection.execute("PRAGMA max_page_count = 8")
        with pytest.raises(StorageFull), driver.transaction(connection, "x"):
            connection.executemany("INSERT INTO t VALUES (?)", [("x" * 4000,)] * 20)
        assert connection.execute("SELECT b FROM t").fetchall() == [("kept",)]


def test_a_wrong_statement_is_our_bug(tmp_path):
    connection = driver.connect(tmp_path / "x.db", KEY, known=1)
    with contextlib.closing(connection), pytest.raises(BugError), driver.transaction(connection, "x"):
        connection.execute("SELECT nonsense")


def test_a_page_of_zeros_is_not_believed(tmp_path):
    """WORKAROUND SQLCipher 4.19: once this fails at `zeros`, the library tells by itself and `believe` can go."""
    path = tmp_path / "x.db"
    connection = driver.connect(path, KEY, known=1)
    connection.execute("CREATE TABLE t (body)")
    connection.execute("INSERT INTO t VALUES (?)", (b"x" * 9000,))
    connection.close()
    content = bytearray(path.read_bytes())
    content[-driver.PAGE + 50] ^= 1
    path.write_bytes(content)
    connection = driver.connect(path, KEY, known=1)
    with contextlib.closing(connection):
        (zeros,) = connection.execute("SELECT body FROM t").fetchone()
        assert b"\0" * 100 in zeros
        with pytest.raises(ReplicaDamaged):
            driver.believe(connection)


def test_a_write_after_damage_was_met_is_told_as_damage(tmp_path):
    path = tmp_path / "x.db"
    connection = driver.connect(path, KEY, known=1)
    connection.execute("CREATE TABLE sound (a)")
    connection.execute("CREATE TABLE hurt (body)")
    connection.executemany("INSERT INTO hurt VALUES (?)", [(b"x" * 1500,)] * 5)
    connection.close()
    content = bytearray(path.read_bytes())
    content[-driver.PAGE + 50] ^= 1
    path.write_bytes(content)
    connection = driver.connect(path, KEY, known=1)
    with contextlib.closing(connection):
        with pytest.raises(ReplicaDamaged), driver.errors_told("x.db"):
            connection.execute("SELECT sum(length(body)) FROM hurt").fetchone()
        with pytest.raises(ReplicaDamaged) as told, driver.transaction(connection, "x.db"):
            connection.execute("INSERT INTO sound VALUES (1)")
        assert "x.db" in told.value.zh


def test_a_file_that_may_not_be_written_is_no_bug(tmp_path):
    connection = driver.connect(tmp_path / "x.db", KEY, known=1)
    with contextlib.closing(connection):
        connection.execute("CREATE TABLE t (a)")
        connection.execute("PRAGMA query_only = ON")
        with pytest.raises(ReplicaDamaged) as told, driver.transaction(connection, "x.db"):
            connection.execute("INSERT INTO t VALUES (1)")
        assert "x.db" in told.value.zh
        assert "readonly" in told.value.en
