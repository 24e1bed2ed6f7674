"""A record outside any kit: the JSON file that `fieldkit render` and `fieldkit check` take (docs/forms.md)."""

from __future__ import annotations

import codecs
import uuid
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fieldkit.crypto.canonical import canonical_json
from fieldkit.errors import KnownError
from fieldkit.instruments import forms
from fieldkit.instruments.forms import Form
from fieldkit.instruments.rules import CheckContext
from fieldkit.instruments.values import validate
from fieldkit.model.evidence import Sample, Signature
from fieldkit.model.officer import Officer
from fieldkit.model.record import BlobRef, Correction, Record, Revision, Values
from fieldkit.model.stamp import Stamp

_NAMESPACE = uuid.UUID("8f6c0a3e-5a6b-5d0e-9a57-6d5b1c1f2e40")


class UnreadableData(KnownError):
    """The data file is missing, no JSON, or of another shape."""

    key = "form.unreadable"


class Printed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The printing whose signatures are checked; without `values` it held the present ones."""

    number: int = 1
    pages: int = 1
    values: Values | None = None


class OtherDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another document of the same visit, for what must be the same in all."""

    values: Values


class DataFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file holds; only `values` must be there.

    `id` defaults to one made from the content, `now` to the laptop's clock.
    """

    values: Values
    id: str = ""
    number: str = ""
    demo: bool = False
    revision: int = 1
    corrections: tuple[Correction, ...] = ()
    now: Stamp | None = None
    officers: tuple[Officer, ...] = ()
    samples: tuple[Sample, ...] = ()
    signatures: tuple[Signature, ...] = ()
    documents: tuple[OtherDocument, ...] = ()
    archive_names: tuple[str, ...] = ()
    printed: Printed | None = None

    def record(self, form: Form) -> Record:
        """Return the record, with its printing if the file tells of one."""
        record_id = self.id or str(uuid.uuid5(_NAMESPACE, canonical_json(self.values).decode()))
        printed = self.printed
        revisions = () if printed is None else (_revision(printed, self.values),)
        return Record(
            id=record_id, form=form.ref, number=self.number, values=self.values, revisions=revisions, demo=self.demo
        )

    def context(self, form: Form) -> CheckContext:
        """Return what the check knows beside the record."""
        return CheckContext(
            now=self.now or Stamp(at=datetime.now(UTC), source="laptop"),
            officers=self.officers,
            documents=tuple(
                Record(id=f"document {number}", form=form.ref, number="", values=document.values)
                for number, document in enumerate(self.documents, 2)
            ),
            samples=self.samples,
            signatures=self.signatures,
            archive_names=self.archive_names,
        )


def read(file: Path, form: Form) -> DataFile:
    """Return the data in `file`, with every value of its field's type.

    Raises:
        UnreadableData: missing, not JSON, or another shape; says where.
        WrongValue: a value is of another type than its field.
    """
    try:
        data = msgspec.json.decode(file.read_bytes().removeprefix(codecs.BOM_UTF8), type=DataFile)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnreadableData(file=file, why=f"打不开（{why}）", why_en=why) from error
    except msgspec.ValidationError as error:
        raise UnreadableData(file=file, why=f"内容的形式不对（{error}）", why_en=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableData(file=file, why="不是完整的JSON", why_en=f"no complete JSON ({error})") from error
    except RecursionError as error:
        raise UnreadableData(file=file, why="嵌套过深", why_en="nested too deeply") from error
    if data.id:
        try:
            uuid.UUID(data.id)
        except ValueError as error:
            raise UnreadableData(file=file, why="id应为UUID", why_en="id must be a UUID") from error
    if not 1 <= data.revision <= 0xFFFF:
        raise UnreadableData(file=file, why="revision应在1到65535之间", why_en="revision must be 1 to 65535")
    if data.now is not None and data.now.at.tzinfo is None:
        raise UnreadableData(file=file, why="now.at应带时区", why_en="now.at needs a time zone")
    validate(form, data.values)
    for document in data.documents:
        validate(form, document.values)
    return data


def load(form_name: str, file: Path) -> tuple[Form, DataFile]:
    """Return a form by name and the data for it.

    Raises:
        UnknownForm, UnreadableData, WrongValue: see `forms.load` and `read`.
    """
    form = forms.load(form_name)
    return form, read(file, form)


def _revision(printed: Printed, values: Values) -> Revision:
    return Revision(
        number=printed.number,
        frozen_at=Stamp(at=datetime(1970, 1, 1, tzinfo=UTC), source="laptop"),
        values=values if printed.values is None else printed.values,
        digest="",
        pages=printed.pages,
        pdf=BlobRef(sha256="", size=0, media_type="application/pdf"),
    )
