"""Encrypted chunk files: any range reads, and no change to the file goes unseen."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldkit.crypto.chunkfile import HEADER, TAG, ChunkFile, write
from fieldkit.errors import ReplicaDamaged

KEY = bytes(range(32))
CHUNK = 1 << 10
CONTENT = random.Random(1).randbytes(3 * CHUNK + 100)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "blob"


def make(path: Path, content: bytes = CONTENT, pieces: int = 700) -> str:
    with path.open("wb") as file:
        return write(file, (content[n : n + pieces] for n in range(0, len(content), pieces)), KEY, chunk_bits=10)


def whole(path: Path, file_id: str | None = None) -> bytes:
    with ChunkFile(path, KEY, file_id) as file:
        return b"".join(file.pieces())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    size=st.integers(0, 4 * CHUNK),
    pieces=st.integers(1, 3 * CHUNK),
    at=st.integers(0, 5 * CHUNK),
    take=st.integers(0, 5 * CHUNK),
)
def test_any_range_of_any_content_reads(tmp_path, size, pieces, at, take):
    path = tmp_path / "blob"
    content = random.Random(size).randbytes(size)
    file_id = make(path, content, pieces)
    with ChunkFile(path, KEY, file_id) as file:
        assert file.size == size
        assert file.read(at, take) == content[at : at + take]
        assert b"".join(file.pieces()) == content


def test_every_flipped_byte_is_found(path):
    file_id = make(path)
    sealed = path.read_bytes()
    for offset in range(0, len(sealed), 7):
        path.write_bytes(sealed[:offset] + bytes([sealed[offset] ^ 1]) + sealed[offset + 1 :])
        with pytest.raises(ReplicaDamaged):
            whole(path, file_id)


def test_a_file_cut_anywhere_is_found(path):
    file_id = make(path)
    sealed = path.read_bytes()
    sealed_chunk = CHUNK + TAG
    for length in (0, 1, HEADER, HEADER + TAG, HEADER + sealed_chunk, HEADER + 3 * sealed_chunk, len(sealed) - 1):
        path.write_bytes(sealed[:length])
        with pytest.raises(ReplicaDamaged):
            whole(path, file_id)
    path.write_bytes(sealed + b"\0")
    with pytest.raises(ReplicaDamaged):
        whole(path, file_id)


def test_chunks_can_not_be_reordered_or_dropped(path):
    file_id = make(path)
    sealed = path.read_bytes()
    size = CHUNK + TAG
    chunks = [sealed[HEADER + n * size : HEADER + (n + 1) * size] for n in range(4)]
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 3], [0, 1, 2], [3]):
        path.write_bytes(sealed[:HEADER] + b"".join(chunks[n] for n in order))
        with pytest.raises(ReplicaDamaged):
            whole(path, file_id)


def test_a_chunk_of_another_file_does_not_pass(path, tmp_path):
    file_id = make(path)
    other = tmp_path / "other"
    make(other)
    mine, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(mine[:HEADER] + theirs[HEADER:])
    with pytest.raises(ReplicaDamaged):
        whole(path, file_id)


def test_a_whole_other_file_in_its_place_is_found_by_its_id(path, tmp_path):
    file_id = make(path)
    other = tmp_path / "other"
    other_id = make(other)
    path.write_bytes(other.read_bytes())
    with pytest.raises(ReplicaDamaged):
        ChunkFile(path, KEY, file_id)
    assert whole(path, other_id) == CONTENT


def test_another_key_does_not_open(path):
    make(path)
    with ChunkFile(path, bytes(32)) as file, pytest.raises(ReplicaDamaged):
        file.chunk(0)


def test_the_same_content_never_looks_the_same(tmp_path):
    make(tmp_path / "a")
    make(tmp_path / "b")
    assert (tmp_path / "a").read_bytes()[HEADER:] != (tmp_path / "b").read_bytes()[HEADER:]


def test_content_that_comes_in_nothing_is_an_empty_file():
    target = io.BytesIO()
    write(target, iter(()), KEY)
    assert len(target.getvalue()) == HEADER + TAG
