"""A picture file in, the page out: seal, codes, orientation, clean picture."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from devices.emulators import camera, enterprise_papers, paper
from devices.imaging.scan import judge_seals, read_page
from devices.imaging.straighten import clean
from fieldkit.instruments import seal as page_seal
from fieldkit.instruments.seal import PRACTICE_KEY, Seal
from tests.bench.imaging import jaccard
from tests.devices.imaging.conftest import COUNTY_KEY


def test_a_photo_names_its_record_and_page(printed):
    for number, page in enumerate(printed.pages, 1):
        shot = camera.shoot(page, 20 + number, 0.6)
        scan = read_page(shot.jpeg, [COUNTY_KEY])
        assert scan.error is None
        assert scan.seal is not None
        assert (scan.seal.document, scan.seal.page) == (printed.record.id, number)
        assert scan.seal.digest16.hex() == printed.rendered.digest[:32]
        assert scan.seal_problem is None
        assert scan.corners is not None
        assert jaccard(shot.corners, np.array(scan.corners)) > 0.97


def test_a_wand_scan_names_its_record_and_page(printed):
    scan = read_page(camera.wand_scan(printed.pages[0], 3, dpi=200), [COUNTY_KEY])
    assert scan.seal is not None
    assert scan.seal.page == 1
    assert {box.state for box in scan.boxes} == {"empty"}


@pytest.mark.parametrize("turns", [1, 2])
def test_a_page_held_any_way_up_starts_at_its_own_top_left(printed, turns):
    shot = Image.open(BytesIO(camera.photograph(printed.pages[0], 6, 0.4))).rotate(90 * turns, expand=True)
    stream = BytesIO()
    shot.save(stream, "JPEG", quality=90)
    upright = read_page(camera.photograph(printed.pages[0], 6, 0.4), [COUNTY_KEY])
    turned = read_page(stream.getvalue(), [COUNTY_KEY])
    assert turned.seal == upright.seal
    assert turned.width < turned.height
    one, other = (
        np.asarray(Image.open(BytesIO(scan.page_jpeg or b"")).convert("L").resize((105, 148)), float)
        for scan in (upright, turned)
    )
    assert np.abs(one - other).mean() < 12


def test_exif_turned_corners_are_of_the_picture_as_displayed(printed):
    shot = camera.shoot(printed.pages[0], 9, 0.3)
    lying = Image.open(BytesIO(shot.jpeg)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = BytesIO()
    lying.save(stream, "JPEG", quality=92, exif=exif)
    scan = read_page(stream.getvalue(), [COUNTY_KEY])
    assert scan.corners is not None
    assert np.abs(np.array(scan.corners) - shot.corners).max() < 20


def test_a_seal_under_another_key_binds_nothing(practice):
    photo = camera.photograph(practice.pages[0], 7, 0.4)
    told = read_page(photo, [COUNTY_KEY])
    assert told.seal is None
    assert told.seal_problem == "practice"
    assert read_page(photo, [PRACTICE_KEY]).seal is not None


def test_a_forged_seal_binds_nothing(printed):
    photo = camera.photograph(printed.pages[0], 7, 0.4)
    scan = read_page(photo, [bytes(32)])
    assert scan.seal is None
    assert scan.seal_problem == "forged"
    assert scan.codes


def test_a_foreign_page_binds_nothing_and_its_code_is_told():
    shot = camera.shoot(enterprise_papers.foreign_page(), 4, 0.4, desk="wood")
    scan = read_page(shot.jpeg, [COUNTY_KEY])
    assert scan.seal is None
    assert scan.seal_problem == "foreign"
    assert [code.text for code in scan.codes] == ["https://shop.example/order/20260611-7734"]
    assert scan.boxes == ()
    assert scan.page_jpeg is not None


def test_a_foreign_page_turned_over_is_set_upright_by_its_code():
    shot = camera.shoot(enterprise_papers.foreign_page(), 4, 0.2, desk="wood", turn_degrees=180)
    scan = read_page(shot.jpeg, [COUNTY_KEY])
    assert scan.corners is not None
    assert np.abs(np.array(scan.corners) - shot.corners).max() < 25


def test_a_forged_code_beside_a_genuine_one_spoils_it(printed):
    genuine = printed.rendered.seals[0]
    forged = page_seal.encode(Seal(printed.record.id, 1, 1, 2, bytes(16)), bytes(32))
    assert judge_seals([genuine, forged], [COUNTY_KEY]) == (None, "forged")
    assert judge_seals([genuine, printed.rendered.seals[1]], [COUNTY_KEY]) == (None, "disagree")
    assert judge_seals([genuine, genuine, "https://shop.example"], [COUNTY_KEY])[1] is None


def test_a_damaged_seal_leaves_the_other_to_bind(printed):
    page = printed.pages[0].copy()
    page.paste((255, 255, 255), (1280, 60, 1500, 280))
    scan = read_page(camera.photograph(page, 13, 0.5), [COUNTY_KEY])
    assert scan.seal is not None


def test_a_page_of_ours_without_readable_code_says_so(printed):
    page = printed.pages[0].copy()
    k = page.width / 210
    for x, y in ((164, 8), (21, 249)):
        page.paste((0, 0, 0), (round((x + 4) * k), round((y + 4) * k), round((x + 23) * k), round((y + 24) * k)))
    scan = read_page(camera.photograph(page, 13, 0.3), [COUNTY_KEY])
    assert scan.seal is None
    assert scan.seal_problem == "unread"


def side_by_side(*sheets: Image.Image) -> Image.Image:
    gap = 80
    desk = Image.new(
        "RGB", (sum(sheet.width + gap for sheet in sheets) + gap, max(sheet.height for sheet in sheets) + 2 * gap)
    )
    desk.paste((90, 70, 50), (0, 0, *desk.size))
    left = gap
    for sheet in sheets:
        desk.paste(sheet, (left, gap))
        left += sheet.width + gap
    return desk


def as_jpeg(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def covered(page: Image.Image, *places: tuple[float, float, float, float]) -> Image.Image:
    """Lay white slips (left, top, right, bottom in mm) over a page."""
    page, k = page.copy(), page.width / 210
    for left, top, right, bottom in places:
        page.paste((255, 255, 255), (round(left * k), round(top * k), round(right * k), round(bottom * k)))
    return page


CODES = ((161, 5, 192, 37), (18, 246, 50, 278))
MARKERS = ((5, 5, 19, 19), (192, 5, 205, 19), (192, 277, 205, 292), (5, 277, 19, 292))
FOUR = ("party", "inspector1", "inspector2", "recorder")


@pytest.mark.parametrize("signed_at_left", [True, False])
def test_the_seal_of_one_sheet_never_names_the_signatures_of_the_sheet_beside_it(printed, signed_at_left):
    signed = covered(paper.sign(printed.pages[1], FOUR, 3), *CODES)
    sheets = (signed, printed.pages[0]) if signed_at_left else (printed.pages[0], signed)
    scan = read_page(as_jpeg(side_by_side(*sheets)), [COUNTY_KEY])
    assert (scan.seal, scan.seal_problem, scan.boxes) == (None, "disagree", ())


def test_a_seal_off_its_place_on_the_sheet_found_binds_nothing(printed):
    """Only one sheet has corner markers to see: nothing but the seal's place tells that there are two."""
    signed = covered(paper.sign(printed.pages[1], FOUR, 3), *CODES)
    scan = read_page(as_jpeg(side_by_side(signed, covered(printed.pages[0], *MARKERS))), [COUNTY_KEY])
    assert (scan.seal, scan.seal_problem, scan.boxes) == (None, "disagree", ())


def test_two_sheets_bind_neither_even_where_both_are_copies_of_one_page(printed):
    for other in (printed.pages[1], paper.sign(printed.pages[0], FOUR, 3)):
        scan = read_page(as_jpeg(side_by_side(printed.pages[0], other)), [COUNTY_KEY])
        assert (scan.seal, scan.seal_problem, scan.boxes) == (None, "disagree", ())


def test_a_seal_without_marks_round_it_binds_nothing(printed):
    scan = read_page(as_jpeg(covered(printed.pages[0], *MARKERS, CODES[1])), [COUNTY_KEY])
    assert (scan.seal, scan.seal_problem, scan.boxes) == (None, "unread", ())


def test_a_mirrored_photo_is_refused(printed):
    scan = read_page(as_jpeg(ImageOps.mirror(side_by_side(printed.pages[0]))), [COUNTY_KEY])
    assert (scan.seal, scan.seal_problem, scan.boxes) == (None, "mirrored", ())


def test_a_sheet_with_two_markers_and_one_seal_still_binds(printed):
    page = covered(paper.sign(printed.pages[0], ["party"], 3), *MARKERS[:2], CODES[0])
    scan = read_page(as_jpeg(page), [COUNTY_KEY])
    assert scan.seal is not None
    assert {box.name for box in scan.boxes if box.state == "signed"} == {"party"}


def test_cleaning_makes_paper_white_and_keeps_a_stamp_red():
    page = paper.stamp(enterprise_papers.text_page("情况说明", ["正文"] * 3), (120, 200), 1)
    array = np.asarray(page, float)[:, :, ::-1] * np.linspace(0.55, 0.95, page.width)[None, :, None]
    cleaned = clean(array.astype(np.uint8))
    k = page.width / 210
    assert np.median(cleaned[: int(15 * k)]) >= 250
    stamp = cleaned[int(180 * k) : int(220 * k), int(100 * k) : int(140 * k)].astype(float)
    assert ((stamp[..., 2] - stamp[..., 1]) > 80).mean() > 0.05


def test_a_licence_is_straightened_to_its_own_proportions():
    shot = camera.shoot(enterprise_papers.licence(), 3, 0.5, desk="wood")
    scan = read_page(shot.jpeg, [])
    assert scan.page_jpeg is not None
    assert scan.width / scan.height == pytest.approx(210 / 297, rel=0.01)
    assert max(scan.width, scan.height) <= 3508
    assert Image.open(BytesIO(scan.page_jpeg)).size == (scan.width, scan.height)
