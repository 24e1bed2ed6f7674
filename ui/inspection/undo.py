"""Undo across the whole visit: each entry remembers one cell before and after, typing in one cell is one entry."""

from __future__ import annotations

from typing import Any

import msgspec

Cell = tuple[str | int, ...]
"""Where a change happened: ("values", "situation"), ("values", "site_person", "name"), ("answers",), ("samples",)…"""

TYPING_S = 2.0
"""Changes of one cell closer together than this are one step."""
DEPTH = 200


class Change(msgspec.Struct, frozen=True):
    """One undoable step: the cell, its name in the officer's words, and its content before and after."""

    cell: Cell
    label: str
    before: Any
    after: Any
    at: float


class UndoStack:
    """The steps done and undone. Times are monotonic seconds given by the caller."""

    def __init__(self) -> None:
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._closed = True

    def note(self, change: Change) -> None:
        """Remember a step, joined to the last one while the same cell is being typed in."""
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and not self._closed and last.cell == change.cell and change.at - last.at < TYPING_S:
            self._done[-1] = msgspec.structs.replace(last, after=change.after, at=change.at)
        else:
            self._done.append(change)
            del self._done[:-DEPTH]
        self._closed = False

    def close(self) -> None:
        """End the running step: the next change starts a new one (focus left, step changed)."""
        self._closed = True

    def forget(self, part: str) -> None:
        """Drop every step whose cell begins with `part`."""
        self._done = [change for change in self._done if change.cell[0] != part]
        self._undone = [change for change in self._undone if change.cell[0] != part]
        self._closed = True

    def undo(self) -> Change | None:
        """Return the step to take back, or None."""
        return self._move(self._done, self._undone)

    def redo(self) -> Change | None:
        """Return the step to do again, or None."""
        return self._move(self._undone, self._done)

    def _move(self, source: list[Change], target: list[Change]) -> Change | None:
        self._closed = True
        if not source:
            return None
        change = source.pop()
        target.append(change)
        return change

    @property
    def undoable(self) -> str:
        """The label of the step `undo` would take back, or an empty string."""
        return self._done[-1].label if self._done else ""

    @property
    def redoable(self) -> str:
        """The label of the step `redo` would do again, or an empty string."""
        return self._undone[-1].label if self._undone else ""
