"""Reading codes: none that is not there."""

from __future__ import annotations

import numpy as np

from devices.emulators import camera, enterprise_papers
from devices.imaging.codes import read_codes
from devices.imaging.picture import read_picture
from fieldkit.instruments.label import bottle_label
from fieldkit.model.evidence import Sample


def test_bars_have_no_ghost_from_a_smaller_copy_of_the_picture():
    """At half size the bars blur, and `_#*"~g7` passed the check digit beside the label's own number."""
    sample = Sample(id="s", number='_#*"~g4', point_code="DW001", point_name="废水总排口")
    label = bottle_label(sample, "海盐县示例印染化工有限责任公司")
    codes = read_codes(np.asarray(label.convert("L")))
    assert [(code.kind, code.text) for code in codes] == [("Code128", '_#*"~g4')]


def test_a_square_code_is_read_in_a_poor_photo():
    photo = camera.photograph(enterprise_papers.foreign_page(), 3, 0.8)
    assert [code.kind for code in read_codes(read_picture(photo))] == ["QRCode"]
