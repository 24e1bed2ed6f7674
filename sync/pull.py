"""The second lane: changes come down page by page, each stored with its cursor in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fieldkit.errors import NotTheServer
from fieldkit.replica import Replica
from sync.client import SyncClient
from sync.refusal import CursorGone, Refused
from sync.report import Progress, Tally
from sync.wire import ChangesPage

PAGE = 1000
"""Changes a page: one step of the replica."""


class Pull:
    """Fetches what moved in the granted scopes.

    Args:
        replica: takes the pages.
        client: signed in.
        epoch: of the server's data, from `hello`.
        tally: counts.
        progress: told after each page.
    """

    def __init__(self, replica: Replica, client: SyncClient, epoch: str, tally: Tally, progress: Progress) -> None:
        self._replica = replica
        self._client = client
        self._epoch = epoch
        self._tally = tally
        self._progress = progress
        self.returned = 0
        """Operations that wait again, since the server came back without them."""

    def run(self, scopes: Sequence[str]) -> None:
        """Fetch every scope up to its end; a scope that is refused is told and stops no other."""
        for scope in scopes:
            try:
                self._scope(scope)
            except Refused as error:
                self._tally.problem(scope, error.problem.code, error.zh)

    def _scope(self, scope: str) -> None:
        state = self._replica.changes.state(scope)
        if state is not None and state.epoch != self._epoch:
            self._anew(scope)
            return
        try:
            for cursor, page in self._pages(scope, state.cursor if state else ""):
                self._take(scope, cursor, page)
        except CursorGone:
            self._anew(scope)

    def _anew(self, scope: str) -> None:
        """Fetch everything from the start: the server was restored, or forgot our cursor.

        What is held is dropped only once its successor is here, so that a line that breaks leaves the officer the old
        archives. What waits goes up as before; what was acknowledged and the new feed lacks waits again, with its
        blobs: the server may have come back from an older copy, and then the kit has the only one.
        """
        pages = list(self._pages(scope, ""))
        shown, missing = _shown(pages)
        self.returned += self._replica.outbox.restart(shown, missing)
        self._replica.changes.forget(scope)
        for cursor, page in pages:
            self._take(scope, cursor, page)

    def _take(self, scope: str, cursor: str, page: ChangesPage) -> None:
        if page.changes or page.next_cursor != cursor:
            self._replica.changes.apply(scope, page.changes, page.next_cursor, self._epoch)
        self._tally.changes += len(page.changes)
        self._progress("changes", self._tally.changes, 0, 0)

    def _pages(self, scope: str, cursor: str) -> Iterator[tuple[str, ChangesPage]]:
        """Give each page with the cursor it was asked with, up to the end."""
        while True:
            page = self._client.changes(scope, cursor, PAGE)
            yield cursor, page
            if not page.has_more:
                return
            if page.next_cursor == cursor:
                raise NotTheServer(why="同步位置没有前进 (the cursor does not move)")
            cursor = page.next_cursor


def _shown(pages: Iterable[tuple[str, ChangesPage]]) -> tuple[dict[tuple[str, str], int], set[str]]:
    """Return the version of each thing that a whole feed shows, and the blobs its visits still want."""
    shown: dict[tuple[str, str], int] = {}
    missing: set[str] = set()
    for _, page in pages:
        for change in page.changes:
            shown[change.kind, change.id] = change.version
            if change.filing is not None:
                missing.update(change.filing.missing)
    return shown, missing
