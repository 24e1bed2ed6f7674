"""The first page: a demo kit at one press, a real kit by its code, and what is told when the code is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldkit.access import keys
from fieldkit.demo import PASSWORD, kit_officers
from tests.ui.finding import named
from ui.app import Desktop
from ui.embedded import EmbeddedBackend
from ui.shell.first_page import FirstPage
from ui.shell.login import LoginWindow


@pytest.fixture
def desktop(dressed: QApplication, tmp_path: Path, qtbot: QtBot) -> Desktop:
    made = Desktop(dressed, tmp_path / "kit")
    made.begin()
    return made


def test_the_demo_county_is_made_at_one_press(desktop: Desktop, tmp_path: Path, qtbot: QtBot) -> None:
    page = desktop.door()
    assert isinstance(page, FirstPage)
    named(page, "打开演示县").click()
    qtbot.waitUntil(lambda: isinstance(desktop.door(), LoginWindow), timeout=90_000)
    assert keys.officers(tmp_path / "kit") == list(kit_officers())
    desktop.end()


def test_a_real_kit_is_made_by_its_code_even_after_a_wrong_password(
    desktop: Desktop, tmp_path: Path, qtbot: QtBot
) -> None:
    backend = EmbeddedBackend(tmp_path / "backend", demo=True)
    ready = backend.start()
    page = desktop.door()
    assert isinstance(page, FirstPage)
    named(page, "登记码").setText(ready.enrol_code)
    named(page, "执法证号").setText(kit_officers()[0])
    named(page, "密码").setText("Not-the-one-1")
    named(page, "开通执法箱").click()
    qtbot.waitUntil(lambda: bool(page.enrol.notice.said()), timeout=60_000)
    assert not (tmp_path / "kit").exists()
    named(page, "密码").setText(PASSWORD)  # the code is spent by now; the enrolment under way is not
    named(page, "开通执法箱").click()
    qtbot.waitUntil(lambda: isinstance(desktop.door(), LoginWindow), timeout=60_000)
    assert keys.officers(tmp_path / "kit") == [kit_officers()[0]]
    backend.stop()
    desktop.end()


def test_what_is_no_code_is_told_in_words_and_nothing_is_made(desktop: Desktop, tmp_path: Path, qtbot: QtBot) -> None:
    page = desktop.door()
    assert isinstance(page, FirstPage)
    named(page, "开通执法箱").click()
    assert "请填写" in page.enrol.notice.said()
    named(page, "登记码").setText("https://example.org")
    named(page, "执法证号").setText("330424002")
    named(page, "密码").setText(PASSWORD)
    named(page, "开通执法箱").click()
    qtbot.waitUntil(lambda: "登记码" in page.enrol.notice.said(), timeout=20_000)
    assert not (tmp_path / "kit").exists()
    desktop.end()
