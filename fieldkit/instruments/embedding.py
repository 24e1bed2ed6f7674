"""TrueType fonts as reportlab embeds them, with the one defect of their text layer mended."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.pdfbase.pdfdoc import PDFDocument
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

_BLOCK = 100
"""Entries a `beginbfchar` block may hold (Adobe Technical Note 5411, 1.4.1)."""


class EmbeddedFont(TTFont):  # type: ignore[misc]  # reportlab ships no types
    """A subset TrueType font whose text copies right, also beyond the Basic Multilingual Plane.

    # WORKAROUND reportlab 5.1: `makeToUnicodeCMap` writes U+2CB4E as <2CB4E>, which readers take for U+2CB4 (李𬭎
    # copies as 李Ⲵ); a UTF-16BE pair is due. It also puts up to 256 entries into one block. The streams are written
    # anew after reportlab made them; tests/fieldkit/instruments/test_embedding.py fails once upstream is mended.
    """

    def addObjects(self, doc: PDFDocument) -> None:
        """Add the font's objects to `doc` and replace each subset's ToUnicode map."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode("pdfdoc")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode_map(name, subset)


def to_unicode_map(name: str, subset: Sequence[int]) -> str:
    """Return the ToUnicode CMap of a subset: code point of each one-byte code.

    Source: Adobe Technical Note 5411 (ToUnicode Mapping File Tutorial), 1.4.
    """
    entries = [f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(subset)]
    blocks = [entries[i : i + _BLOCK] for i in range(0, len(entries), _BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return f"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry ({name})
/Ordering ({name})
/Supplement 0
>> def
/CMapName /{name} def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange
{body}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
