"""The other side of the table in the unattended visit: hands that sign, a desk with papers, and what is scanned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devices.emulators import camera, enterprise_papers, paper
from ui.demo_report import PageName

if TYPE_CHECKING:
    from fieldkit.model.enterprise import Enterprise
    from fieldkit.model.record import Revision

SIGNERS = ("party", "inspector1", "inspector2", "recorder")
"""Who signs each page; no witness takes part."""


class Sheet(msgspec.Struct, frozen=True):
    """A picture for the wand: where it belongs (None: nowhere), and the boxes the hands filled."""

    file: Path
    page: PageName | None
    signed: tuple[str, ...] = ()


def signed_pages(received: Path, document: str, revision: Revision, folder: Path, seed: int) -> list[Sheet]:
    """Sign what the printer gave out and scan it: every page, the last one without the party's signature."""
    folder.mkdir(parents=True, exist_ok=True)
    printed = paper.pages_of(received.read_bytes())
    sheets = []
    for number, page in enumerate(printed, start=1):
        signed = SIGNERS if number < revision.pages else SIGNERS[1:]
        sheets.append(_scan(page, PageName(document, number), signed, folder / f"page-{number}.jpg", seed + number))
    return sheets


def last_page_signed(received: Path, document: str, revision: Revision, folder: Path, seed: int) -> Sheet:
    """Have the party sign the last page after all, and photograph it instead of drawing it through the wand."""
    page = paper.pages_of(received.read_bytes())[-1]
    file = folder / f"page-{revision.pages}-again.jpg"
    picture = paper.sign(page, SIGNERS, seed, {"party": "thumbprint"})
    file.write_bytes(camera.photograph(picture, seed, 0.4))
    return Sheet(file, PageName(document, revision.pages), SIGNERS)


def loose_papers(enterprise: Enterprise, forged: bytes, folder: Path, seed: int) -> list[Sheet]:
    """Return what else gets under the wand: the licence, a foreign page with somebody's code, and a forged page.

    Args:
        enterprise: whose licence it is.
        forged: a PDF sealed under another key than this county's.
        folder: where the pictures go.
        seed: makes the same pictures again.
    """
    licence = enterprise_papers.licence(
        enterprise.name, enterprise.uscc, enterprise.legal_person, enterprise.address, seed=seed
    )
    pictures = {
        "licence.jpg": camera.photograph(licence, seed, 0.4),
        "foreign.jpg": camera.wand_scan(enterprise_papers.foreign_page(seed=seed), seed),
        "forged.jpg": camera.wand_scan(paper.pages_of(forged)[0], seed),
    }
    for name, data in pictures.items():
        (folder / name).write_bytes(data)
    return [Sheet(folder / name, None) for name in pictures]


def _scan(page: paper.Picture, name: PageName, signed: tuple[str, ...], file: Path, seed: int) -> Sheet:
    file.write_bytes(camera.wand_scan(paper.sign(page, signed, seed), seed))
    return Sheet(file, name, signed)
