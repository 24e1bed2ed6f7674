"""Reading request bodies strictly: the one place that mends what Litestar 2.25 and msgspec leave open.

Litestar decodes a Struct laxly ("3" passes for an int), fails on `msgspec.Raw` and answers invalid UTF-8 with 500; so
calls take bytes and decode here. Compressed bodies are opened with a limit on what comes out.
"""

from __future__ import annotations

import zlib
from typing import Any, TypeVar

import msgspec
import zstandard
from litestar import Request

from backend.problems import Refusal

T = TypeVar("T")


def decode(decoder: msgspec.json.Decoder[T], request: Request[Any, Any, Any], body: bytes, limit: int) -> T:
    """Return the body as the decoder's type.

    Args:
        decoder: strict, of the type wanted.
        request: for its content type and encoding.
        body: as received.
        limit: bytes after decompression.

    Raises:
        Refusal: not-acceptable, malformed, validation or batch-too-large.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal("not-acceptable", "the body must be application/json")
    plain = _opened(body, request.headers.get("content-encoding", "").strip().lower(), limit)
    try:
        plain.decode("utf-8")
        return decoder.decode(plain)
    except msgspec.ValidationError as error:
        raise Refusal("validation", str(error)) from error
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise Refusal("malformed", str(error)) from error
    except RecursionError as error:
        raise Refusal("malformed", "nested too deeply") from error


def _opened(body: bytes, encoding: str, limit: int) -> bytes:
    """Return the body without its content encoding, never more than `limit` bytes."""
    try:
        if encoding in ("", "identity"):
            plain = body
        elif encoding == "gzip":
            plain = zlib.decompressobj(wbits=31).decompress(body, limit + 1)
        elif encoding == "zstd":
            reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(body)
            plain = reader.read(limit + 1)
        else:
            raise Refusal("not-acceptable", f"content-encoding {encoding}")
    except (zlib.error, zstandard.ZstdError) as error:
        raise Refusal("malformed", f"content-encoding {encoding}: {error}") from error
    if len(plain) > limit:
        raise Refusal("batch-too-large", f"over {limit} bytes")
    return plain
