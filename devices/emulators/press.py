"""The inside of the emulated A4 printer: jobs, paper, an engine that brings pages out one after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from typing import Any

HELD, PENDING, PROCESSING, STOPPED, CANCELLED, ABORTED, COMPLETED = 4, 3, 5, 6, 7, 8, 9
IDLE, BUSY, HALTED = 3, 4, 5

FAULTS = ("paper-out", "off", "slow", "jam", "engine-failure", "refuse", "busy", "silent", "garbage")


@dataclass
class PressJob:
    """One job in the emulated printer; `done` counts page sides over all copies."""

    number: int
    name: str
    path: Path
    pages: int
    copies: int
    state: int = PENDING
    reasons: list[str] = field(default_factory=lambda: ["none"])
    done: int = 0
    user: str = "anonymous"
    taken: float = field(default_factory=time.monotonic)
    begun: float | None = None
    ended: float | None = None


class Press:
    """Prints jobs in order, a page a tick, unless a fault holds it.

    Args:
        out: where received documents are kept, byte for byte.
        page_s: seconds a page takes.
        paper: sheets in the tray.
    """

    def __init__(self, out: Path, page_s: float = 0.05, paper: int = 500) -> None:
        self._out = out
        self._page_s = page_s
        self._paper = paper
        self._faults: set[str] = set()
        self._jobs: dict[int, PressJob] = {}
        self._changed = Condition()
        self._engine = Thread(target=self._run, name="engine", daemon=True)
        self._engine.start()

    def has(self, fault: str) -> bool:
        """Tell whether a fault is set."""
        return fault in self._faults

    def fault(self, name: str) -> None:
        """Set a fault until `clear`."""
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
        with self._changed:
            self._faults.add(name)
            self._changed.notify_all()

    def clear(self) -> None:
        """Mend every fault; an empty tray is filled."""
        with self._changed:
            self._faults.clear()
            self._paper = self._paper or 500
            self._changed.notify_all()

    def load(self, sheets: int) -> None:
        """Put this many sheets into the tray, in place of what is there."""
        with self._changed:
            self._paper = sheets
            self._faults.discard("paper-out")
            self._changed.notify_all()

    def take(self, data: bytes, name: str, copies: int, user: str = "anonymous") -> PressJob:
        """Keep a document and queue its job; one that is no PDF is queued to fail."""
        with self._changed:
            number = len(self._jobs) + 1
            path = self._out / f"job-{number:04d}.pdf"
            path.write_bytes(data)
            job = PressJob(number=number, name=name, path=path, pages=_pages(data), copies=copies, user=user)
            self._jobs[number] = job
            self._changed.notify_all()
            return job

    def job(self, number: int) -> PressJob | None:
        """Return a job, or None."""
        with self._changed:
            return self._jobs.get(number)

    def jobs(self) -> list[PressJob]:
        """Return all jobs in the order they came."""
        with self._changed:
            return list(self._jobs.values())

    def cancel(self, number: int) -> bool:
        """Drop a job that is not over; tell whether that was possible."""
        with self._changed:
            job = self._jobs.get(number)
            if job is None or job.state >= CANCELLED:
                return False
            job.state, job.reasons, job.ended = CANCELLED, ["job-canceled-by-user"], time.monotonic()
            self._changed.notify_all()
            return True

    @property
    def state(self) -> int:
        """printer-state: 3 idle, 4 processing, 5 stopped."""
        with self._changed:
            if "jam" in self._faults:
                return HALTED
            return BUSY if any(job.state == PROCESSING for job in self._jobs.values()) else IDLE

    @property
    def reasons(self) -> list[str]:
        """printer-state-reasons."""
        with self._changed:
            found = ["media-empty-error", "media-needed-error"] if self._without_paper() else []
            if "jam" in self._faults:
                found.append("media-jam-error")
            return found or ["none"]

    def describe(self) -> dict[str, Any]:
        """Return everything a test may ask for."""
        return {
            "faults": sorted(self._faults),
            "paper": self._paper,
            "jobs": [
                {"id": job.number, "name": job.name, "state": job.state, "reasons": job.reasons, "pages": job.pages,
                 "copies": job.copies, "done": job.done, "path": str(job.path)}
                for job in self.jobs()
            ],
        }  # fmt: skip

    def _without_paper(self) -> bool:
        return "paper-out" in self._faults or self._paper <= 0

    def _next(self) -> PressJob | None:
        return next((job for job in self._jobs.values() if job.state in (PENDING, PROCESSING, STOPPED)), None)

    def _run(self) -> None:
        with self._changed:
            while True:
                job = self._next()
                if job is None:
                    self._changed.wait()
                    continue
                self._advance(job)

    def _advance(self, job: PressJob) -> None:
        """Bring out one page, or hold; the lock is held, and given up while the page takes its time."""
        job.begun = job.begun or time.monotonic()
        self._work_on(job)
        if job.state >= CANCELLED:
            job.ended = time.monotonic()

    def _work_on(self, job: PressJob) -> None:
        if job.pages == 0:
            job.state, job.reasons = ABORTED, ["document-format-error"]
            return
        if "engine-failure" in self._faults:
            job.state, job.reasons = ABORTED, ["aborted-by-system"]
            return
        if "jam" in self._faults:
            job.state, job.reasons = STOPPED, ["printer-stopped"]
            self._changed.wait()
            return
        job.state, job.reasons = PROCESSING, ["job-printing"]
        if self._without_paper():
            self._changed.wait()
            return
        self._changed.wait(self._page_s * (20 if "slow" in self._faults else 1))
        if job.state != PROCESSING or self._without_paper() or "jam" in self._faults:
            return
        self._paper -= 1
        job.done += 1
        if job.done >= job.pages * job.copies:
            job.state, job.reasons = COMPLETED, ["job-completed-successfully"]


def _pages(data: bytes) -> int:
    """Return how many pages a PDF has; 0 where it is none."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return 0
    try:
        return len(document)
    finally:
        document.close()
