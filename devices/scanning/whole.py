"""Whether a scanned file is whole: the check that a half-written or cut-off picture does not pass."""

from __future__ import annotations

import io
import warnings

from fieldkit.errors import KnownError


class Broken(Exception):
    """The file is cut off or can't be read; `error` has the words."""

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
    """Decode the whole file once.

    A JPEG must also close its last scan with the end marker: decoders fill what is missing with grey
    (`PIL.Image.verify` passes cut-off files; `load` and the FFD9 tail catch them).

    Args:
        name: the file's name, for the words of the error.
        data: its bytes.

    Raises:
        Broken: cut off or unreadable.
    """
    kind = media_type(data)
    if not data:
        raise _truncated(name)
    if kind == "application/octet-stream":
        raise _unreadable(name, "格式不识别 unknown kind of file")
    if kind == "application/pdf":
        _prove_pdf(name, data)
        return
    if kind == "image/jpeg" and data.rfind(b"\xff\xd9") <= data.rfind(b"\xff\xda"):
        raise _truncated(name)
    if kind == "image/png" and b"IEND" not in data[-64:]:
        raise _truncated(name)
    _prove_picture(name, data)


def _prove_picture(name: str, data: bytes) -> None:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
    except UnidentifiedImageError as error:
        raise _truncated(name) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _unreadable(name, "像素过多 too many pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as error:
        if "truncated" in str(error):
            raise _truncated(name) from error
        raise _unreadable(name, type(error).__name__) from error


def _prove_pdf(name: str, data: bytes) -> None:
    import pypdfium2

    if b"%%EOF" not in data[-2048:]:
        raise _truncated(name)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(name, "PDF") from error
    try:
        if len(document) == 0:
            raise _unreadable(name, "PDF 没有页 no page")
    finally:
        document.close()


def _truncated(name: str) -> Broken:
    return Broken(KnownError("wand.truncated", file=name))


def _unreadable(name: str, why: str) -> Broken:
    return Broken(KnownError("wand.unreadable", file=name, why=why))
