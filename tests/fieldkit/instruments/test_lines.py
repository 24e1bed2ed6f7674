from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.instruments.lines import NO_END, NO_START, break_paragraph, break_text

EM = 10.0


def measure(character: str) -> float:
    return EM / 2 if character.isascii() else EM


TEXT = st.text(
    "海盐县示例环境检查记录一二三四五六七八九十，。、；：？！（）“”《》…—ab12/. 　", min_size=1, max_size=200
)


@given(TEXT, st.integers(4, 30))
def test_no_line_is_wider_than_its_room(text: str, ems: int) -> None:
    for line in break_paragraph(text, ems * EM, measure, indent=2 * EM):
        assert line.width <= (ems - (2 if line.first else 0)) * EM + 1e-6
        assert line.text == line.text.strip()


@given(TEXT, st.integers(4, 30))
def test_no_character_is_lost_or_moved(text: str, ems: int) -> None:
    lines = break_paragraph(text, ems * EM, measure)
    assert "".join("".join(line.text.split()) for line in lines) == "".join(text.split())


SENTENCES = st.lists(
    st.builds(
        lambda head, open_, inner, close, end: f"{head}{open_}{inner}{close}{end}",
        st.text("海盐县示例环境检查记录", min_size=2, max_size=12),
        st.sampled_from(["", "（", "“", "《", "“《"]),
        st.text("排放口废水在线监测", min_size=1, max_size=9),
        st.sampled_from(["", "）", "”", "》", "》”"]),
        st.sampled_from(["，", "。", "；", "：", "！", "？", "、", "……", "——", "。”", "%"]),
    ),
    min_size=3,
    max_size=20,
).map("".join)


@given(SENTENCES, st.integers(10, 45))
def test_no_line_begins_or_ends_with_a_forbidden_mark(text: str, ems: int) -> None:
    lines = break_paragraph(text, ems * EM, measure, indent=2 * EM)
    for line in lines[1:]:
        assert line.text[0] not in NO_START
    for line in lines[:-1]:
        assert line.text[-1] not in NO_END


@pytest.mark.parametrize("word", ["120.5mg/L", "HY20260611-01", "0573-86000000", "example@example.com", "12吨", "7日"])
def test_a_number_with_its_unit_stays_whole(word: str) -> None:
    text = f"总排口化学需氧量为{word}未超过限值"
    for ems in range(len(word) // 2 + 10, 20):
        assert any(word in line.text for line in break_paragraph(text, ems * EM, measure))


def test_a_word_longer_than_half_a_line_is_cut_rather_than_leaving_the_line_empty() -> None:
    lines = break_paragraph("编号" + "A" * 60, 10 * EM, measure)
    assert lines[0].text == "编号" + "A" * 16


def test_only_marks_still_end() -> None:
    lines = break_text("。" * 50, 10 * EM, measure)
    assert "".join(line.text for line in lines) == "。" * 50


def test_paragraphs_begin_anew_and_blank_ones_are_left_out() -> None:
    lines = break_text("　　第一段。\n\n \n第二段。", 20 * EM, measure)
    assert [line.text for line in lines] == ["第一段。", "第二段。"]
    assert all(line.first and line.last for line in lines)
