"""Answers go out as zstd where the caller takes it, else gzip; Litestar 2.25 has no zstd of its own."""

from __future__ import annotations

from io import BytesIO
from typing import ClassVar

import zstandard
from litestar.config.compression import CompressionConfig

UNCOMPRESSED = "uncompressed"
"""Option of routes that send what is compressed already, or whose length the client counts on."""


class Zstd:
    """Litestar's compression facade over zstandard."""

    encoding: ClassVar[str] = "zstd"

    def __init__(self, buffer: BytesIO, compression_encoding: str, config: CompressionConfig) -> None:
        self._writer = zstandard.ZstdCompressor(level=3).stream_writer(buffer, closefd=False)

    def write(self, body: bytes) -> None:
        """Compress a part of the body."""
        self._writer.write(body)
        self._writer.flush(zstandard.FLUSH_BLOCK)

    def close(self) -> None:
        """End the frame."""
        self._writer.flush(zstandard.FLUSH_FRAME)


def config() -> CompressionConfig:
    """Return zstd with gzip at level 4 as the fallback."""
    return CompressionConfig(
        backend="zstd", compression_facade=Zstd, gzip_compress_level=4, exclude_opt_key=UNCOMPRESSED
    )
