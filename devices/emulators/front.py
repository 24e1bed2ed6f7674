"""The common front of every emulator process: one JSON line when ready, commands by line, an answer to each."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

Command = Callable[[str], Mapping[str, Any] | None]
"""Takes the rest of the line, returns more keys for the answer; raises ValueError with a reason."""


class _Quit(Exception):
    """SIGTERM arrived."""


def serve(ready: Mapping[str, Any], commands: Mapping[str, Command]) -> None:
    """Print the ready line, then carry out commands from standard input until `quit`, its end, or SIGTERM.

    Each answer is one JSON line: {"ok": true, …} or {"ok": false, "why": …}.

    Args:
        ready: what a client needs to reach the emulator.
        commands: first word of a line → what it does.
    """
    with contextlib.suppress(ValueError):  # not in the main thread: no signals to take
        signal.signal(signal.SIGTERM, _on_terminate)
    try:
        _say(ready)
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word == "quit":
                _say({"ok": True})
                return
            if word:
                _say(_answer(commands, word, rest.strip()))
    except (_Quit, KeyboardInterrupt, BrokenPipeError):
        return


def _answer(commands: Mapping[str, Command], word: str, rest: str) -> dict[str, Any]:
    command = commands.get(word)
    if command is None:
        return {"ok": False, "why": f"unknown command {word!r}; known: {', '.join((*commands, 'quit'))}"}
    try:
        return {"ok": True, **(command(rest) or {})}
    except (ValueError, OSError) as error:
        return {"ok": False, "why": str(error)}


def _say(what: Mapping[str, Any]) -> None:
    print(json.dumps(what, ensure_ascii=True), flush=True)


def _on_terminate(signum: int, frame: FrameType | None) -> None:
    raise _Quit
