"""A real backend process for tests: seeded once a session, copied for tests that stop, kill or restart it."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from backend import administration
from fieldkit.demo import PASSWORD, county

DEADLINE_S = 60.0


class Backend:
    """`fieldkit-backend serve` on a data directory; the same port after a restart.

    Without `demo` the county is empty but for the two officers of the demo kit: a first sync takes no time.
    """

    def __init__(self, data: Path, *, demo: bool = False, host: str = "127.0.0.1") -> None:
        self.data = data
        self.host = host
        self.demo = demo
        self.port = 0
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        serve = [sys.executable, "-m", "backend.cli", "serve", "--until-eof", "--host", self.host]
        self._process = subprocess.Popen(
            [*serve, "--data", self.data, "--port", str(self.port), *(["--demo"] if self.demo else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        watch = threading.Timer(DEADLINE_S, self._process.kill)
        watch.start()
        line = self._process.stdout.readline()
        watch.cancel()
        ready = json.loads(line)
        self.url = ready["url"]
        self.port = urlsplit(self.url).port or 0

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(with_signal)
        process.wait(DEADLINE_S)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()

    def add_officers(self) -> None:
        """Give the two officers of the demo kit their accounts."""
        for officer in county(today=datetime.now(UTC).date()).officers[:2]:
            administration.add_user(self.data, officer, PASSWORD, datetime.now(UTC))

    def code(self) -> str:
        """Return a fresh enrolment code."""
        return administration.new_code(self.data, None, datetime.now(UTC))

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Look into the backend's database beside the running process."""
        with closing(sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> None:
        """Change the backend's database in one transaction, as a restore or an administrator would."""
        with closing(sqlite3.connect(self.database(), timeout=30)) as connection, connection:
            connection.execute(sql, values)

    def visits(self, visit_id: str) -> int:
        """Return how many records of a visit there are."""
        return len(self.rows("SELECT 1 FROM entity WHERE kind = 'visit' AND id = ?", visit_id))

    def holds(self, sha256: str) -> bool:
        """Tell whether the backend says that it has this content."""
        return bool(self.rows("SELECT 1 FROM blob WHERE sha256 = ?", sha256))

    def copy(self, folder: Path) -> Backend:
        """Return another backend on a copy of these data; this one must be stopped."""
        shutil.copytree(self.data, folder)
        return Backend(folder, demo=self.demo)

    def database(self) -> Path:
        """Return the SQLite file."""
        return next(self.data.glob("*.db"))
