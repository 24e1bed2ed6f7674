"""Forms as data: `resources/forms/<guide>/<form>.toml` read into structs; a new form is a new file and no new code."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from fieldkit.errors import BugError, KnownError
from fieldkit.instruments.laws import Citation
from fieldkit.model.record import FormRef, Values
from fieldkit.resource import resource

FieldType = Literal["text", "long_text", "time", "phone", "code", "number", "choice", "confirm", "officers", "people"]
BlockKind = Literal["table", "notices", "choice", "text", "sampling", "corrections", "end"]


class UnknownForm(KnownError):
    """No form has this name or version."""

    key = "form.unknown"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A group of fields, in the order of the screen."""

    id: str
    title: str
    title_en: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a choice."""

    id: str
    label: str
    label_en: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One part of an entry of a list field."""

    id: str
    label: str
    label_en: str
    required: bool = False


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the record asks for.

    `id` is its path in the values (`party.name`); `prefill` names what the archive knows of it ("" = never prefilled).
    `max_length` counts characters, 0 for as many as the officer likes; `most` is the greatest number that can be true.
    `officers` and `people` are lists of objects with `columns`; `confirm` is true, false or null.
    """

    id: str
    section: str
    label: str
    label_en: str
    type: FieldType
    required: bool = False
    max_length: int = 0
    most: int | None = None
    help: str = ""
    prefill: str = ""
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()

    def choice_label(self, answer: object) -> str:
        """Return the words of an answer, or ""."""
        return next((choice.label for choice in self.choices if choice.id == answer), "")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Words read to the person on site, the field that holds the confirmation, and the articles behind them."""

    field: str
    text: str
    cite: tuple[Citation, ...] = ()


class SignatureBox(msgspec.Struct, frozen=True, kw_only=True):
    """A box of the foot and when it needs a signature state."""

    name: str
    label: str
    label_en: str
    required: Literal["always", "with_others", "never"] = "always"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A label and its value in a row; `merge` joins the label's cell over a repeated row."""

    label: str
    label_mm: float
    mm: float
    value: str
    merge: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; `repeat` names a list field that gives one row an entry."""

    cells: tuple[Cell, ...]
    repeat: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the printed body, in order. `detail` prints beside any answer, or beside `detail_if` alone."""

    kind: BlockKind
    title: str = ""
    rows: tuple[Row, ...] = ()
    field: str = ""
    detail: str = ""
    detail_if: str = ""
    detail_label: str = ""


class FootWords(msgspec.Struct, frozen=True, kw_only=True):
    """Labels of the signature foot."""

    opinion: str
    party: str
    inspectors: str
    recorder: str
    witness: str
    date: str


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How the form prints: sizes in points, distances in mm."""

    text_pt: float
    cell_pt: float
    label_pt: float
    notice_pt: float
    line_mm: float
    notice_line_mm: float
    cell_line_mm: float
    cell_pad_mm: float
    empty: str
    confirmed: str
    not_confirmed: str
    not_answered: str
    code_label: str
    number_label: str
    continued_title: str
    continued_below: str
    continued_above: str
    end: str
    page: str
    demo: str
    practice: str
    preview: str
    foot: FootWords
    blocks: tuple[Block, ...]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form of a guide in one version."""

    guide: str
    form: str
    version: str
    title: str
    title_en: str
    source: str
    valid_from: date
    valid_to: date | None = None
    sections: tuple[Section, ...]
    fields: tuple[Field, ...]
    notices: tuple[Notice, ...]
    signatures: tuple[SignatureBox, ...]
    layout: Layout

    @property
    def ref(self) -> FormRef:
        """What a draft pins."""
        return FormRef(guide=self.guide, form=self.form, version=self.version)

    def field(self, field_id: str) -> Field:
        """Return the field with this id.

        Raises:
            BugError: the form has no such field.
        """
        for field in self.fields:
            if field.id == field_id:
                return field
        raise BugError(f"{self.form} has no field {field_id!r}")

    def of_section(self, section_id: str) -> tuple[Field, ...]:
        """Return the fields of a section, in order."""
        return tuple(field for field in self.fields if field.section == section_id)


def load(form: FormRef | str) -> Form:
    """Return a form: the pinned version of a reference, or the newest version of a name.

    Raises:
        UnknownForm: there is none; the message lists those there are.
    """
    if isinstance(form, str):
        found = [known for known in all_forms() if form in (known.form, f"{known.guide}/{known.form}")]
        found.sort(key=lambda known: known.valid_from)
        wanted = form
    else:
        found = [known for known in all_forms() if known.ref == form]
        wanted = f"{form.guide}/{form.form} {form.version}"
    if not found:
        raise UnknownForm(form=wanted, known="、".join(sorted({known.form for known in all_forms()})))
    return found[-1]


@cache
def all_forms() -> tuple[Form, ...]:
    """Return every form shipped, all versions."""
    return tuple(read(file) for file in sorted(resource("forms").glob("*/*.toml")))


def read(file: Path) -> Form:
    """Return the form in a file.

    Raises:
        msgspec.ValidationError, tomllib.TOMLDecodeError: the file is no form.
    """
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Form)


def blank(form: Form) -> Values:
    """Return values with every field of `form` present and empty; answers are null, never a default."""
    values: Values = {}
    for field in form.fields:
        empty: Any = "" if field.type in ("text", "long_text", "phone", "code", "time") else None
        if field.type in ("officers", "people"):
            empty = []
        put_in(values, field.id, empty)
    return values


def get(values: Values, field_id: str) -> Any:
    """Return the value at a field's path, or None where it is absent."""
    here: Any = values
    for part in field_id.split("."):
        if not isinstance(here, dict):
            return None
        here = here.get(part)
    return here


def put(values: Values, field_id: str, value: Any) -> Values:
    """Return `values` with one field changed; the given values stay as they are."""
    head, _, rest = field_id.partition(".")
    if not rest:
        return {**values, head: value}
    inner = values.get(head)
    return {**values, head: put(inner if isinstance(inner, dict) else {}, rest, value)}


def put_in(values: Values, field_id: str, value: Any) -> None:
    """Set one field of `values` in place."""
    *path, last = field_id.split(".")
    here = values
    for part in path:
        here = here.setdefault(part, {})
    here[last] = value


def is_empty(value: Any) -> bool:
    """Return whether a value counts as not filled in: None, blank text, an empty list; false is an answer."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == [] or value == ()
