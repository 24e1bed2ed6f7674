"""Times as officers type them: read whole or not at all, and what can't be read is never kept as something else."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldkit.instruments import forms
from fieldkit.model.stamp import BEIJING
from ui.inspection.time_editor import TimeEditor, read_moment, shown_moment

NOW = datetime(2026, 6, 11, 16, 0, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("9:30", "2026-06-11T09:30+08:00"),
        (" 9：30 ", "2026-06-11T09:30+08:00"),
        ("９：３０", "2026-06-11T09:30+08:00"),
        ("0930", "2026-06-11T09:30+08:00"),
        ("10点45", "2026-06-11T10:45+08:00"),
        ("10点45分", "2026-06-11T10:45+08:00"),
        ("10点5分", "2026-06-11T10:05+08:00"),
        ("9点半", "2026-06-11T09:30+08:00"),
        ("9点", "2026-06-11T09:00+08:00"),
        ("9时30分", "2026-06-11T09:30+08:00"),
        ("上午9:30", "2026-06-11T09:30+08:00"),
        ("下午3:30", "2026-06-11T15:30+08:00"),
        ("下午12:30", "2026-06-11T12:30+08:00"),
        ("下午15:30", "2026-06-11T15:30+08:00"),
        ("晚上8时15分", "2026-06-11T20:15+08:00"),
        ("昨天9:30", "2026-06-10T09:30+08:00"),
        ("昨天晚上8:15", "2026-06-10T20:15+08:00"),
        ("今天 9:30", "2026-06-11T09:30+08:00"),
        ("2026-06-10 09:30", "2026-06-10T09:30+08:00"),
        ("2026/6/10 9:30", "2026-06-10T09:30+08:00"),
        ("2026年6月10日下午3点30分", "2026-06-10T15:30+08:00"),
        ("2026-06-10T09:30", "2026-06-10T09:30+08:00"),
    ],
)
def test_what_is_written_in_a_usual_way_is_read(text: str, kept: str) -> None:
    assert read_moment(text, NOW) == kept


@pytest.mark.parametrize(
    "text",
    [
        *("", "9:305", "9:3", "9:61", "25:00", "9", "930", "前天9:30", "约9:30", "9:30左右", "9:30-10:00", "²:30"),
        *("晚上3:30", "上午12:30", "上午15:00", "晚上12点", "下午0:30", "10点4"),
        *("2026-06-31 09:30", "2026-6-19:30", "12月3日9:30"),
    ],
)
def test_what_could_mean_something_else_is_not_read(text: str) -> None:
    assert read_moment(text, NOW) is None


def test_a_kept_moment_is_shown_in_beijing_time() -> None:
    assert shown_moment("2026-06-11T01:30:00Z") == "2026-06-11 09:30"
    assert shown_moment("2026-06-11T09:30+08:00") == "2026-06-11 09:30"
    assert shown_moment("") == shown_moment(None) == ""


def test_an_unreadable_text_is_kept_as_nothing_and_stays_to_be_seen(dressed: QApplication, qtbot: QtBot) -> None:
    editor = TimeEditor(forms.load("inspection").field("time_from"), lambda: NOW)
    qtbot.addWidget(editor)
    kept: list[object] = []
    told: list[str] = []
    editor.changed.connect(kept.append)
    editor.complained.connect(told.append)
    editor.show_value("2026-06-11T09:30+08:00")
    editor.line.setText("10点45左右")
    editor.show_value("")  # the session tells back what was kept
    editor.line.left.emit()
    assert kept == [""]
    assert editor.line.text() == "10点45左右"
    assert "看不懂" in told[-1]
    editor.show_value("2026-06-11T09:30+08:00")  # an undo
    assert editor.line.text() == "2026-06-11 09:30"
    assert not told[-1]
