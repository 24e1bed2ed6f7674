"""docs/protocol.md says what the wire says: its examples decode, its fields, codes and limits are those of the code."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from backend import problems
from backend.api import uploads as tus
from backend.services import LIMITS, SKEW
from backend.store import accounts, changes, devices, incoming, uploads
from fieldkit.crypto import http_signature
from fieldkit.crypto.device import new_device_key
from fieldkit.crypto.digest import sha256_hex
from fieldkit.model import operation
from fieldkit.model.officer import Officer
from fieldkit.model.stamp import Stamp
from sync import backoff, transport, wire, worker
from sync.enrol import parse_code

ROOT = Path(__file__).resolve().parents[2]
STRUCTS: dict[str, type[msgspec.Struct]] = {
    struct.__name__: struct
    for struct in (
        *(value for value in vars(wire).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)),
        operation.Problem,
        operation.Filing,
        Officer,
        Stamp,
    )
}
WORDS = {
    str: "string",
    int: "integer",
    bool: "boolean",
    datetime: "date-time",
    date: "date",
    msgspec.Raw: "any JSON",
}


@cache
def page() -> str:
    return (ROOT / "docs" / "protocol.md").read_text("utf-8")


def examples() -> list[tuple[str, str]]:
    return re.findall(r"^```json (\w+)\n(.*?)^```", page(), re.MULTILINE | re.DOTALL)


def type_words(hint: Any) -> str:
    """Return a type as the page writes it."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join("null" if one is NoneType else type_words(one) for one in inside if one is not _UNSET)
    if origin is tuple:
        return f"array of {type_words(inside[0])}"
    if origin is Literal:
        return " · ".join(f"`{word}`" for word in inside)
    return WORDS.get(hint) or f"{hint.__name__}"


_UNSET = msgspec.UnsetType


def fields(struct: type[msgspec.Struct]) -> list[tuple[str, str]]:
    hints = get_type_hints(struct)
    return [(field.encode_name, type_words(hints[field.name])) for field in msgspec.structs.fields(struct)]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading."""
    below = page().split(f"\n{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table is not None, heading
    return [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in table[0].splitlines()[2:]]


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_every_struct_of_the_wire_is_on_the_page_field_by_field(name: str) -> None:
    told = [(cells[0].strip("` "), cells[1].strip()) for cells in rows(f"### {name}")]
    assert told == fields(STRUCTS[name])


def test_there_are_examples() -> None:
    assert {"Hello", "EnrolReply", "OpsRequest", "OpsReply", "ChangesPage", "Problem"} <= {
        name for name, _ in examples()
    }


@pytest.mark.parametrize(("name", "text"), examples(), ids=[name for name, _ in examples()])
def test_an_example_decodes_strictly_and_holds_no_field_that_is_none(name: str, text: str) -> None:
    decoded = msgspec.json.decode(text.encode(), type=STRUCTS[name])
    assert json.loads(msgspec.json.encode(decoded)) == json.loads(text)


def test_the_operation_of_the_example_has_the_hash_of_its_body_as_it_stands() -> None:
    text = next(text for name, text in examples() if name == "OpsRequest")
    for example in msgspec.json.decode(text.encode(), type=wire.OpsRequest).operations:
        assert sha256_hex(bytes(example.body)) == example.body_sha256
        assert incoming.receive([msgspec.Raw(msgspec.json.encode(example))], "330424")[0].verdict is None


def test_the_codes_of_the_page_are_the_backends_with_status_and_retryable() -> None:
    told = {cells[0].strip("` "): (int(cells[1]), cells[2].strip() == "yes") for cells in rows("### Codes")}
    built = {code: (made.status, made.retryable) for code in problems._STATUS for made in [problems.problem(code)]}
    assert told == built


def test_every_code_of_the_page_is_sent_somewhere() -> None:
    source = "\n".join(
        file.read_text("utf-8") for file in (ROOT / "backend").rglob("*.py") if file.name != "problems.py"
    )
    for cells in rows("### Codes"):
        code = cells[0].strip("` ")
        assert f'"{code}"' in source, f"{code} is never sent"


def test_the_signature_is_the_pages() -> None:
    moment = datetime(2026, 6, 11, tzinfo=UTC)
    headers = http_signature.sign("GET", "https://kit.example/v1/me", {}, b"", new_device_key(), "dev-1", moment, "n")
    covered = '("@method" "@path" "@query" "content-digest")'
    assert headers["Signature-Input"].startswith(f"{http_signature.LABEL}={covered};")
    assert covered in page()
    names = re.findall(r";(\w+)=", headers["Signature-Input"])
    assert [cells[0].strip("` ") for cells in rows("### Parameters")] == names
    assert headers["Content-Digest"].startswith("sha-256=:")


def test_the_enrolment_code_of_the_page_is_one() -> None:
    (text,) = re.findall(r"^fieldkit://enrol\?\S+$", page(), re.MULTILINE)
    assert parse_code(text).url.startswith("https://")


def test_the_numbers_of_the_page_are_the_codes() -> None:
    minutes = 60
    assert dict((cells[0], cells[1].strip()) for cells in rows("## Limits")) == {
        "operations a request": str(LIMITS.operations),
        "bytes of a request to `/ops`, decompressed": f"{LIMITS.bytes >> 20} MiB",
        "bytes of a chunk a kit sends": f"{LIMITS.chunk >> 20} MiB",
        "bytes of a blob": f"{LIMITS.blob >> 30} GiB",
        "changes a page": str(changes.PAGE_ROWS),
        "bytes of a page of changes, about": f"{changes.PAGE_BYTES >> 20} MiB",
        "age of a signature, either way": f"{SKEW.seconds // minutes} min",
        "life of a session": f"{accounts.KIT_LIFE.seconds // 3600} h",
        "wrong passwords without a wait": str(accounts.FREE_TRIES),
        "longest wait after wrong passwords": f"{accounts.MAX_WAIT.seconds // minutes} min",
        "life of an enrolment code": f"{devices.CODE_LIFE.days} days",
        "life of an upload": f"{uploads.LIFE.days} days",
        "schema of operations": f"{incoming.SCHEMA_MIN}…{incoming.SCHEMA_MAX}",
        "bytes of an answer that the kit reads": f"{transport._ANSWER_LIMIT_BYTES >> 20} MiB",
        "time to connect": f"{transport.Timeouts().connect_s:.0f} s",
        "silence the kit bears": f"{transport.Timeouts().stall_s:.0f} s",
        "first bound of a retry": f"{backoff.FIRST_S:.0f} s",
        "last bound of a retry": f"{backoff.CAP_S / minutes:.0f} min",
        "longest Retry-After obeyed": f"{backoff.RETRY_AFTER_CAP_S / 3600:.0f} h",
        "pause between two syncs": f"{worker.EVERY_S / minutes:.0f} min",
    }


def test_the_hashes_of_uploads_are_the_pages() -> None:
    for name in tus._HASHES:
        assert f"`{name}`" in page()
