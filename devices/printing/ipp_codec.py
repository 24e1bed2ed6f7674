"""The bytes of IPP (RFC 8010): messages to bytes and back, safe against hostile and cut-off answers."""

from __future__ import annotations

import struct
from typing import TypeAlias

import msgspec

OPERATION_GROUP, JOB_GROUP, END, PRINTER_GROUP, UNSUPPORTED_GROUP = 0x01, 0x02, 0x03, 0x04, 0x05

INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
OCTETS, DATE_TIME, RESOLUTION, RANGE, BEGIN_COLLECTION = 0x30, 0x31, 0x32, 0x33, 0x34
TEXT_WITH_LANGUAGE, NAME_WITH_LANGUAGE, END_COLLECTION = 0x35, 0x36, 0x37
TEXT, NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME, MEMBER_NAME = 0x41, 0x42, 0x44, 0x45, 0x47, 0x48, 0x49, 0x4A

MAX_DEPTH = 8
"""Collections nested deeper than this are refused; printers use two levels."""

Value: TypeAlias = "int | bool | str | bytes | tuple[int, int] | dict[str, list[Value]] | None"
"""An attribute's value; None for the out-of-band tags (unknown, no-value), bytes for syntaxes not needed here."""


class MalformedMessage(ValueError):
    """The bytes are no IPP message, or are cut off."""


class Attribute(msgspec.Struct, frozen=True):
    """One attribute: the tag of its syntax, and its values in order."""

    tag: int
    values: list[Value]


class Group(msgspec.Struct, frozen=True):
    """A run of attributes under a delimiter tag."""

    tag: int
    attributes: dict[str, Attribute]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A request (`code` is the operation) or an answer (`code` is the status); `data` follows the attributes."""

    code: int
    request_id: int
    groups: tuple[Group, ...]
    version: tuple[int, int] = (2, 0)
    data: bytes = b""

    def group(self, tag: int) -> Group:
        """Return the first group of this tag, or an empty one."""
        return next((group for group in self.groups if group.tag == tag), Group(tag, {}))


def attribute(tag: int, *values: Value) -> Attribute:
    """Return an attribute of these values."""
    return Attribute(tag, list(values))


def integers(group: Group, name: str) -> list[int]:
    """Return the whole numbers of an attribute; nothing where it is absent or of another kind."""
    found = group.attributes.get(name)
    return [] if found is None else [v for v in found.values if isinstance(v, int) and not isinstance(v, bool)]


def words(group: Group, name: str) -> list[str]:
    """Return the strings of an attribute; nothing where it is absent or of another kind."""
    found = group.attributes.get(name)
    return [] if found is None else [v for v in found.values if isinstance(v, str)]


def flags(group: Group, name: str) -> list[bool]:
    """Return the booleans of an attribute; nothing where it is absent or of another kind."""
    found = group.attributes.get(name)
    return [] if found is None else [v for v in found.values if isinstance(v, bool)]


def encode(message: Message) -> bytes:
    """Return the message as bytes.

    Raises:
        ValueError: a name or value longer than 32,767 bytes, or of a kind its tag has no bytes for.
    """
    out = bytearray(struct.pack(">BBHI", *message.version, message.code, message.request_id))
    for group in message.groups:
        out.append(group.tag)
        for name, attr in group.attributes.items():
            for index, value in enumerate(attr.values):
                _write_value(out, attr.tag, name if index == 0 else "", value)
    out.append(END)
    return bytes(out) + message.data


def _write_value(out: bytearray, tag: int, name: str, value: Value) -> None:
    if isinstance(value, dict):
        _write_field(out, BEGIN_COLLECTION, name, b"")
        for member, values in value.items():
            _write_field(out, MEMBER_NAME, "", member.encode())
            for inner in values:
                _write_value(out, _tag_of(inner), "", inner)
        _write_field(out, END_COLLECTION, "", b"")
        return
    _write_field(out, tag, name, _value_bytes(tag, value))


def _write_field(out: bytearray, tag: int, name: str, raw: bytes) -> None:
    encoded = name.encode()
    if len(encoded) > 0x7FFF or len(raw) > 0x7FFF:
        raise ValueError(f"{name or 'value'} is too long for IPP")
    out += struct.pack(">BH", tag, len(encoded)) + encoded + struct.pack(">H", len(raw)) + raw


def _tag_of(value: Value) -> int:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, str):
        return KEYWORD
    if isinstance(value, tuple):
        return RANGE
    return OCTETS


def _value_bytes(tag: int, value: Value) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bool):
        return b"\x01" if value else b"\x00"
    if isinstance(value, int):
        return struct.pack(">i", value)
    if isinstance(value, tuple):
        return struct.pack(">ii", *value)
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise ValueError(f"no bytes for a value under tag {tag:#04x}")


def decode(raw: bytes) -> Message:
    """Return the message that the bytes hold.

    Raises:
        MalformedMessage: cut off, lengths that point outside, names that are no text, or nested too deep.
    """
    if len(raw) < 9:
        raise MalformedMessage("shorter than a header")
    major, minor, code, request_id = struct.unpack_from(">BBHI", raw)
    reader = _Reader(raw, 8)
    groups: list[Group] = []
    last: Attribute | None = None
    while (tag := reader.byte()) != END:
        if tag < 0x10:
            groups.append(Group(tag, {}))
            last = None
            continue
        if not groups:
            raise MalformedMessage("an attribute before any group")
        name, field = reader.field()
        value = reader.collection(0) if tag == BEGIN_COLLECTION else _value(tag, field)
        if name:
            last = Attribute(tag, [value])
            groups[-1].attributes[name] = last
        elif last is None:
            raise MalformedMessage("a value without a name")
        else:
            last.values.append(value)
    return Message(
        version=(major, minor), code=code, request_id=request_id, groups=tuple(groups), data=raw[reader.position :]
    )


class _Reader:
    """Walks through the bytes and never past their end."""

    def __init__(self, raw: bytes, position: int) -> None:
        self._raw = raw
        self.position = position

    def byte(self) -> int:
        return self._take(1)[0]

    def field(self) -> tuple[str, bytes]:
        name = self._take(self._length())
        try:
            text = name.decode()
        except UnicodeDecodeError as error:
            raise MalformedMessage("a name that is no text") from error
        return text, self._take(self._length())

    def collection(self, depth: int) -> dict[str, list[Value]]:
        """Read up to the matching endCollection (RFC 8010 3.1.6)."""
        if depth >= MAX_DEPTH:
            raise MalformedMessage("collections nested too deep")
        members: dict[str, list[Value]] = {}
        current: list[Value] | None = None
        while (tag := self.byte()) != END_COLLECTION:
            if tag < 0x10:
                raise MalformedMessage("a group inside a collection")
            _, field = self.field()
            if tag == MEMBER_NAME:
                current = members.setdefault(field.decode(errors="replace"), [])
            elif current is None:
                raise MalformedMessage("a member without a name")
            else:
                current.append(self.collection(depth + 1) if tag == BEGIN_COLLECTION else _value(tag, field))
        self.field()
        return members

    def _length(self) -> int:
        (length,) = struct.unpack(">h", self._take(2))
        if length < 0:
            raise MalformedMessage("a negative length")
        return int(length)

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._raw):
            raise MalformedMessage("cut off")
        piece = self._raw[self.position : end]
        self.position = end
        return piece


def _value(tag: int, field: bytes) -> Value:
    if tag < 0x20:
        return None
    if tag in (INTEGER, ENUM):
        if len(field) != 4:
            raise MalformedMessage("a number that is not 4 bytes long")
        return int.from_bytes(field, "big", signed=True)
    if tag == BOOLEAN:
        if len(field) != 1:
            raise MalformedMessage("a boolean that is not 1 byte long")
        return field != b"\x00"
    if tag == RANGE:
        if len(field) != 8:
            raise MalformedMessage("a range that is not 8 bytes long")
        low, high = struct.unpack(">ii", field)
        return int(low), int(high)
    if tag in (TEXT_WITH_LANGUAGE, NAME_WITH_LANGUAGE):
        return _without_language(field)
    if 0x40 <= tag < 0x60:
        return field.decode(errors="replace")
    return field


def _without_language(field: bytes) -> str:
    """Return the text of a textWithLanguage value: two length-prefixed strings, language first."""
    inner = _Reader(field, 0)
    _, text = inner.field()
    return text.decode(errors="replace")
