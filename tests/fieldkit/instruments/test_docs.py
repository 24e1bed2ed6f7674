"""docs/forms.md names what there is."""

from __future__ import annotations

import msgspec

from fieldkit.instruments import forms
from fieldkit.instruments.datafile import DataFile
from tests.fieldkit.instruments.factories import EXAMPLES


def test_every_key_of_the_data_file_and_of_a_field_is_in_the_handbook() -> None:
    handbook = (EXAMPLES.parent / "forms.md").read_text("utf-8")
    for struct in (DataFile, forms.Field):
        for field in msgspec.structs.fields(struct):
            if field.name not in ("section", "label_en"):
                assert f"`{field.name}`" in handbook, field.name
    for kind in msgspec.inspect.type_info(forms.FieldType).values:  # type: ignore[attr-defined]
        assert f"`{kind}`" in handbook
