"""One word a thing: what officers and leaders read uses the glossary's words and none of those they replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.inspection.value_editors import ValueEditor

ROOT = Path(__file__).parents[2]
REPLACED = {
    "扫描棒": "扫描笔",
    "标签打印机": "标签机",
    "样品标签机": "标签机",
    "定位器": "定位接收机",
    "待后台核对": "待负责人核定",
    "后台退回": "被退回",
    "打印稿": "打印件",
    "本稿": "本版",
    "} 稿": "}版",
}
READ = ("ui", "devices", "backend/console", "resources/messages", "docs/handbook")

KINDS = ("py", "html", "toml", "md")


@pytest.mark.parametrize(("old", "new"), REPLACED.items())
def test_no_screen_or_message_says(old: str, new: str) -> None:
    files = [
        file for folder in READ for kind in ("py", "html", "toml", "md") for file in (ROOT / folder).rglob(f"*.{kind}")
    ]
    assert files
    assert [str(file.relative_to(ROOT)) for file in files if old in file.read_text("utf-8")] == [], new


def test_an_editor_that_shows_nothing_is_refused_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="how a value is shown"):
        type("Blind", (ValueEditor,), {})
