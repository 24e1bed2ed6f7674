"""The composition root: what it refuses, what the log-in loads, and the way from log-in to window and back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldkit.access import keys
from fieldkit.demo import PASSWORD
from fieldkit.errors import InvalidInput
from tests.ui.finding import named
from ui.app import Desktop, unusable
from ui.shell.first_page import FirstPage
from ui.shell.login import LoginWindow
from ui.shell.shut_door import ShutDoor

LATER = ("sqlite_utils", "requests", "escpos", "reportlab", "cv2", "numpy", "PIL", "serial", "sync", "devices.printing")
LIGHT = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ui.app import Desktop, dress
app = QApplication([])
home = Path(sys.argv[1])
dress(app, home)
desktop = Desktop(app, home)
desktop.begin()
assert type(desktop.door()).__name__ == "LoginWindow", desktop.door()
app.processEvents()
print(" ".join(sys.modules))
desktop.end()
"""


@pytest.mark.parametrize(
    ("pyside", "python", "refused"),
    [("6.12.0", (3, 11), True), ("6.12.3", (3, 11), True), ("6.12.0", (3, 12), False), ("6.11.3", (3, 11), False)],
)
def test_the_pair_that_crashes_is_refused_in_words(pyside: str, python: tuple[int, int], refused: bool) -> None:
    words = unusable(pyside, python)
    assert bool(words) is refused
    assert not refused or ("6.11.3" in words and "崩溃" in words)


def test_the_log_in_loads_only_what_it_needs(empty_home: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIGHT, str(empty_home)], capture_output=True, text=True, check=False, timeout=110
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert [name for name in LATER if name in loaded] == []
    assert "argon2" in loaded


def test_without_a_kit_the_first_page_says_how_to_make_one(dressed: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    desktop = Desktop(dressed, tmp_path / "none")
    desktop.begin()
    page = desktop.door()
    assert isinstance(page, FirstPage)
    assert named(page, "打开演示县").isEnabled()
    desktop.end()


def test_a_damaged_kit_is_told_and_never_taken_for_no_kit(
    dressed: QApplication, empty_home: Path, qtbot: QtBot
) -> None:
    kept = (empty_home / "keys.json").read_bytes()
    (empty_home / "keys.json").write_bytes(kept[:40])
    desktop = Desktop(dressed, empty_home)
    desktop.begin()
    shut = desktop.door()
    assert isinstance(shut, ShutDoor)
    with pytest.raises(InvalidInput) as damaged:
        keys.officers(empty_home)
    assert shut.notice.said() == damaged.value.zh
    (empty_home / "keys.json").write_bytes(kept)
    named(shut, "再试一次").click()
    assert isinstance(desktop.door(), LoginWindow)
    (empty_home / "keys.json").unlink()
    (empty_home / "keys.json").mkdir()
    desktop.begin()
    assert isinstance(desktop.door(), ShutDoor)
    desktop.end()


def test_the_right_password_opens_the_window_and_locking_goes_back(
    dressed: QApplication, home: Path, qtbot: QtBot
) -> None:
    desktop = Desktop(dressed, home)
    desktop.begin()
    login = desktop.door()
    assert isinstance(login, LoginWindow)
    login.password.line.setText(PASSWORD)
    named(login, "登录").click()
    qtbot.waitUntil(lambda: desktop.window is not None, timeout=20_000)
    window = desktop.window
    assert window is not None
    qtbot.waitUntil(lambda: window.session.syncing.state.state == "offline", timeout=20_000)
    qtbot.waitUntil(lambda: named(window, "同步状态").text().startswith("离线"))
    named(window, "执法人员").click()
    named(window, "锁定并换人").click()
    qtbot.waitUntil(lambda: isinstance(desktop.door(), LoginWindow), timeout=20_000)
    assert desktop.window is None
    desktop.end()
