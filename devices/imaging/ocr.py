"""Text of a page by optical character recognition, in a process of its own: a gigabyte and seconds stay out of the way.

`python -m devices.imaging.ocr` is the child: one JSON request a line on standard input, one JSON answer a line on
standard output, one at a time. Whatever else the child prints goes to standard error. The models come with the
rapidocr wheel; nothing is fetched.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from fieldkit.errors import Cancelled, InvalidInput

COMMAND: tuple[str, ...] = (
    (sys.executable, "scan", "--read-text")
    if getattr(sys, "frozen", False)
    else (sys.executable, "-m", "devices.imaging.ocr")
)
"""How to start the child: in the bundle there is no python to run a module with, so the program starts itself."""

WAIT_STEP_S = 0.05


class Line(msgspec.Struct, frozen=True):
    """One line of text.

    Attributes:
        text: what was read.
        confidence: 0…1.
        box: x, y, width, height in pixels of the page.
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]


class Answer(msgspec.Struct, frozen=True):
    """What the child says of one page."""

    lines: tuple[Line, ...] = ()
    error: str = ""


class Reader:
    """A reading process, started at the first page and stopped by `close`. For one thread at a time.

    Args:
        command: how to start the child; the bundle names its own executable here.
        time_limit_s: longest wait for one page.
    """

    def __init__(self, command: Sequence[str] = COMMAND, time_limit_s: float = 120) -> None:
        self._command = tuple(command)
        self._time_limit_s = time_limit_s
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def read(self, page_jpeg: bytes, cancel: threading.Event | None = None) -> tuple[Line, ...]:
        """Read a page's text, top to bottom.

        Args:
            page_jpeg: the straightened page.
            cancel: when set, the child is ended and `Cancelled` raised.

        Raises:
            Cancelled: `cancel` was set.
            InvalidInput: `scan.text_failed`: the child died, took too long or could not read the picture.
        """
        child = self._running()
        pipe = child.stdin
        if pipe is None:
            raise InvalidInput("scan.text_failed", why="no pipe")
        # A child that takes nothing would hold a writer for ever: it writes beside us, and `close` ends them both.
        request = len(page_jpeg).to_bytes(8, "big") + page_jpeg
        threading.Thread(target=_send, args=(pipe, request), name="ocr-request", daemon=True).start()
        try:
            answer = msgspec.json.decode(self._wait(cancel), type=Answer)
        except msgspec.MsgspecError as error:
            self.close()  # what else lies in the pipe belongs to no page
            raise InvalidInput("scan.text_failed", why="answer garbled") from error
        if answer.error:
            raise InvalidInput("scan.text_failed", why=answer.error)
        return answer.lines

    def close(self) -> None:
        """End the child and wait for it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._answers = queue.Queue()
            self._child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            out = self._child.stdout
            if out is not None:
                threading.Thread(target=_collect, args=(out, self._answers), name="ocr-answers", daemon=True).start()
        return self._child

    def _wait(self, cancel: threading.Event | None) -> bytes:
        until = time.monotonic() + self._time_limit_s
        why = "time limit"
        while time.monotonic() < until:
            if cancel is not None and cancel.is_set():
                self.close()
                raise Cancelled()
            try:
                line = self._answers.get(timeout=WAIT_STEP_S)
            except queue.Empty:
                continue
            if line:
                return line
            why = "process ended"
            break
        self.close()
        raise InvalidInput("scan.text_failed", why=why)


def _send(pipe: IO[bytes], request: bytes) -> None:
    """Write a request; a child that ended is told by its answers."""
    with contextlib.suppress(OSError, ValueError):
        pipe.write(request)
        pipe.flush()


def _collect(pipe: IO[bytes], answers: queue.Queue[bytes]) -> None:
    """Pass the child's lines on; an empty one says that it ended."""
    with contextlib.suppress(OSError, ValueError):
        for line in pipe:
            answers.put(line)
    answers.put(b"")


def text_of(lines: Sequence[Line]) -> str:
    """Join lines to text: those at one height become one line, left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3] / 2):
        middle = line.box[1] + line.box[3] / 2
        if rows:
            last = rows[-1][-1]
            if abs(middle - (last.box[1] + last.box[3] / 2)) < 0.5 * min(line.box[3], last.box[3]):
                rows[-1].append(line)
                continue
        rows.append([line])
    return "\n".join("　".join(line.text for line in sorted(row, key=lambda line: line.box[0])) for row in rows)


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer pages (8 bytes of length, then the picture) until the source ends.

    Args:
        source: the parent's requests.
        sink: the parent's pipe, a real file; its descriptor becomes standard error, for libraries print to it.
    """
    logging.disable(logging.CRITICAL)
    sink = _private(sink)
    engine: Any = None
    while len(head := source.read(8)) == 8:
        data = source.read(int.from_bytes(head, "big"))
        try:
            engine = engine or _engine()
            answer = Answer(lines=_recognise(engine, data))
        except Exception as error:
            answer = Answer(error=f"{type(error).__name__}: {error}")
        sink.write(msgspec.json.encode(answer) + b"\n")
        sink.flush()


def _private(pipe: IO[bytes]) -> IO[bytes]:
    """Return the pipe under a descriptor that nobody else knows; its old one leads to standard error."""
    pipe.flush()
    own = os.fdopen(os.dup(pipe.fileno()), "wb")
    os.dup2(2, pipe.fileno())
    return own


def _engine() -> Any:
    return import_module("rapidocr").RapidOCR(
        params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 2}
    )


def _recognise(engine: Any, data: bytes) -> tuple[Line, ...]:
    result = engine(data)
    if result is None or result.boxes is None or result.txts is None:
        return ()
    lines = []
    for quad, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        points = np.asarray(quad, float).reshape(-1, 2)
        (x, y), (right, bottom) = points.min(axis=0), points.max(axis=0)
        lines.append(Line(str(text), float(score), (float(x), float(y), float(right - x), float(bottom - y))))
    return tuple(lines)


def models() -> list[Path]:
    """Return the model files that ship with rapidocr."""
    origin = import_module("rapidocr").__file__
    return sorted(Path(origin or ".").parent.rglob("*.onnx"))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
