"""How a command ends: its exit code, and for every failure one sentence instead of a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from fieldkit.errors import KnownError, StorageFull

DEBUG = "FIELDKIT_DEBUG"
"""Set to 1 in the environment: the traceback of a program error is printed too."""

_WORDS = {
    errno.ENOENT: ("没有这个文件或文件夹", "no such file or folder"),
    errno.EEXIST: ("那里已有一个文件，不是文件夹", "a file is there, not a folder"),
    errno.ENOTDIR: ("路径中有一段是文件，不是文件夹", "a part of the path is a file, not a folder"),
    errno.EISDIR: ("那是文件夹，不是文件", "it is a folder, not a file"),
    errno.EACCES: ("没有权限", "permission denied"),
    errno.EPERM: ("系统不允许", "the system does not allow it"),
    errno.EROFS: ("那里只能读，不能写", "it can be read only"),
    errno.ENAMETOOLONG: ("名字太长", "the name is too long"),
}


def end(run: Callable[[], int]) -> int:
    """Run a command and return its exit code: what `run` returns, or 1 with one sentence on stderr.

    A `KnownError` says its own sentence, an `OSError` what the system refused; anything else is a program error, told
    in one line, with its traceback only where $FIELDKIT_DEBUG is 1.
    """
    try:
        code = run()
        sys.stdout.flush()
    except KnownError as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:  # who read our output has enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _debug()
        print(refused(error), file=sys.stderr)
    except Exception as error:
        _debug()
        print(KnownError("program.error", what=f"{type(error).__name__}: {_line(error)}"), file=sys.stderr)
    else:
        return code
    return 1


def refused(error: OSError, path: Path | str | None = None) -> KnownError:
    """Return what the system refused, as a sentence.

    Args:
        error: as raised.
        path: the file or folder meant, where the error does not name it.
    """
    if error.errno == errno.ENOSPC:
        return StorageFull()
    plain = error.strerror or str(error)
    zh, en = _WORDS.get(error.errno or 0, (plain, plain))
    name = path or error.filename
    if name is None:
        return KnownError("file.system", why_zh=zh, why_en=en)
    return KnownError("file.refused", path=name, why_zh=zh, why_en=en)


def speak_any_encoding() -> None:
    """Have stdout and stderr write what their encoding lacks as escapes: a rare character must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _debug() -> None:
    if os.environ.get(DEBUG) == "1":
        traceback.print_exc()


def _line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200]
