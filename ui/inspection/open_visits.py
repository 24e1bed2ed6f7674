"""Visits stay alive after their page was left until all is saved, read and followed: leaving never waits or loses."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fieldkit.errors import NotFound
from ui.inspection.lane import Post
from ui.inspection.session import VisitSession
from ui.inspection.tools import VisitTools


class OpenVisits:
    """The sessions of one open kit. Owner's thread only.

    Args:
        tools: the kit.
        post: how workers reach the owner's thread.
        unsaved: told in words when a visit that was left can't be saved; it is kept in memory and tried again.
    """

    def __init__(self, tools: VisitTools, post: Post, unsaved: Callable[[str], None] = lambda words: None) -> None:
        self._tools, self._post, self._unsaved = tools, post, unsaved
        self._left: dict[VisitSession, Callable[[], None]] = {}
        self._told: set[VisitSession] = set()
        self._closers: list[threading.Thread] = []

    def open(self, visit_id: str) -> VisitSession:
        """Return the session of a visit: the one that was left and still works, else a new one, started.

        Raises:
            NotFound: no such visit here.
        """
        for session in tuple(self._left):
            if session.visit.id == visit_id:
                self._left.pop(session)()
                self._told.discard(session)
                return session
        with self._tools.live.lock:
            visit = self._tools.replica.visits.get(visit_id)
            if visit is None:
                raise NotFound(what="这次检查")
            session = VisitSession(self._tools, visit, self._post)
            session.start()
        return session

    def leave(self, session: VisitSession) -> None:
        """Let a session end by itself, once nothing of it is unfinished. Returns at once."""
        session.settle()
        self._left[session] = session.subscribe(lambda _kinds: self._look(session))
        self._look(session)

    def unfinished(self) -> tuple[str, ...]:
        """Return what would be lost if the program ended now, visit by visit."""
        return tuple(
            f"{session.visit.enterprise_name} {session.visit.number}：{'、'.join(session.unfinished)}"
            for session in self._left
            if session.unfinished
        )

    def close(self, timeout_s: float = 10.0) -> None:
        """End all sessions that were left, whatever they still do. Bounded; jobs at a printer go on there."""
        for session in tuple(self._left):
            self._left.pop(session)()
            session.close(timeout_s)
        for closer in self._closers:
            closer.join(timeout_s)

    def _look(self, session: VisitSession) -> None:
        if session not in self._left:
            return
        if session.at_rest:
            self._left.pop(session)()
            closer = threading.Thread(target=session.close, name="visit-closer", daemon=True)
            self._closers = [*(thread for thread in self._closers if thread.is_alive()), closer]
            closer.start()
        elif session.saved.state == "failed" and session not in self._told:
            self._told.add(session)
            self._unsaved(
                f"{session.visit.enterprise_name} 的检查没有存上：{session.saved.why}"
                "内容还在本机内存里，正在重试；存上之前请不要退出程序。"
            )
