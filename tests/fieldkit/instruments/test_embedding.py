from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

from pypdf import PdfReader
from reportlab.pdfbase import ttfonts

from fieldkit.instruments import render
from tests.fieldkit.instruments.factories import COUNTY_KEY, record, values
from tests.fieldkit.instruments.paper import text_of

RARE = "李𬭎、𠮷田𠀋、𪚥、㐱"


def test_rare_names_copy_as_they_were_written(tmp_path: Path) -> None:
    pdf = render.render(record(values(place=RARE)), 1, COUNTY_KEY).pdf
    for name in RARE.split("、"):
        assert name in text_of(pdf)
    file = tmp_path / "record.pdf"
    file.write_bytes(pdf)
    pdftotext = shutil.which("pdftotext")
    assert pdftotext is not None, "poppler-utils is missing"
    said = subprocess.run([pdftotext, "-raw", file, "-"], check=True, capture_output=True).stdout.decode()
    for name in RARE.split("、"):
        assert name in said


def test_every_font_is_embedded_and_has_a_text_map() -> None:
    pdf = render.render(record(values(place=RARE)), 1, COUNTY_KEY).pdf
    seen = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = font.get_object()
            seen.add(str(font["/BaseFont"]).split("+")[-1])
            assert "/FontFile2" in font["/FontDescriptor"]
            said = font["/ToUnicode"].get_data().decode("ascii")
            assert all(int(line.split()[0]) <= 100 for line in said.splitlines() if line.endswith("beginbfchar"))
    assert seen == {"NotoSerifSC-Regular", "HanaMinB"}


def test_the_workaround_is_still_needed() -> None:
    """Fails once reportlab writes surrogate pairs itself; then `embedding.EmbeddedFont` can go."""
    assert "<01> <2CB4E>" in ttfonts.makeToUnicodeCMap("F", [0x20, 0x2CB4E])
