"""Waiting for a state with a deadline: the only way tests here let time pass."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic


def wait_until(holds: Callable[[], bool], what: str = "the state", timeout_s: float = 20.0) -> None:
    """Return as soon as `holds()`; fail when it does not within the deadline."""
    deadline = monotonic() + timeout_s
    pause = Event()
    while not holds():
        assert monotonic() < deadline, f"{what} was not reached within {timeout_s} s"
        pause.wait(0.01)
