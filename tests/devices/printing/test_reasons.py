from __future__ import annotations

import pytest

from devices.printing.reasons import in_words, is_paper_out, needing_hand


@pytest.mark.parametrize(
    "reason", ["media-empty", "media-empty-warning", "media-empty-error", "media-empty-report", "media-needed"]
)
def test_missing_paper_is_known_by_its_beginning(reason: str) -> None:
    assert is_paper_out([reason])
    assert needing_hand([reason]) == (reason,)


def test_only_what_stops_printing_needs_a_hand() -> None:
    reasons = ["toner-low-warning", "media-low-report", "cover-open-error", "media-jam", "vendor-thing-error", "none"]
    assert needing_hand(reasons) == ("cover-open-error", "media-jam", "vendor-thing-error")


def test_words_come_once_and_unknown_reasons_are_shown_as_they_are() -> None:
    zh, en = in_words(["media-empty-error", "media-needed-error", "vendor-thing-warning", "none"])
    assert zh == "缺纸，请装纸；打印机报告：vendor-thing-warning"
    assert en.count("out of paper") == 1
