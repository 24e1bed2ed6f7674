from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.printing import ipp_codec as ipp
from devices.printing.ipp_codec import Attribute, Group, MalformedMessage, Message, attribute, decode, encode

keyword = st.text("ab-笔录𬭎 \x00", max_size=12)
number = st.integers(-(2**31), 2**31 - 1)
name = st.text("abc-", min_size=1, max_size=8)
plain: st.SearchStrategy[ipp.Value] = st.one_of(number, keyword, st.booleans())
flat: st.SearchStrategy[ipp.Value] = st.dictionaries(name, st.lists(plain, min_size=1, max_size=2), max_size=2)
nested: st.SearchStrategy[ipp.Value] = st.dictionaries(
    name, st.lists(st.one_of(plain, flat), min_size=1, max_size=2), max_size=2
)


def values_of(tag: int, value: st.SearchStrategy[ipp.Value]) -> st.SearchStrategy[Attribute]:
    return st.lists(value, min_size=1, max_size=4).map(lambda found: Attribute(tag, found))


attributes = st.one_of(
    values_of(ipp.INTEGER, number),
    values_of(ipp.ENUM, number),
    values_of(ipp.BOOLEAN, st.booleans()),
    values_of(ipp.KEYWORD, keyword),
    values_of(ipp.NAME, keyword),
    values_of(ipp.OCTETS, st.binary(max_size=40)),
    values_of(ipp.RANGE, st.tuples(number, number)),
    values_of(ipp.BEGIN_COLLECTION, nested),
)
groups = st.builds(Group, st.sampled_from([1, 2, 4, 5]), st.dictionaries(name, attributes, max_size=3))
messages = st.builds(
    Message,
    code=st.integers(0, 0xFFFF),
    request_id=st.integers(0, 2**32 - 1),
    groups=st.lists(groups, max_size=3).map(tuple),
    data=st.binary(max_size=60),
)


@given(messages)
def test_what_is_written_is_read_back(message: Message) -> None:
    assert decode(encode(message)) == message


@given(messages, st.data())
def test_a_cut_off_message_is_refused(message: Message, data: st.DataObject) -> None:
    whole = encode(Message(code=message.code, request_id=1, groups=message.groups))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(MalformedMessage):
        decode(whole[:cut])


@given(st.binary(max_size=400))
@example(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x35\x00\x01a\x00\x02\xff\xff\x03")
@example(b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x21\x00\x00\x00\x04\x00\x00\x00\x01\x03")
def test_any_bytes_are_a_message_or_malformed(raw: bytes) -> None:
    try:
        decode(raw)
    except MalformedMessage:
        pass


@given(messages, st.data())
def test_one_changed_byte_is_a_message_or_malformed(message: Message, data: st.DataObject) -> None:
    raw = bytearray(encode(message))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(raw))
    except MalformedMessage:
        pass


def test_collections_nested_without_end_are_refused() -> None:
    opening = struct.pack(">BH", ipp.MEMBER_NAME, 0) + b"\x00\x01m" + b"\x34\x00\x00\x00\x00"
    raw = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x34\x00\x01c\x00\x00" + opening * 5000
    with pytest.raises(MalformedMessage, match="too deep"):
        decode(raw)


def test_a_text_with_its_language_is_read_as_text() -> None:
    value = b"\x00\x02en\x00\x05ready"
    raw = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x35\x00\x01t" + struct.pack(">H", len(value)) + value + b"\x03"
    assert ipp.words(decode(raw).group(ipp.PRINTER_GROUP), "t") == ["ready"]


def test_values_of_another_kind_are_not_taken() -> None:
    group = Group(ipp.JOB_GROUP, {"job-id": attribute(ipp.KEYWORD, "7"), "flag": attribute(ipp.BOOLEAN, True)})
    assert ipp.integers(group, "job-id") == []
    assert ipp.integers(group, "flag") == []
    assert ipp.words(group, "absent") == []
