from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from devices.emulators import paper
from fieldkit.instruments import forms
from fieldkit.instruments.render import Rendered, render
from fieldkit.instruments.seal import PRACTICE_KEY
from fieldkit.model.record import Record

COUNTY_KEY = bytes(range(32))


class Printed(NamedTuple):
    record: Record
    rendered: Rendered
    pages: tuple[Image.Image, ...]


def _printed(key: bytes) -> Printed:
    example = json.loads((Path(__file__).parents[3] / "docs" / "examples" / "inspection.json").read_text("utf-8"))
    record = Record(
        id=example["id"],
        form=forms.load("inspection").ref,
        number=example["number"],
        values=example["values"],
        demo=True,
    )
    rendered = render(record, 1, key)
    return Printed(record, rendered, tuple(paper.pages_of(rendered.pdf)))


@pytest.fixture(scope="session")
def printed() -> Printed:
    """A record printed under the county's key."""
    return _printed(COUNTY_KEY)


@pytest.fixture(scope="session")
def practice() -> Printed:
    """The same record printed under the practice key."""
    return _printed(PRACTICE_KEY)
