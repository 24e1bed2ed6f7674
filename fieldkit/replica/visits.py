"""Visits: open ones in `work.db`, finished ones in the outbox, known ones in `replica.db`, seen as one (I14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from fieldkit.clock import Clock
from fieldkit.crypto.canonical import canonical_json
from fieldkit.errors import InvalidInput, NotFound
from fieldkit.model.operation import Filing, Operation
from fieldkit.model.record import Revision
from fieldkit.model.visit import Visit
from fieldkit.replica import audit, driver, moment, outbox
from fieldkit.replica.connections import Connections

VisitState = Literal["open", "waiting", "sent", "filed", "conflict", "rejected", "quarantined"]

WORK_SCHEMA_1 = (
    """
    CREATE TABLE draft (
        id TEXT PRIMARY KEY, enterprise_id TEXT NOT NULL, enterprise_name TEXT NOT NULL, number TEXT NOT NULL,
        task_id TEXT, opened_at TEXT NOT NULL, saved_at TEXT NOT NULL, body BLOB NOT NULL
    )""",
    "CREATE INDEX draft_of_enterprise ON draft (enterprise_id)",
    "CREATE TABLE draft_document (document_id TEXT PRIMARY KEY, visit_id TEXT NOT NULL)",
)
REPLICA_SCHEMA_1 = (
    """
    CREATE TABLE visit (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
        enterprise_id TEXT NOT NULL, enterprise_name TEXT NOT NULL, number TEXT NOT NULL, task_id TEXT,
        opened_at TEXT NOT NULL, receipt TEXT NOT NULL, filed_at TEXT, filing BLOB, body BLOB NOT NULL
    )""",
    "CREATE INDEX visit_of_enterprise ON visit (enterprise_id, opened_at, id)",
    "CREATE INDEX visit_opened ON visit (opened_at, id)",
    "CREATE INDEX visit_of_task ON visit (task_id) WHERE task_id IS NOT NULL",
    "CREATE TABLE document (document_id TEXT PRIMARY KEY, visit_id TEXT NOT NULL)",
    "CREATE INDEX document_of_visit ON document (visit_id)",
)
COLUMNS = ("enterprise_id", "enterprise_name", "number", "task_id", "opened_at", "receipt", "filed_at", "filing")

PROJECTED = (
    # Newest truth of each visit: the open draft, else the last operation until the replica shows it, else the replica.
    """
    CREATE TEMP VIEW projected_visit AS
    SELECT id, enterprise_id, enterprise_name, number, task_id, opened_at, 'open' AS state, '' AS receipt,
           NULL AS filed_at, body
    FROM work.draft
    UNION ALL
    SELECT o.entity_id, o.enterprise_id, o.enterprise_name, o.number, o.task_id, o.opened_at,
           CASE o.state WHEN 'acked' THEN 'sent' WHEN 'conflict' THEN 'conflict' WHEN 'rejected' THEN 'rejected'
                        WHEN 'quarantined' THEN 'quarantined' ELSE 'waiting' END,
           o.receipt, NULL, o.body
    FROM work.outbox AS o
    WHERE o.kind = 'visit'
      AND NOT EXISTS (SELECT 1 FROM work.draft AS d WHERE d.id = o.entity_id)
      AND NOT EXISTS (SELECT 1 FROM work.outbox AS later WHERE later.entity_id = o.entity_id AND later.n > o.n)
      AND NOT (o.state = 'acked'
               AND EXISTS (SELECT 1 FROM main.visit AS v WHERE v.id = o.entity_id AND v.version >= o.version))
    UNION ALL
    SELECT v.id, v.enterprise_id, v.enterprise_name, v.number, v.task_id, v.opened_at,
           CASE WHEN v.filed_at IS NULL THEN 'sent' ELSE 'filed' END, v.receipt, v.filed_at, v.body
    FROM main.visit AS v
    WHERE NOT EXISTS (SELECT 1 FROM work.draft AS d WHERE d.id = v.id)
      AND NOT EXISTS (SELECT 1 FROM work.outbox AS o WHERE o.entity_id = v.id
                      AND (o.state <> 'acked' OR o.version > v.version))
    """,
)

decoder = msgspec.json.Decoder(Visit)
_filing_decoder = msgspec.json.Decoder(Filing)


class VisitRow(msgspec.Struct, frozen=True):
    """A visit in a list. `receipt` is the backend's number once it has it."""

    id: str
    number: str
    enterprise_id: str
    enterprise_name: str
    task_id: str | None
    opened_at: str
    state: VisitState
    receipt: str


def columns(visit: Visit, filing: Filing | None) -> Sequence[object]:
    """Return the indexed values in the order of COLUMNS."""
    return (
        visit.enterprise_id,
        visit.enterprise_name,
        visit.number,
        visit.task_id,
        moment.to_text(visit.opened_at.at),
        filing.receipt if filing else "",
        moment.to_text(filing.filed_at) if filing and filing.filed_at else None,
        msgspec.json.encode(filing) if filing else None,
    )


class Visits:
    """Saves open visits, finishes them, and reads all of them."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock

    def save(self, visit: Visit) -> None:
        """Keep an open visit; it survives a power cut from the moment this returns (I1).

        Raises:
            InvalidInput: the visit is final or its operation is queued: a correction is a new operation.
            StorageFull: the last saved state is kept.
        """
        if visit.state != "open":
            raise InvalidInput("visit.final", number=visit.number)
        with self._connections.work.transaction() as work:
            if work.execute("SELECT 1 FROM outbox WHERE entity_id = ? LIMIT 1", (visit.id,)).fetchone():
                raise InvalidInput("visit.final", number=visit.number)
            work.execute(
                "INSERT INTO draft (id, enterprise_id, enterprise_name, number, task_id, opened_at, saved_at, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " enterprise_id = excluded.enterprise_id, enterprise_name = excluded.enterprise_name,"
                " number = excluded.number, task_id = excluded.task_id, opened_at = excluded.opened_at,"
                " saved_at = excluded.saved_at, body = excluded.body",
                (
                    visit.id,
                    visit.enterprise_id,
                    visit.enterprise_name,
                    visit.number,
                    visit.task_id,
                    moment.to_text(visit.opened_at.at),
                    moment.to_text(self._clock.now().at),
                    msgspec.json.encode(visit),
                ),
            )
            _index_documents(work, visit)
        self._connections.touched("visit", "task")

    def finalise(self, visit: Visit, officer: str) -> Operation:
        """Freeze an open visit and queue its operation, in one transaction, and return the operation.

        Args:
            visit: as it shall be sent; `state` and `finalised_at` are set here.
            officer: number of the one who finishes it, for the audit.

        Raises:
            InvalidInput: it is final already, or a blob it names is not kept here.
        """
        stamp = self._clock.now()
        final = msgspec.structs.replace(visit, state="final", finalised_at=stamp)
        with self._connections.work.transaction() as work:
            if work.execute("SELECT 1 FROM outbox WHERE entity_id = ? LIMIT 1", (visit.id,)).fetchone():
                raise InvalidInput("visit.final", number=visit.number)
            for blob in final.blobs():
                if not work.execute("UPDATE blob SET wanted = 1 WHERE sha256 = ?", (blob.sha256,)).rowcount:
                    raise InvalidInput("visit.blob_missing", number=visit.number, name=blob.filename or blob.sha256)
            operation = outbox.queue(
                work,
                "visit",
                final.id,
                canonical_json(final),
                0,
                stamp,
                subject=outbox.Subject(
                    title=f"{final.enterprise_name} {final.number}",
                    number=final.number,
                    enterprise_id=final.enterprise_id,
                    enterprise_name=final.enterprise_name,
                    task_id=final.task_id,
                    opened_at=moment.to_text(final.opened_at.at),
                ),
            )
            _index_documents(work, final)
            work.execute("DELETE FROM draft WHERE id = ?", (final.id,))
            audit.append(work, stamp, officer, "visit.finalise", f"{final.id} {operation.body_sha256}")
        self._connections.touched("visit", "task", "outbox", "blob", "finished")
        return operation

    def get(self, visit_id: str) -> Visit | None:
        """Return the newest state of a visit known here, or None."""
        row = self._connections.one("SELECT body FROM projected_visit WHERE id = ?", (visit_id,))
        return self._connections.decode(decoder, row[0]) if row else None

    def state(self, visit_id: str) -> VisitState:
        """Return where a visit stands; "filed" only once the backend has it and every blob (PROTOCOL rule 4).

        Raises:
            NotFound: no such visit here.
        """
        row = self._connections.one("SELECT state FROM projected_visit WHERE id = ?", (visit_id,))
        if row is None:
            raise NotFound(what=visit_id)
        state: VisitState = row[0]
        return state

    def filing(self, visit_id: str) -> Filing | None:
        """Return what the backend said of a visit it holds, or None."""
        row = self._connections.one("SELECT filing FROM visit WHERE id = ?", (visit_id,))
        return self._connections.decode(_filing_decoder, row[0]) if row and row[0] else None

    def open(self) -> list[Visit]:
        """Return the open visits, the one saved last in front."""
        rows = self._connections.all("SELECT body FROM work.draft ORDER BY saved_at DESC, id DESC")
        return [self._connections.decode(decoder, row[0]) for row in rows]

    def of_enterprise(self, enterprise_id: str, limit: int = 50) -> list[Visit]:
        """Return an enterprise's visits with their newest state, the latest first."""
        rows = self._connections.all(
            "SELECT body FROM projected_visit WHERE enterprise_id = ? ORDER BY opened_at DESC, id DESC LIMIT ?",
            (enterprise_id, limit),
        )
        return [self._connections.decode(decoder, row[0]) for row in rows]

    def rows(self, limit: int = 100, before: VisitRow | None = None) -> list[VisitRow]:
        """Return up to `limit` visits of all enterprises, the latest first, before the row `before`."""
        at, visit_id = (before.opened_at, before.id) if before else ("9999", "")
        rows = self._connections.all(
            "SELECT id, number, enterprise_id, enterprise_name, task_id, opened_at, state, receipt"
            " FROM projected_visit WHERE (opened_at, id) < (?, ?) ORDER BY opened_at DESC, id DESC LIMIT ?",
            (at, visit_id, limit),
        )
        return [VisitRow(*row) for row in rows]

    def attachments_to_send(self) -> list[str]:
        """Return the hashes that visits which are final and not filed name, from the outbox and the replica."""
        hashes: dict[str, None] = {}
        for (body,) in self._connections.all(
            "SELECT body FROM work.outbox WHERE kind = 'visit' UNION ALL SELECT body FROM visit WHERE filed_at IS NULL"
        ):
            try:
                visit = decoder.decode(body)
            except msgspec.DecodeError:
                continue  # told by `verify`; the others' must go up all the same
            hashes.update((blob.sha256, None) for blob in visit.blobs())
        return list(hashes)

    def of_document(self, document_id: str) -> Visit | None:
        """Return the visit that holds a document, or None: how a scanned page finds its record."""
        row = self._connections.one(
            "SELECT visit_id FROM work.draft_document WHERE document_id = :id"
            " UNION ALL SELECT visit_id FROM main.document WHERE document_id = :id LIMIT 1",
            {"id": document_id},
        )
        return self.get(row[0]) if row else None

    def revision(self, document_id: str, number: int) -> Revision | None:
        """Return a frozen revision of a document, or None if this kit knows no such."""
        visit = self.of_document(document_id)
        records = (record for record in visit.records if record.id == document_id) if visit else ()
        return next((r for record in records for r in record.revisions if r.number == number), None)


def _index_documents(work: driver.Connection, visit: Visit) -> None:
    work.executemany(
        "INSERT OR REPLACE INTO draft_document VALUES (?, ?)", [(record.id, visit.id) for record in visit.records]
    )
