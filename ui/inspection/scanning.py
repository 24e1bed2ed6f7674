"""Pages come back: kept as they are, straightened, read, bound by their seal, or put in the tray with the reason.

A page binds by itself only where its seal verifies under the county's key and agrees with a revision of this record.
Everything else waits in the tray until a person says what it is (DESIGN, page seal).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from devices.imaging.scan import PageScan, read_page
from devices.scanning.wand import ScannedFile
from devices.scanning.whole import media_type
from fieldkit.instruments import binding
from fieldkit.model.evidence import Evidence, PageRef, SignatureState
from fieldkit.model.record import BlobRef
from ui.inspection import signing
from ui.inspection.elsewhere import sent_home, taken_elsewhere
from ui.inspection.lane import sentence

if TYPE_CHECKING:
    from fieldkit.errors import BugError, KnownError
    from fieldkit.model.record import Revision
    from ui.inspection.session import VisitSession


class Landing(msgspec.Struct, frozen=True):
    """What became of one file that came in; the newest first on screen. `evidence` is empty for a duplicate."""

    file: str
    tone: str
    words: str
    evidence: str = ""


class _Arrival(msgspec.Struct, frozen=True):
    """A page read in the lane: the evidence to keep here, if any, and what to say of it."""

    evidence: Evidence | None
    tone: str
    words: str


class ScanDesk:
    """Takes in the scans of one visit and keeps the officer's answers about them. Owner's thread only."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self._seen: set[str] = set()
        self._held: list[tuple[str, bytes, str]] = []
        self._names: dict[str, str] = {}
        self._elsewhere: frozenset[str] | None = None
        self.reading: tuple[str, ...] = ()
        self.landings: tuple[Landing, ...] = ()

    # -- coming in ---------------------------------------------------------------------------------------------

    def deliver(self, file: ScannedFile) -> None:
        """Take a file from the wand's own thread."""
        self._session.post(lambda: self.take(file.path.name, file.data, file.sha256))

    def refuse(self, path: Path, why: KnownError) -> None:
        """Tell of a file that is broken or unreadable. From the wand's own thread."""
        self._session.post(lambda: self._landed(Landing(path.name, "danger", why.zh)))

    def known(self, sha256: str) -> bool:
        """Say whether this content was taken before, here or in an earlier visit. From the wand's own thread.

        A blob alone says nothing: a power cut may have come between keeping it and saving the visit.
        """
        if self._elsewhere is None:
            self._elsewhere = taken_elsewhere(self._session.tools, self._session.visit.id)
        visit = self._session.visit
        here = sha256 in visit.set_aside or any(item.original.sha256 == sha256 for item in visit.evidence)
        return here or sha256 in self._elsewhere

    def take(self, name: str, data: bytes, sha256: str = "") -> None:
        """Read one file in the lane; the same bytes a second time are told and not kept twice.

        What comes while the visit is being finalised waits for the outcome; what comes after it is told.

        Args:
            name: of the file, as shown.
            data: its bytes.
            sha256: of the bytes (hex), where it is known already.
        """
        if self._session.final:
            self._landed(Landing(name, "warn", TOO_LATE))
        elif not self._session.officers.member:
            self._landed(Landing(name, "warn", "你不是本次检查的执法人员，这张没有收入"))
        elif not self._session.editable:
            self._held.append((name, data, sha256))
        else:
            self.reading = (*self.reading, name)
            self._session.tell("scan")
            if sha256:
                self._take(name, data, sha256)
                return
            self._session.lane("scan").do(
                lambda: hashlib.sha256(data).hexdigest(),
                lambda digest: self._take(name, data, digest),
                lambda error: self._failed(name, "", error),
            )

    def _take(self, name: str, data: bytes, digest: str) -> None:
        if digest in self._seen or any(item.original.sha256 == digest for item in self._session.visit.evidence):
            self._done_reading(name)
            self._landed(Landing(name, "info", "这张已经收到过，没有重复保存"))
            return
        self._seen.add(digest)
        self._session.lane("scan").do(
            lambda: self._read(name, data),
            lambda arrival: self._arrived(name, digest, arrival),
            lambda error: self._failed(name, digest, error),
        )

    def receive(self, evidence: Evidence) -> None:
        """Take a page of this visit that came in while another one showed."""
        visit = self._session.visit
        if all(item.original.sha256 != evidence.original.sha256 for item in visit.evidence):
            self._keep(evidence=(*visit.evidence, evidence))
            self._session.settle()

    def release(self) -> None:
        """Take in, or tell of, what came while the visit was being finalised."""
        held, self._held = self._held, []
        for name, data, sha256 in held:
            self.take(name, data, sha256)

    def _read(self, name: str, data: bytes) -> _Arrival:
        """Keep the original, read the page and find out where it belongs. Runs in the lane."""
        tools = self._session.tools
        original = tools.replica.blobs.put(data, media_type(data), name)
        scan = read_page(data, [tools.county_key])
        page: BlobRef | None = None
        if scan.page_jpeg is not None:
            page = tools.replica.blobs.put(scan.page_jpeg, "image/jpeg", f"{name}-page.jpg")
        evidence = Evidence(
            id=str(uuid4()),
            kind="other",
            original=original,
            page=page,
            captured_at=self._session.now(),
            boxes=scan.boxes,
        )
        bound, why = self._place(scan)
        if bound is None:
            problem = scan.seal_problem or "" if scan.seal is None else "elsewhere"
            return _Arrival(msgspec.structs.replace(evidence, tray=why, seal_problem=problem), "warn", why)
        evidence = msgspec.structs.replace(
            evidence, kind="signed_page", bound=bound, bound_by="seal", title=f"笔录第 {bound.page} 页"
        )
        if bound.document != self._session.record.id:
            return self._another_visits(evidence, bound)
        newest = self._session.revision
        if newest is not None and bound.revision != newest.number:
            why = f"这是第{bound.revision}版的第 {bound.page} 页，现在要签的是第{newest.number}版"
            return _Arrival(_in_tray(evidence, why), "warn", why)
        return _Arrival(evidence, "ok", f"笔录第{bound.revision}版第 {bound.page} 页，已归位")

    def _another_visits(self, evidence: Evidence, bound: PageRef) -> _Arrival:
        """Send a page home to the open visit it was printed for, else leave it in this one's tray."""
        home = sent_home(self._session.tools, evidence, bound)
        if home:
            return _Arrival(None, "ok", f"这是“{home}”笔录的第 {bound.page} 页，已归到那次检查")
        why = "页签是真的，但属于另一次检查的笔录"
        return _Arrival(_in_tray(evidence, why), "warn", why)

    def _place(self, scan: PageScan) -> tuple[PageRef | None, str]:
        """Return the page of this kit that a scan shows, or why it shows none."""
        if scan.error:
            return None, f"图像读不出来：{scan.error}"
        if scan.seal is None:
            return None, _unsealed(scan)
        try:
            return binding.bind(scan.seal, self._session.tools.replica.visits.revision), ""
        except binding.NotBound as refusal:
            return None, refusal.zh

    def _arrived(self, name: str, digest: str, arrival: _Arrival) -> None:
        self._done_reading(name)
        visit = self._session.visit
        back = digest in visit.set_aside
        left = tuple(item for item in visit.set_aside if item != digest)
        if not self._session.editable:
            self._seen.discard(digest)
            self._landed(Landing(name, "warn", TOO_LATE))
            return
        if arrival.evidence is None:
            if back:
                self._keep(set_aside=left)
            self._landed(Landing(name, arrival.tone, arrival.words))
            return
        self._keep(evidence=(*visit.evidence, arrival.evidence), set_aside=left)
        bound = arrival.evidence.bound
        again = bound is not None and sum(item.bound == bound for item in self._session.visit.evidence) > 1
        words = f"{arrival.words}（重扫，以这张为准）" if again else arrival.words
        words = f"{words}（曾移出，现已放回）" if back else words
        self._landed(Landing(name, arrival.tone, words, arrival.evidence.id))
        self._session.settle()

    def _failed(self, name: str, digest: str, error: KnownError | BugError) -> None:
        self._done_reading(name)
        self._seen.discard(digest)
        self._landed(Landing(name, "danger", sentence(error)))

    def _done_reading(self, name: str) -> None:
        left = list(self.reading)
        if name in left:
            left.remove(name)
        self.reading = tuple(left)

    def _landed(self, landing: Landing) -> None:
        self.landings = (landing, *self.landings)[:50]
        self._session.tell("scan")

    def _keep(self, **fields: object) -> None:
        """Replace evidence; answers about a page that another scan now speaks for go with it, past undoing."""
        before = self._session.visit
        changed = signing.without_stale_answers(before, msgspec.structs.replace(before, **fields))
        if changed.signatures != before.signatures:
            self._session.forget_undo("signatures")
        self._session.replace(changed, "evidence", "scan", "signatures")

    # -- what lies where ---------------------------------------------------------------------------------------

    @property
    def tray(self) -> tuple[Evidence, ...]:
        """What waits for a person to say what it is."""
        return tuple(item for item in self._session.visit.evidence if item.tray)

    @property
    def papers(self) -> tuple[Evidence, ...]:
        """The enterprise's papers taken in."""
        return tuple(item for item in self._session.visit.evidence if item.kind == "paper")

    @property
    def aside(self) -> tuple[tuple[str, str], ...]:
        """What was left out of the visit and can be put back: SHA-256 (hex) and what to call it."""
        return tuple(
            (sha256, self._names.get(sha256, f"第 {place} 件"))
            for place, sha256 in enumerate(self._session.visit.set_aside, 1)
        )

    def pages(self) -> tuple[signing.PageStatus, ...]:
        """Return the state of every page of the newest revision."""
        return signing.pages(self._session.visit, self._session.revision)

    # -- what the officer says -----------------------------------------------------------------------------------

    def classify(self, evidence_id: str, title: str) -> None:
        """Take a page as a paper of the enterprise, with its title."""
        self._change(evidence_id, kind="paper", title=title.strip(), tray="", bound=None, bound_by="")

    def bind_by_hand(self, evidence_id: str, page: int) -> None:
        """Take a page as page `page` of the newest revision because the officer looked and says so.

        No seal proved it, so the ink found there counts as unsure and every box asks.
        """
        revision: Revision | None = self._session.revision
        item = next((item for item in self._session.visit.evidence if item.id == evidence_id), None)
        if revision is None or not 1 <= page <= revision.pages or item is None or not bindable(item):
            return
        bound = PageRef(self._session.record.id, revision.number, page)
        self._change(
            evidence_id,
            kind="signed_page",
            bound=bound,
            bound_by="person",
            tray="",
            title=f"笔录第 {page} 页",
            boxes=(),
        )

    def to_tray(self, evidence_id: str) -> None:
        """Take back what was said of a page."""
        self._change(evidence_id, kind="other", bound=None, bound_by="", tray="人工退回，待重新确认")

    def set_aside(self, evidence_id: str) -> None:
        """Leave a page out of the visit: it has nothing to do with it."""
        visit = self._session.visit
        gone = [item.original for item in visit.evidence if item.id == evidence_id]
        if not gone or not self._session.editable:
            return
        kept = tuple(item for item in visit.evidence if item.id != evidence_id)
        for original in gone:
            self._seen.discard(original.sha256)
            self._names[original.sha256] = original.filename
        self._keep(evidence=kept, set_aside=(*visit.set_aside, *(original.sha256 for original in gone)))
        self._session.settle()

    def put_back(self, sha256: str) -> None:
        """Take in again what was left out: it is read anew and lands where it belongs."""
        session, blobs = self._session, self._session.tools.replica.blobs
        if not session.editable or sha256 not in session.visit.set_aside or sha256 in self._seen:
            return
        name = self._names.get(sha256, "放回的一件")
        self._seen.add(sha256)
        self.reading = (*self.reading, name)
        session.tell("scan")
        session.lane("scan").do(
            lambda: self._read(name, blobs.read(sha256)),
            lambda arrival: self._arrived(name, sha256, arrival),
            lambda error: self._failed(name, sha256, error),
        )

    def agree(self, page: int) -> None:
        """Confirm as signed all boxes of a page in which ink was found."""
        status = self.pages()[page - 1]
        self._answer(tuple((page, box.name) for box in status.boxes if box.proposed), "signed", "", f"第 {page} 页签名")

    def answer_box(self, page: int, box: str, state: SignatureState, note: str = "") -> None:
        """Answer one box: refused and absent carry a note; signed where the officer sees ink that imaging missed."""
        note = note.strip() or ("人工核对" if state == "signed" else "")
        self._answer(((page, box),), state, note, f"第 {page} 页 {signing.BOX_LABELS[box]}")

    def answer_all(self, box: str, state: SignatureState, note: str) -> None:
        """Answer a box on every page where it is not plainly signed (a party that refuses signs no page)."""
        wanted = tuple(
            (status.page, item.name)
            for status in self.pages()
            for item in status.boxes
            if item.name == box and not item.proposed and (item.answer is None or item.answer.state != "signed")
        )
        self._answer(wanted, state, note, f"{signing.BOX_LABELS[box]}（各页）")

    def take_back(self, page: int, box: str) -> None:
        """Forget the answer of a box."""
        revision = self._session.revision
        if revision is not None:
            kept = tuple(
                item
                for item in self._session.visit.signatures
                if (item.revision, item.page, item.box) != (revision.number, page, box)
            )
            self._session.put_signatures(kept, "收回签名答复")

    def _answer(self, wanted: tuple[tuple[int, str], ...], state: SignatureState, note: str, label: str) -> None:
        revision = self._session.revision
        if revision is None or not wanted or (state != "signed" and not note.strip()):
            return
        self._session.put_signatures(signing.with_answers(self._session.visit, revision, wanted, state, note), label)

    def _change(self, evidence_id: str, **fields: object) -> None:
        visit = self._session.visit
        changed = tuple(
            msgspec.structs.replace(item, **fields) if item.id == evidence_id else item for item in visit.evidence
        )
        self._keep(evidence=changed)
        self._session.settle()


def _in_tray(evidence: Evidence, why: str) -> Evidence:
    return msgspec.structs.replace(
        evidence, kind="other", bound=None, bound_by="", title="", tray=why, seal_problem="elsewhere"
    )


def bindable(item: Evidence) -> bool:
    """Say whether a person may take it as a page: never against a seal that says otherwise."""
    return item.seal_problem not in {"forged", "practice", "elsewhere"}


TOO_LATE = "已提交，这张没有收入"
_UNSEALED = {
    "forged": "页签校验不通过（伪造、改动或外县文书），未归位",
    "practice": "这是练习用的页签，不作执法文书，未归位",
    "foreign": "有二维码，但不是本县执法箱打印的页签",
    "unread": "像是笔录页，但页签没拍清，请重扫或人工认定",
    "disagree": "画面里不止一页，请一页一页扫",
    "mirrored": "照片左右翻转了，请关闭镜像后重拍",
}
"""What imaging calls the problem of a seal → what the officer reads."""


def _unsealed(scan: PageScan) -> str:
    return _UNSEALED.get(scan.seal_problem or "", "没有页签，可能是企业材料")
