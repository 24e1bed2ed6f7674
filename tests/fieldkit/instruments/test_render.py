"""Pages as paper: what is printed where, measured on the PDF itself."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import cv2
import msgspec
import numpy as np
import pytest
import zxingcpp
from pypdf import PdfReader

from fieldkit.instruments import forms, render
from fieldkit.instruments import seal as page_seal
from fieldkit.instruments.fonts import GlyphMissing
from fieldkit.instruments.geometry import (
    BODY,
    DATE_BOXES,
    FIDUCIALS,
    FOOT_LABELS,
    OPINION_BOX,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SEALS,
    SIGNATURE_BOXES,
    Box,
)
from fieldkit.instruments.lines import NO_END, NO_START
from fieldkit.instruments.render import Rendered, TooLong
from fieldkit.instruments.seal import PRACTICE_KEY
from fieldkit.instruments.values import WrongValue
from fieldkit.model.record import Correction, Values
from tests.fieldkit.instruments.factories import COUNTY_KEY, DOCUMENT, LONG_NAME, crowded, record, values
from tests.fieldkit.instruments.paper import Sheet, pictures, sheets, text_of

KINDS = ("usual", "crowded", "blank", "short", "long", "corrected")


def content(kind: str) -> tuple[Values, tuple[Correction, ...]]:
    if kind == "crowded":
        return crowded(), ()
    if kind == "blank":
        return forms.blank(forms.load("inspection")), ()
    if kind == "short":
        return values(situation="停产。", others=[], sampling={"done": False, "note": ""}), ()
    if kind == "long":
        return values(situation="\n".join([values()["situation"]] * 8)), ()
    if kind == "corrected":
        changes = [Correction("place", f"第{n}处", "原来的内容，" * n, "更正后的内容。" * n) for n in range(1, 30)]
        return values(), tuple(changes)
    return values(), ()


@pytest.fixture(scope="module", params=KINDS)
def rendered(request: pytest.FixtureRequest) -> Rendered:
    of, corrections = content(request.param)
    return render.render(record(of), 2 if corrections else 1, PRACTICE_KEY, corrections)


@pytest.fixture(scope="module")
def measured(rendered: Rendered) -> list[Sheet]:
    return sheets(rendered.pdf)


def test_every_character_stands_on_the_paper_and_out_of_the_margins(measured: list[Sheet]) -> None:
    for sheet in measured:
        for glyph in sheet.glyphs:
            assert glyph.left > BODY.x - 0.3, glyph
            assert glyph.right < BODY.right + 0.3, glyph
            assert glyph.top > 7, glyph
            assert glyph.bottom < PAGE_HEIGHT - 7, glyph


def test_no_character_lies_on_a_rule_and_so_none_leaves_its_cell(measured: list[Sheet]) -> None:
    for sheet in measured:
        assert len(sheet.rules) > 12
        assert sheet.crossings() == []


def test_the_measure_itself_sees_a_character_on_a_rule(measured: list[Sheet]) -> None:
    sheet = measured[0]
    upright = next(rule for rule in sheet.rules if rule.bottom - rule.top > 3)
    glyph = sheet.glyphs[0]
    moved = glyph._replace(left=upright.left - 1, right=upright.right + 1, top=upright.top, bottom=upright.top + 3)
    assert Sheet((moved,), sheet.rules, "").crossings()


def test_no_characters_lie_on_each_other(measured: list[Sheet]) -> None:
    for sheet in measured:
        ink = np.array([(g.left, g.top, g.right, g.bottom) for g in sheet.glyphs if g.right > g.left])
        wide = np.minimum(ink[:, None, 2], ink[None, :, 2]) - np.maximum(ink[:, None, 0], ink[None, :, 0])
        high = np.minimum(ink[:, None, 3], ink[None, :, 3]) - np.maximum(ink[:, None, 1], ink[None, :, 1])
        over = (wide > 0.25) & (high > 0.25)
        np.fill_diagonal(over, val=False)
        assert not over.any(), [sheet.glyphs[i] for i in np.argwhere(over)[0]]


def test_signature_boxes_opinion_and_marks_stay_white(rendered: Rendered, measured: list[Sheet]) -> None:
    white = [*SIGNATURE_BOXES.values(), OPINION_BOX.inset(0.5)]
    quiet = [Box(x, y, s, s).inset(-2.7) for x, y, s in SEALS] + [
        Box(x, y, s, s).inset(-1) for x, y, s in FIDUCIALS.values()
    ]
    for sheet in measured:
        for box in (*white, *quiet):
            assert not sheet.within(box.x, box.y, box.right, box.bottom)
    for picture in pictures(rendered.pdf, dpi=100):
        for box in white:
            assert cut(picture, box, 100).min() == 255


def test_labels_stay_in_their_cells(measured: list[Sheet]) -> None:
    for sheet in measured:
        for box in (*FOOT_LABELS.values(), *DATE_BOXES.values()):
            for glyph in sheet.within(box.x, box.y, box.right, box.bottom):
                assert glyph.left >= box.x + 0.3
                assert glyph.right <= box.right - 0.3


def test_no_line_begins_or_ends_against_the_rules(measured: list[Sheet]) -> None:
    for sheet in measured:
        for line in sheet.lines():
            assert line[0] not in NO_START, line
            assert line[-1] not in NO_END, line


def test_pages_are_numbered_and_say_how_they_go_on(rendered: Rendered, measured: list[Sheet]) -> None:
    pages = len(measured)
    assert rendered.pages == pages
    for number, sheet in enumerate(measured, 1):
        plain = "".join(sheet.text.split())
        assert f"第{number}页共{pages}页" in plain
        assert ("（续下页）" in plain) == (number < pages)
        assert ("（接上页）" in plain) == (number > 1)
        assert ("（以下空白）" in plain) == (number == pages)
        assert "盐环检（2026）演示第0007号" in plain
        assert plain.count("年月日") == 2


def test_words_never_stand_alone_before_the_end_mark(measured: list[Sheet]) -> None:
    last = measured[-1]
    end = next(g for g in last.glyphs if g.text == "以" and g.left > BODY.x + 60)
    before = [g for g in last.within(BODY.x, BODY.y + 6, BODY.right, end.top) if g.baseline < end.baseline - 1]
    assert before


def test_seals_are_read_from_the_picture_and_tell_document_page_and_digest(rendered: Rendered) -> None:
    for number, picture in enumerate(pictures(rendered.pdf, dpi=150), 1):
        codes = zxingcpp.read_barcodes(picture)
        assert len(codes) == 2
        assert {code.text for code in codes} == {rendered.seals[number - 1]}
        seal = page_seal.decode(codes[0].text, [PRACTICE_KEY])
        assert (seal.document, seal.page, seal.pages) == (DOCUMENT, number, rendered.pages)
        assert seal.digest16.hex() == rendered.digest[:32]


def test_fiducials_are_found_where_the_geometry_says(rendered: Rendered) -> None:
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    dpi = 200
    corners, ids, _ = detector.detectMarkers(pictures(rendered.pdf, dpi=dpi)[-1])
    assert sorted(ids.ravel().tolist()) == [0, 1, 2, 3]
    for found, number in zip(corners, ids.ravel().tolist(), strict=True):
        x, y, size = FIDUCIALS[number]
        want = np.array([[x, y], [x + size, y], [x + size, y + size], [x, y + size]])
        assert np.abs(found[0] * 25.4 / dpi - want).max() < 0.25


def test_long_values_are_printed_whole() -> None:
    plain = "".join(text_of(render.render(record(crowded()), 1, COUNTY_KEY).pdf).split())
    assert plain.count(LONG_NAME) >= 2
    assert plain.count("武原街道示例路八号电镀车间（东侧）、") == 30
    assert "阿卜杜热合曼·买买提江" in plain


def test_the_longest_issuing_body_and_number_stay_between_the_marks() -> None:
    body = "海盐县环境监察大队" * 10
    of = msgspec.structs.replace(record(values(issuing_body=body[:60])), number="盐环检（2026）第0007号" * 4)
    made = render.render(of, 1, PRACTICE_KEY)
    for sheet in sheets(made.pdf):
        assert sheet.crossings() == []
        assert all(g.right < SEALS[0][0] - 2.5 or g.left > BODY.right for g in sheet.within(100, 0, 210, 35))
    plain = "".join(text_of(made.pdf).split())
    assert body[:60] in plain
    with pytest.raises(WrongValue, match="60字"):
        render.render(record(values(issuing_body=body[:61])), 1, PRACTICE_KEY)


def test_a_reason_of_several_lines_is_set_below_its_answer() -> None:
    of = values(recusal={"answer": "yes", "reason": "其一。\n其二。"})
    plain = text_of(render.render(msgspec.structs.replace(record(of), number="一号\n二号"), 1, COUNTY_KEY).pdf)
    assert "理由：其一。" in plain
    assert "其二。" in plain
    assert "文书编号：一号 二号" in plain


def test_several_threads_render_the_same_bytes() -> None:
    want = render.render(record(), 1, COUNTY_KEY)
    with ThreadPoolExecutor(4) as pool:
        assert all(made == want for made in pool.map(lambda _: render.render(record(), 1, COUNTY_KEY), range(8)))


def test_long_running_text_flows_over_six_pages_and_more_without_loss() -> None:
    of, _ = content("long")
    made = render.render(record(of), 1, COUNTY_KEY)
    assert made.pages >= 6
    assert "".join(text_of(made.pdf).split()).count("酸洗车间西侧地面有一处约0.5平方米的破损") == 8


def test_the_same_record_gives_the_same_bytes_and_any_change_another_digest() -> None:
    one = render.render(record(), 1, COUNTY_KEY)
    assert render.render(record(), 1, COUNTY_KEY) == one
    changed = (
        render.render(record(values(place="别处")), 1, COUNTY_KEY),
        render.render(record(), 2, COUNTY_KEY),
        render.render(record(), 1, COUNTY_KEY, (Correction("place", "检查地点", "甲", "乙"),)),
        render.render(record(demo=False), 1, COUNTY_KEY),
    )
    assert len({one.digest, *(other.digest for other in changed)}) == 5


def test_title_language_and_author_are_set() -> None:
    reader = PdfReader(io.BytesIO(render.render(record(), 1, COUNTY_KEY).pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "现场检查（勘察）笔录 盐环检（2026）演示第0007号 海盐示例紧固件有限公司"
    assert reader.metadata.author == "海盐县环境监察大队（演示）"
    assert reader.root_object["/Lang"] == "zh-CN"
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]
    size = reader.pages[0].mediabox
    assert abs(float(size.width) - PAGE_WIDTH * 72 / 25.4) < 0.01


def test_demo_and_practice_are_said_on_every_page_and_only_there() -> None:
    for demo, key in ((True, COUNTY_KEY), (False, PRACTICE_KEY), (False, COUNTY_KEY)):
        for sheet in sheets(render.render(record(values(issuing_body="某县大队"), demo=demo), 1, key).pdf):
            assert ("演示数据" in sheet.text) == demo
            assert ("练习件" in sheet.text) == (key == PRACTICE_KEY)


def test_answers_are_ticked_as_given_and_never_by_default() -> None:
    def plain(**changes: object) -> str:
        return "".join(text_of(render.render(record(values(**changes)), 1, COUNTY_KEY).pdf).split())

    assert plain().count("已确认") == 4
    assert "未答" not in plain()
    unanswered = plain(recusal={"answer": None, "reason": ""}, notices__defence_told=None)
    assert "是否申请回避：（未答）" in unanswered
    assert unanswered.count("已确认") == 3
    assert "理由：亲属关系" in plain(recusal={"answer": "yes", "reason": "亲属关系"})


def test_articles_of_repealed_laws_are_not_cited_from_the_day_the_code_takes_effect() -> None:
    def plain(day: str) -> str:
        of = values(time_from=f"{day}T09:00+08:00", time_to=f"{day}T10:00+08:00")
        return "".join(text_of(render.render(record(of), 1, COUNTY_KEY).pdf).split())

    before, after = plain("2026-08-14"), plain("2026-08-15")
    assert "《中华人民共和国环境保护法》第二十四条" in before
    assert "条款待核" not in before
    assert "中华人民共和国环境保护法" not in after
    assert "条款待核" in after
    assert "《中华人民共和国行政处罚法》第四十三条" in after


def test_a_reprint_lists_what_it_corrects_with_room_to_sign() -> None:
    change = Correction("party.phone", "联系电话", "0573-11111111", "0573-22222222")
    plain = "".join(text_of(render.render(record(), 2, COUNTY_KEY, (change,)).pdf).split())
    assert "更正记录（第2次印制" in plain
    assert "0573-11111111" in plain
    assert "签名（指印）" in plain
    assert "更正记录" not in "".join(text_of(render.render(record(), 1, COUNTY_KEY).pdf).split())


def test_a_character_no_font_has_stops_the_print_and_is_named() -> None:
    with pytest.raises(GlyphMissing, match="1F600"):
        render.render(record(values(situation="现场😀")), 1, COUNTY_KEY)


def test_an_endless_record_is_refused_in_plain_words() -> None:
    with pytest.raises(TooLong) as told:
        render.render(record(values(situation="一行\n" * 2600)), 1, COUNTY_KEY)
    assert "99页" in told.value.zh


def cut(picture: np.ndarray, box: Box, dpi: int) -> np.ndarray:
    scale = dpi / 25.4
    rows = slice(int(np.ceil(box.y * scale)), int(box.bottom * scale))
    return picture[rows, int(np.ceil(box.x * scale)) : int(box.right * scale)]
