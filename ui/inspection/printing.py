"""From record to paper: freeze a revision, keep its PDF, print it, follow the job, ask whether the paper is in hand."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

import msgspec

from fieldkit.errors import BugError, Cancelled, DeviceUnavailable, KnownError, PaperOut
from fieldkit.model.record import Revision
from ui.inspection import cells
from ui.inspection.lane import in_english, sentence
from ui.inspection.revisions import frozen, same_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from devices.printing.ipp import IppPrinter, JobState
    from devices.status import DeviceStatus
    from ui.inspection.session import VisitSession

Phase = Literal[
    "idle", "freezing", "sending", "printing", "needs hand", "taken", "in hand", "changed", "cancelled", "failed"
]
PATIENCE_S = 3.0
"""A printer that stands still this long needs a hand; it is told, and the same job is waited for further."""


class PrintState(msgspec.Struct, frozen=True):
    """Where the paper is: phase, the same in the officer's words, and of which revision."""

    phase: Phase
    words: str
    revision: int = 0
    words_en: str = ""

    @property
    def busy(self) -> bool:
        """Work is going on and can be cancelled."""
        return self.phase in {"freezing", "sending", "printing", "needs hand"}


class PrintDesk:
    """Prints the record of one visit. Owner's thread only; the lane "print" does the waiting."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self._cancel, self._detached = threading.Event(), threading.Event()
        self.state = PrintState("idle", "尚未打印")
        self.printer_words = ""

    @property
    def current(self) -> Revision | None:
        """The newest revision if it still says what the record says, else None: print again."""
        revision = self._session.revision
        return revision if revision is not None and same_content(self._session.record, revision) else None

    @property
    def in_hand(self) -> bool:
        """The paper of the current content is in the officer's hand, as the officer said."""
        return self.current is not None and bool(self.current.printed)

    def start(self) -> None:
        """Freeze the record if it changed since the last revision, then print it."""
        if self.state.busy or not self._session.editable:
            return
        report = self._session.check("print")
        if report.blocks:
            self._say("failed", f"笔录体检还有 {len(report.blocks)} 项必须补正，不能打印。内容都已保存。")
            return
        self._cancel = threading.Event()
        current = self.current
        if current is not None:
            self._send(current)
            return
        self._say("freezing", "正在定稿并生成页签")
        session, record, tools = self._session, self._session.record, self._session.tools
        at = session.now()

        def freeze() -> Revision:
            return frozen(record, at, tools.county_key, tools.replica)

        session.lane("print").do(freeze, self._froze, self._failed)

    def look(self) -> None:
        """Ask the printer how it is; its words stand in `printer_words`."""
        printer = self._session.tools.printer()
        if printer is None:
            self.printer_words = "还没有选定，请到“设备”选择"
            self._session.tell("print")
        elif not self.state.busy:
            self._session.lane("print").do(printer.status, self._looked, lambda _error: None)

    def _looked(self, status: DeviceStatus) -> None:
        self.printer_words = status.words_zh
        self._session.tell("print")

    def cancel(self) -> None:
        """Stop waiting and take the job back from the printer."""
        self._cancel.set()

    @property
    def at_printer(self) -> bool:
        """The job is with the printer; following it changes nothing more on disk."""
        return self.state.phase in {"printing", "needs hand"}

    def detach(self) -> None:
        """Follow the job no longer; the printer goes on with it."""
        self._detached.set()

    def paper_in_hand(self, yes: bool) -> None:
        """Take the officer's word: the pages are in hand and complete, or not (print again)."""
        revision = self._session.revision
        if revision is None or self.state.busy:
            return
        if not yes:
            self._say("failed", "纸张不全或没有出来。请检查打印机后重新打印，版本和页签不变。")
            return
        stamp = self._session.now().at.isoformat(timespec="seconds")
        self._keep(msgspec.structs.replace(revision, printed=(*revision.printed, stamp)))
        self._say("in hand", "纸张在手，请逐页送签")
        self._session.settle()

    def _froze(self, revision: Revision) -> None:
        record = self._session.record
        record = msgspec.structs.replace(record, revisions=(*record.revisions, revision))
        self._session.replace(cells.with_record(self._session.visit, record), "revisions")
        self._session.settle(lambda saved: self._send(revision) if saved else self._unsaved())

    def _unsaved(self) -> None:
        self._say("failed", f"定稿没有存上，未送打印机：{self._session.saved.why}")

    def _send(self, revision: Revision) -> None:
        """Print the PDF that was kept when the revision froze: the same bytes at every reprint."""
        printer = self._session.tools.printer()
        if printer is None:
            self._say("failed", "还没有选定打印机。定稿已保存，请到“设备”选择打印机后再打印。", revision.number)
            return
        self._say("sending", "正在送往打印机", revision.number)
        blobs, cancel, post = self._session.tools.replica.blobs, self._cancel, self._session.post
        name = f"{self._session.visit.number} 第{revision.number}版"

        detached = self._detached

        def sent() -> None:
            self._sent(revision.number)

        def send() -> None:
            with blobs.open(revision.pdf.sha256) as stream:
                data = stream.read()
            if cancel.is_set():
                raise Cancelled
            try:
                job = printer.print_pdf(data, name)
            except DeviceUnavailable as error:
                if error.message_key == "printer.maybe_taken":
                    post(sent)
                raise
            post(sent)
            _follow(printer, job.id, cancel, detached, lambda phase, words: post(lambda: self._say(phase, words)))

        self._session.lane("print").do(send, lambda _none: self._taken(revision), self._failed)

    def _sent(self, number: int) -> None:
        """Keep that a printer took it: from now on paper of this revision may exist."""
        stamp = self._session.now().at.isoformat(timespec="seconds")
        for revision in self._session.record.revisions:
            if revision.number == number:
                self._keep(msgspec.structs.replace(revision, sent=(*revision.sent, stamp)))
        self._session.settle()

    def _taken(self, revision: Revision) -> None:
        self._say("taken", f"打印机已接收完毕。{revision.pages} 页都在手上吗？", revision.number)

    def _failed(self, error: KnownError | BugError) -> None:
        if isinstance(error, Cancelled):
            self._say("cancelled", "已取消打印。定稿保留，可随时重打。")
        else:
            self._say("failed", sentence(error), words_en=in_english(error))

    def _keep(self, revision: Revision) -> None:
        record = self._session.record
        kept = tuple(revision if item.number == revision.number else item for item in record.revisions)
        record = msgspec.structs.replace(record, revisions=kept)
        self._session.replace(cells.with_record(self._session.visit, record), "revisions")

    def _say(self, phase: Phase, words: str, revision: int | None = None, words_en: str = "") -> None:
        number = self.state.revision if revision is None else revision
        self.state = PrintState(phase, words, number, words_en)
        self._session.tell("print")


def _follow(
    printer: IppPrinter,
    job: int,
    cancel: threading.Event,
    detached: threading.Event,
    say: Callable[[Phase, str], None],
) -> None:
    """Wait for a job; a printer that needs a hand is told in its words, and the same job is followed on after it."""

    def progress(state: JobState) -> None:
        words = state.words[0]
        if state.paper_out:
            say("needs hand", "打印机缺纸。任务已保留在打印机，装纸后自动继续。")
        else:
            say("printing", words)

    say("printing", "正在打印")
    while not detached.is_set():
        try:
            printer.wait(job, cancel, progress, patience_s=PATIENCE_S)
        except PaperOut:
            say("needs hand", "打印机缺纸。任务已保留在打印机，装纸后自动继续。")
        except DeviceUnavailable as error:
            if error.message_key != "printer.needs_hand":
                raise
            say("needs hand", error.zh)
        else:
            return
