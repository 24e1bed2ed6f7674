"""Finds plain text where only ciphertext may be: names of the data and beginnings of known formats, in any file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ANYWHERE = {
    b"SQLite format 3\0": "SQLite",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"%PDF-": "PDF",
    b"JFIF\0": "JPEG",
    b"Exif\0\0": "JPEG",
    b"ftypisom": "MP4",
}
"""Long enough never to turn up by chance in a kit's ciphertext."""
AT_THE_START = {
    b"\xff\xd8\xff": "JPEG",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WebP",
}
"""Two to four bytes turn up by chance in megabytes of ciphertext, so they count only where a file begins."""


SHORTEST = 6
"""Bytes of a word's spelling: two hanzi in UTF-8."""


class Plain(NamedTuple):
    """What was found where."""

    path: Path
    what: str


def find_plain(home: Path, words: Iterable[str]) -> list[Plain]:
    """Return every file under `home` that holds one of `words`, in its name or content, or begins like a known format.

    Args:
        home: folder, searched whole; no file is exempt.
        words: names of the data, two hanzi or six letters and more; looked for in UTF-8, UTF-16 and GB 18030.
    """
    needles = {needle: word for word in words for needle in _spellings(word)}
    found = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found += [Plain(path, what) for magic, what in ANYWHERE.items() if magic in content]
        found += [Plain(path, what) for magic, what in AT_THE_START.items() if content.startswith(magic)]
        found += [Plain(path, word) for needle, word in needles.items() if needle in content]
        found += [Plain(path, word) for word in set(needles.values()) if word in str(path.relative_to(home))]
    return found


def _spellings(word: str) -> set[bytes]:
    spellings = {word.encode("utf-8"), word.encode("utf-16-le"), word.encode("gb18030")}
    # Hundreds of four-byte names would turn up in megabytes of ciphertext by chance; six bytes do not.
    return {spelling for spelling in spellings if len(spelling) >= SHORTEST}
