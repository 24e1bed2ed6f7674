"""Two SQLCipher files behind one door: archives, visits, tasks, search, outbox, blobs, audit."""

from fieldkit.replica.archives import ArchiveFilters, ArchivePage
from fieldkit.replica.blobs import BlobRow
from fieldkit.replica.changes import SyncState
from fieldkit.replica.door import Replica, verify_kit
from fieldkit.replica.enrolment import Enrolment
from fieldkit.replica.home import KitInUse
from fieldkit.replica.integrity import Trouble, VerifyReport
from fieldkit.replica.outbox import OutboxItem
from fieldkit.replica.search import Hit
from fieldkit.replica.visits import VisitRow, VisitState

__all__ = [
    "ArchiveFilters",
    "ArchivePage",
    "BlobRow",
    "Enrolment",
    "Hit",
    "KitInUse",
    "OutboxItem",
    "Replica",
    "SyncState",
    "Trouble",
    "VerifyReport",
    "VisitRow",
    "VisitState",
    "verify_kit",
]
