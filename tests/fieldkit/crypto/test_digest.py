"""Digests name their algorithm; the chain can't be changed; canonical JSON has one form."""

from __future__ import annotations

import errno
import io

import msgspec
import pytest

from fieldkit.crypto import chain, durable
from fieldkit.crypto.canonical import canonical_json
from fieldkit.crypto.digest import digest, matches, sha256_hex, sha256_stream
from fieldkit.errors import InvalidInput, StorageFull
from fieldkit.ids import uuid7
from fieldkit.model.stamp import Stamp
from tests.fieldkit.replica.factories import NOON


def test_digests_of_the_standards_examples():
    """FIPS 180-4 and GB/T 32905-2016, A.1."""
    assert digest(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(b"abc", "sm3") == "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_digest_is_checked_by_the_algorithm_it_names():
    assert matches(digest(b"x", "sm3"), b"x")
    assert not matches(digest(b"x"), b"y")
    with pytest.raises(InvalidInput):
        matches("md5:00", b"x")


def test_a_stream_has_the_digest_of_its_bytes():
    content = bytes(3_000_000)
    assert sha256_stream(io.BytesIO(content)) == (sha256_hex(content), len(content))


def test_canonical_json_has_one_form():
    assert canonical_json({"b": 1, "a": ["示", None]}) == '{"a":["示",null],"b":1}'.encode()
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


def test_a_chain_breaks_where_it_was_changed():
    entries: list[chain.Entry] = []
    for n in range(5):
        before = entries[-1].own if entries else ""
        entries.append(chain.link(n + 1, Stamp(NOON, "gps"), "33042400101", "print", f"d{n}", before))
    assert chain.first_break(entries) is None
    assert chain.first_break([]) is None
    changed = [*entries]
    changed[2] = msgspec.structs.replace(entries[2], subject="d9")
    assert chain.first_break(changed) == 3
    assert chain.first_break([*entries[:2], *entries[3:]]) == 3
    assert chain.first_break(entries[1:]) == 1


def test_ids_sort_by_time_and_say_version_7():
    early, late = uuid7(1_000), uuid7(2_000)
    assert early < late
    assert (late[14], late[19] in "89ab", len({uuid7() for _ in range(1000)})) == ("7", True, 1000)


def test_a_file_is_the_old_or_the_new_one(tmp_path):
    path = tmp_path / "keys.json"
    durable.write_bytes(path, b"old")
    durable.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_space_is_told_as_storage_full(code):
    with pytest.raises(StorageFull), durable.full_disk_told():
        raise OSError(code, "no space")


def test_other_errors_of_the_disk_stay_what_they_are():
    with pytest.raises(PermissionError), durable.full_disk_told():
        raise PermissionError(errno.EACCES, "no")
