"""设备 and 设置: states in words, addresses kept, practice mode, officers and passwords, themes."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fieldkit.access import keys
from tests.ui.finding import named
from ui.settings.devices_page import DevicesPage, with_setting
from ui.settings.kitdevices import KINDS, KitDevices
from ui.settings.settings_page import SettingsPage
from ui.settings.store import Settings, SettingsFile
from ui.shell.session import Session

Quiet = Callable[[], None]


def texts(page: object) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def test_devices_that_are_not_set_up_say_so_and_cannot_be_tested(
    session: Session, dressed: QApplication, qtbot: QtBot
) -> None:
    session.devices.start()
    qtbot.waitUntil(lambda: all(status.words_zh == "还没有设置" for status in session.devices.statuses))
    page = DevicesPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    assert texts(page).count("还没有设置") == len(KINDS)
    assert not named(page, "打印测试页 A4 打印机").isEnabled()


def test_an_address_is_kept_beside_the_kit_and_the_wand_folder_is_seen(
    session: Session, dressed: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "wand"
    folder.mkdir()
    session.devices.start()
    page = DevicesPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    field = named(page, "扫描笔地址")
    field.setText(str(folder))
    field.editingFinished.emit()
    qtbot.waitUntil(lambda: session.devices.statuses[KINDS.index("wand")].state == "ready", timeout=15_000)
    assert KitDevices(session.home, session.settings, session.clock).config.wand_folder == str(folder)
    assert not list(session.home.glob("*devices*"))
    page.show_devices(session.devices.statuses)
    named(page, "查看文件夹 扫描笔").click()
    qtbot.waitUntil(lambda: "文件夹可以读取" in page.cards["wand"].notice.said())


def test_a_label_printer_is_host_and_port(session: Session) -> None:
    config = with_setting("label-printer", "192.168.1.21:9101", session.devices.config)
    assert (config.label_host, config.label_port) == ("192.168.1.21", 9101)
    assert with_setting("label-printer", "kit-label", config).label_port == 9100


def test_practice_mode_starts_emulators_that_print_for_real(
    session: Session, dressed: QApplication, qtbot: QtBot
) -> None:
    session.devices.start()
    page = DevicesPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 700)
    page.show()
    named(page, "练习模式").click()
    qtbot.waitUntil(lambda: session.devices.statuses[0].state == "ready", timeout=60_000)
    page.show_devices(session.devices.statuses)
    named(page, "打印测试页 A4 打印机").click()
    qtbot.waitUntil(lambda: "收下" in page.cards["printer"].notice.said(), timeout=30_000)
    folder = session.devices.practice_folder
    assert folder is not None
    assert list(folder.glob("printed/*"))
    assert session.home.parent not in folder.parents
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
    assert "结束练习、退出时删除" in texts(page)
    named(page, "练习模式").click()
    assert not session.devices.practising
    qtbot.waitUntil(lambda: not folder.exists(), timeout=30_000)


def test_what_a_crash_left_of_practice_is_deleted_at_the_next_start(
    session: Session, dressed: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    crashed = KitDevices(session.home, session.settings, session.clock)
    crashed.practise(True)
    crashed.start()
    qtbot.waitUntil(lambda: crashed.statuses[0].state == "ready", timeout=60_000)
    folder = crashed.practice_folder
    assert folder is not None
    crashed.practise(False)
    crashed.stop()
    crashed.join()
    assert not folder.exists()
    (folder / "printed").mkdir(parents=True)
    (folder / "printed" / "1.pdf").write_bytes(b"%PDF")
    session.devices.start()
    qtbot.waitUntil(lambda: not folder.exists(), timeout=10_000)


@pytest.fixture
def page(session: Session, dressed: QApplication, qtbot: QtBot, quiet: Quiet) -> SettingsPage:
    made = SettingsPage(session)
    qtbot.addWidget(made)
    made.resize(1190, 700)
    made.show()
    made.refresh()
    quiet()
    return made


def test_an_officer_is_added_with_an_own_password(page: SettingsPage, session: Session, quiet: Quiet) -> None:
    named(page, "新执法人员证号").setText("330424009")
    named(page, "新执法人员密码").setText("Another-case-2026")
    named(page, "添加执法人员").click()
    quiet()
    assert "已添加 330424009" in page.officer_notice.said()
    assert "330424009" in keys.officers(session.home)
    assert "330424009" in texts(page)
    assert "后台账户现在的密码" in texts(page)
    assert "第一次同步时核对" in page.officer_notice.said()


def test_a_short_password_is_refused_with_the_reason(page: SettingsPage, session: Session, quiet: Quiet) -> None:
    named(page, "新执法人员证号").setText("330424009")
    named(page, "新执法人员密码").setText("short")
    named(page, "添加执法人员").click()
    quiet()
    assert "10" in page.officer_notice.said()
    assert "330424009" not in keys.officers(session.home)


def test_a_password_is_not_changed_here_as_long_as_the_backend_does_not_follow(page: SettingsPage) -> None:
    assert "修改" not in texts(page)


def test_a_theme_is_chosen(page: SettingsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.theme_chosen) as chosen:
        named(page, "外观：户外（强光）").click()
    assert chosen.args == ["outdoor"]


def test_settings_survive_and_a_damaged_file_is_taken_as_empty(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "kit")
    file.change(theme="night", practice=True)
    assert SettingsFile(tmp_path / "kit").read() == Settings(theme="night", practice=True)
    file.path.write_text("{")
    assert file.read() == Settings()
