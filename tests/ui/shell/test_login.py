"""The log-in window: right, wrong, too often wrong, nothing typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldkit.demo import PASSWORD, kit_officers
from tests.ui.finding import named
from ui.bridge import Bridge
from ui.shell.login import LoginWindow


@pytest.fixture
def login(empty_home: Path, bridge: Bridge, dressed: QApplication, qtbot: QtBot) -> LoginWindow:
    made = LoginWindow(empty_home, bridge)
    qtbot.addWidget(made)
    made.show()
    return made


def type_and_enter(login: LoginWindow, password: str) -> None:
    named(login, "密码").setText(password)
    named(login, "登录").click()


def test_the_right_password_unlocks_for_the_chosen_officer(login: LoginWindow, qtbot: QtBot) -> None:
    second = kit_officers()[1]
    named(login, f"执法证号 {second}").click()
    with qtbot.waitSignal(login.unlocked) as unlocked:
        type_and_enter(login, PASSWORD)
    assert unlocked.args[1:] == [second, PASSWORD]
    assert named(login, "密码").text() == ""


def test_enter_in_the_password_field_is_enough(login: LoginWindow, qtbot: QtBot) -> None:
    named(login, "密码").setText(PASSWORD)
    with qtbot.waitSignal(login.unlocked):
        qtbot.keyClick(named(login, "密码"), Qt.Key.Key_Return)


def test_a_wrong_password_says_so_and_lets_one_try_again(login: LoginWindow, qtbot: QtBot) -> None:
    type_and_enter(login, "Not-the-one-1")
    qtbot.waitUntil(lambda: "不正确" in login.notice.said())
    assert login.enter.isEnabled()
    assert named(login, "密码").hasSelectedText()


def test_too_many_wrong_ones_make_it_wait_and_count_down(login: LoginWindow, qtbot: QtBot) -> None:
    for _ in range(4):
        qtbot.waitUntil(login.enter.isEnabled)
        login.notice.hide()
        type_and_enter(login, "Not-the-one-1")
        qtbot.waitUntil(lambda: bool(login.notice.said()))
    assert "等待" in login.notice.said()
    assert not login.enter.isEnabled()
    assert login.enter.text().startswith("请等待")
    qtbot.waitUntil(login.enter.isEnabled, timeout=10_000)
    assert login.notice.said() == ""


def test_without_a_password_nothing_is_tried(login: LoginWindow) -> None:
    named(login, "登录").click()
    assert "请输入密码" in login.notice.said()
    assert login.enter.isEnabled()


def test_caps_lock_is_noticed_from_what_is_typed(login: LoginWindow, qtbot: QtBot) -> None:
    line = named(login, "密码")
    qtbot.keyClick(line, "A")
    hint = "大写锁定已打开 (Caps Lock is on)"
    assert any(label.text() == hint and label.isVisible() for label in _labels(login))
    qtbot.keyClick(line, "a")
    assert not any(label.text() == hint and label.isVisible() for label in _labels(login))


def test_the_password_can_be_looked_at(login: LoginWindow) -> None:
    named(login, "显示密码").click()
    assert named(login, "密码").echoMode() == named(login, "密码").EchoMode.Normal


def _labels(login: LoginWindow) -> list:
    from PySide6.QtWidgets import QLabel

    return login.findChildren(QLabel)
