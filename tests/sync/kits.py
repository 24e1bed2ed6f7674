"""Real kits for tests: enrolled with a backend, and visits with attachments for them to send."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD, kit_officers
from fieldkit.model.evidence import Evidence
from fieldkit.model.record import FormRef, Record, Revision
from fieldkit.model.stamp import Stamp
from fieldkit.model.visit import Visit
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from sync.enrol import Enrolling
from sync.transport import Timeouts

QUICK = keys.Cost(passes=1, memory_kib=64)
OFFICER, SECOND = kit_officers()
CREDENTIALS = Credentials(OFFICER, PASSWORD)
SHORT = Timeouts(connect_s=10.0, stall_s=20.0)


@dataclass
class Kit:
    """An open kit and its engine."""

    home: Path
    keys: keys.Keys
    clock: Clock
    replica: Replica
    timeouts: Timeouts = SHORT
    engine: SyncEngine = field(init=False)

    def __post_init__(self) -> None:
        dice = random.Random(1)
        self.engine = SyncEngine(self.replica, self.clock, lambda: CREDENTIALS, self.timeouts, dice)

    def close(self) -> None:
        self.engine.close()
        self.replica.close()

    def reopen(self) -> Kit:
        """Close and open again, as after a restart."""
        self.close()
        return Kit(self.home, self.keys, self.clock, Replica.open(self.home, self.keys, self.clock), self.timeouts)

    def reach(self, port: int) -> None:
        """Go to the server through another port of this machine: a proxy."""
        enrolment = self.replica.enrolment.get()
        assert enrolment is not None
        parts = urlsplit(enrolment.server_url)
        url = urlunsplit((parts.scheme, f"{parts.hostname}:{port}", "", "", ""))
        self.replica.enrolment.set(msgspec.structs.replace(enrolment, server_url=url))

    def visit(self, *attachments: bytes, **more: object) -> Visit:
        """Keep a visit with a printed record and these photos, finish it and queue it."""
        visit = self.draft(*attachments, **more)
        self.replica.visits.finalise(visit, OFFICER)
        return visit

    def draft(self, *attachments: bytes, **more: object) -> Visit:
        """Save an open visit with a printed record and these photos."""
        now = Stamp(datetime.now(UTC), "laptop")
        pdf = self.replica.blobs.put(b"%PDF-1.7 " + uuid.uuid4().bytes * 40, "application/pdf", "笔录.pdf")
        record = Record(
            id=str(uuid.uuid4()),
            form=FormRef("huanban-2024-9", "inspection", "2024.1"),
            number="盐环示笔〔2026〕9001号",
            values={"situation": "演示数据。"},
            revisions=(Revision(number=1, frozen_at=now, values={}, digest="0" * 64, pages=1, pdf=pdf),),
            demo=True,
        )
        evidence = tuple(
            Evidence(
                id=str(uuid.uuid4()),
                kind="photo",
                original=self.replica.blobs.put(data, "image/jpeg", f"现场{n}.jpg"),
                captured_at=now,
            )
            for n, data in enumerate(attachments)
        )
        visit = Visit(
            id=str(uuid.uuid4()),
            enterprise_id="1f6fd78c-8b89-5030-b6c6-c2b048486c7d",
            enterprise_name="海盐示例紧固件有限公司",
            county="330424",
            squad="武原中队",
            number=f"盐环示检〔2026〕{uuid.uuid4().hex[:6]}号",
            officers=(OFFICER, SECOND),
            opened_at=now,
            records=(record,),
            evidence=evidence,
            demo=True,
        )
        visit = msgspec.structs.replace(visit, **more)
        self.replica.visits.save(visit)
        return visit


def make_kit(home: Path, code: str, clock: Clock | None = None, timeouts: Timeouts = SHORT) -> Kit:
    """Enrol a new kit at `home`."""
    known = clock or Clock()
    enrolled = Enrolling(code, known, "test", timeouts=timeouts).finish(CREDENTIALS)
    kit_keys = keys.create(home, OFFICER, PASSWORD, QUICK)
    replica = Replica.create(home, kit_keys, known)
    replica.enrolment.set(enrolled.enrolment)
    return Kit(home, kit_keys, known, replica, timeouts)
