"""Whether a scanned file is whole: the check that a half-written or cut-off picture does not pass."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from fieldkit.errors import KnownError

if TYPE_CHECKING:
    from PIL import Image


class Broken(Exception):
    """The file is cut off, can't be read or is no single page; `error` has the words."""

    def __init__(self, error: KnownError) -> None:
        self.error = error
        super().__init__(error.message_key)


def media_type(data: bytes) -> str:
    """Return the media type by the first bytes; octet-stream where they are of no known kind."""
    for magic, kind in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"%PDF-", "application/pdf"),
    ):
        if data.startswith(magic):
            return kind
    return "application/octet-stream"


def prove_whole(name: str, data: bytes) -> None:
    """Decode the whole file once; it must be a picture of one page.

    A file of several pages would be kept as one page and the others never looked at; a PDF nobody here can read.
    Either is refused, and stays where it lies.

    A JPEG must also close its last scan with the end marker: decoders fill what is missing with grey
    (`PIL.Image.verify` passes cut-off files; `load` and the FFD9 tail catch them).

    Args:
        name: the file's name, for the words of the error.
        data: its bytes.

    Raises:
        Broken: cut off, unreadable, a PDF or of several pages.
    """
    kind = media_type(data)
    if not data:
        raise _truncated(name)
    if kind == "application/octet-stream":
        raise _unreadable(name, "格式不识别 unknown kind of file")
    if kind == "application/pdf":
        raise Broken(KnownError("wand.pdf", file=name))
    if kind == "image/jpeg" and data.rfind(b"\xff\xd9") <= data.rfind(b"\xff\xda"):
        raise _truncated(name)
    if kind == "image/png" and b"IEND" not in data[-64:]:
        raise _truncated(name)
    _prove_picture(name, data)


def pages_in(picture: Image.Image) -> int:
    """Count the pages of an opened TIFF, its small copies for preview left out; any other picture is one page.

    A JPEG with more pictures in it (a phone's depth map or preview) is one photo.
    """
    if picture.format != "TIFF":
        return 1
    pages = 0
    for frame in range(getattr(picture, "n_frames", 1)):
        picture.seek(frame)
        # TIFF 6.0, NewSubfileType, bit 0: a reduced copy of another image in the file
        pages += not int(getattr(picture, "tag_v2", {}).get(254, 0)) & 1
    picture.seek(0)
    return pages


def _prove_picture(name: str, data: bytes) -> None:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                pages = pages_in(picture)
                picture.load()
    except UnidentifiedImageError as error:
        raise _truncated(name) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _unreadable(name, "像素过多 too many pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as error:
        if "truncated" in str(error):
            raise _truncated(name) from error
        raise _unreadable(name, type(error).__name__) from error
    if pages > 1:
        raise Broken(KnownError("wand.several_pages", file=name, pages=pages))


def _truncated(name: str) -> Broken:
    return Broken(KnownError("wand.truncated", file=name))


def _unreadable(name: str, why: str) -> Broken:
    return Broken(KnownError("wand.unreadable", file=name, why=why))
