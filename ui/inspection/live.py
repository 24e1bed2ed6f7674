"""Which visits someone works on now: a page that comes for one of them goes to its session, not past it to the disk."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.inspection.session import VisitSession


class LiveVisits:
    """The sessions at work, by visit. Hold `lock` while an open visit is read from disk or written past its session."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._sessions: dict[str, VisitSession] = {}

    def enter(self, session: VisitSession) -> None:
        """Take in a session that starts."""
        with self.lock:
            self._sessions[session.visit.id] = session

    def go(self, session: VisitSession) -> None:
        """Forget a session that ends."""
        with self.lock:
            if self._sessions.get(session.visit.id) is session:
                del self._sessions[session.visit.id]

    def of(self, visit_id: str) -> VisitSession | None:
        """Return the session of a visit, or None."""
        with self.lock:
            return self._sessions.get(visit_id)
