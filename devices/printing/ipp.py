"""A4 printing over IPP (RFC 8011): PDF bytes go out unchanged, and nothing is called done before the printer says so.

"Done" means that the printer took every page; whether a person holds the paper only the officer can say.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import count
from threading import Event
from typing import Final, Literal

import msgspec

from devices.printing import ipp_codec as ipp
from devices.printing.ipp_line import IppLine
from devices.printing.reasons import in_words, is_paper_out, needing_hand
from devices.status import DeviceStatus, StatusKeeper
from fieldkit.errors import Cancelled, DeviceUnavailable, PaperOut, sentence

PRINT_JOB, VALIDATE_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0004, 0x0008, 0x0009, 0x000B

JobPhase = Literal["pending", "held", "processing", "stopped", "cancelled", "failed", "done"]
_PHASES: Final[dict[int, JobPhase]] = {
    3: "pending", 4: "held", 5: "processing", 6: "stopped", 7: "cancelled", 8: "failed", 9: "done",
}  # fmt: skip
_SPOILT = ("job-completed-with-errors", "document-format-error", "document-unprintable-error", "aborted-by-system")
_JOB_NAME_BYTES = 255
_PASSING = ("printer.off", "printer.silent", "printer.broke_off", "printer.busy")
"""What may pass by itself while a job is waited for."""


class IppJob(msgspec.Struct, frozen=True):
    """A job that the printer took: its number there."""

    id: int


class JobState(msgspec.Struct, frozen=True, kw_only=True):
    """What the printer says of a job.

    `reasons` are the job's and, while it is not over, the printer's; `message` is the printer's own text;
    `impressions` are the page sides done so far, None where the printer does not count.
    """

    state: JobPhase
    reasons: tuple[str, ...] = ()
    message: str = ""
    impressions: int | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("cancelled", "failed", "done")

    @property
    def paper_out(self) -> bool:
        """Whether the job waits for paper."""
        return not self.over and is_paper_out(self.reasons)

    @property
    def words(self) -> tuple[str, str]:
        """What the officer should know, Chinese and English: what the printer needs, or that it prints."""
        hand = needing_hand(self.reasons)
        return in_words(hand) if hand else sentence("printer.printing")


class IppPrinter:
    """One IPP printer. Calls may come from any thread.

    Args:
        uri: its address, as in IppLine.
        timeout_s: seconds to connect, and seconds of silence that end a call.
    """

    def __init__(self, uri: str, timeout_s: float = 5.0) -> None:
        self._line = IppLine(uri, timeout_s)
        self._numbers = count(1)
        self._keeper = StatusKeeper(self._line.uri, "printer", "printer.off", address=self._line.address)

    @property
    def uri(self) -> str:
        """The printer's address in full."""
        return self._line.uri

    def status(self) -> DeviceStatus:
        """Ask the printer how it is; one that is away is "off", never an error."""
        try:
            printer = self._printer()
        except DeviceUnavailable as error:
            state: Literal["attention", "off"] = "attention" if error.message_key == "printer.busy" else "off"
            return self._keeper.say_error(state, error)
        reasons = _reasons(printer, "printer-state-reasons")
        hand = needing_hand(reasons)
        if is_paper_out(reasons):
            return self._keeper.say("attention", "printer.paper_out")
        if hand:
            zh, en = in_words(hand)
            return self._keeper.say("attention", "printer.needs_hand", what=zh, what_en=en)
        state_code = next(iter(ipp.integers(printer, "printer-state")), 0)
        if state_code == 5 or False in ipp.flags(printer, "printer-is-accepting-jobs"):
            return self._keeper.say("attention", "printer.not_accepting")
        zh, en = sentence("printer.printing" if state_code == 4 else "printer.ready")
        low_zh, low_en = in_words([reason for reason in reasons if not reason.endswith("-report")])
        if low_zh:
            zh, en = f"{zh}（{low_zh}）", f"{en} ({low_en})"
        return self._keeper.say_words("ready", (zh, en))

    def print_pdf(self, data: bytes, job_name: str, copies: int = 1) -> IppJob:
        """Send a PDF as it is, one-sided on A4 and unscaled (the page's fiducials are in millimetres).

        Args:
            data: the PDF.
            job_name: shown on the printer's panel; put no personal data in it.
            copies: 1 or more.

        Raises:
            DeviceUnavailable: away, busy, or it refused, and nothing was taken; or the line went dead before the
                answer (printer.maybe_taken), and only the paper can tell.
        """
        try:
            answer = self._line.ask(self._job_question(PRINT_JOB, job_name, copies, data))
        except DeviceUnavailable as error:
            if error.message_key in ("printer.silent", "printer.broke_off"):
                raise DeviceUnavailable("printer.maybe_taken", address=self._line.address) from error
            raise
        self._accepted(answer)
        job = next(iter(ipp.integers(answer.group(ipp.JOB_GROUP), "job-id")), None)
        if job is None:
            raise DeviceUnavailable("printer.not_a_printer", address=self._line.address, why="no job-id")
        return IppJob(job)

    def validate(self, job_name: str, copies: int = 1) -> None:
        """Ask whether the printer would take such a job, without sending it.

        Raises:
            DeviceUnavailable: away, busy, or it would refuse.
        """
        self._accepted(self._line.ask(self._job_question(VALIDATE_JOB, job_name, copies, b"")))

    def job(self, job_id: int) -> JobState:
        """Return what the printer says of a job, with the printer's own reasons while the job is not over.

        Raises:
            DeviceUnavailable: away, or it does not know the job.
        """
        question = self._question(
            GET_JOB,
            {
                "job-id": ipp.attribute(ipp.INTEGER, job_id),
                "requested-attributes": ipp.attribute(
                    ipp.KEYWORD, "job-state", "job-state-reasons", "job-state-message", "job-impressions-completed"
                ),
            },
        )
        answer = self._line.ask(question)
        if answer.code in (0x0406, 0x0407):
            raise DeviceUnavailable("printer.job_lost")
        self._accepted(answer)
        job = answer.group(ipp.JOB_GROUP)
        phase = _PHASES.get(next(iter(ipp.integers(job, "job-state")), 0))
        if phase is None:
            raise DeviceUnavailable("printer.not_a_printer", address=self._line.address, why="no job-state")
        found = JobState(
            state=phase,
            reasons=_reasons(job, "job-state-reasons"),
            message=" ".join(ipp.words(job, "job-state-message")).strip(),
            impressions=next(iter(ipp.integers(job, "job-impressions-completed")), None),
        )
        return found if found.over else self._with_printer(found)

    def cancel(self, job_id: int) -> None:
        """Tell the printer to drop a job; one that is already over stays as it is.

        Raises:
            DeviceUnavailable: away, or it does not know the job.
        """
        answer = self._line.ask(self._question(CANCEL_JOB, {"job-id": ipp.attribute(ipp.INTEGER, job_id)}))
        if answer.code in (0x0406, 0x0407):
            raise DeviceUnavailable("printer.job_lost")
        if answer.code != 0x0404:
            self._accepted(answer)

    def wait(
        self,
        job_id: int,
        cancel: Event,
        progress: Callable[[JobState], None] = lambda state: None,
        *,
        poll_s: float = 0.5,
        patience_s: float = 10.0,
        stall_s: float = 180.0,
    ) -> JobState:
        """Wait until the printer says that the job is done, and return that state.

        Calling it again with the same job goes on waiting: after PaperOut, once paper is loaded, the printer
        finishes the same job.

        Args:
            job_id: the job.
            cancel: set it to have the job dropped at the printer.
            progress: told each state that differs from the last; show `JobState.words`.
            poll_s: seconds between two questions.
            patience_s: seconds without a new page while the printer needs a hand or does not answer, before an error
                is raised; `math.inf` waits until it is helped.
            stall_s: seconds without a new page although the printer names no reason.

        Raises:
            PaperOut: no paper; the job is kept in the printer.
            DeviceUnavailable: away, stuck, failed, cancelled at the printer, or the job is no longer known there.
            Cancelled: `cancel` was set and the printer dropped the job.
        """
        last: JobState | None = None
        moved = time.monotonic()
        while True:
            stood_s = time.monotonic() - moved
            try:
                if cancel.is_set():
                    self.cancel(job_id)
                state = self.job(job_id)
            except DeviceUnavailable as error:
                if error.message_key not in _PASSING or stood_s >= patience_s:
                    raise
                if cancel.is_set():
                    raise
            else:
                if last is None or _standing(state) != _standing(last):
                    moved = time.monotonic()
                if state != last:
                    progress(state)
                last = state
                if state.over:
                    return _ended(state, cancel.is_set())
                patience = math.inf if cancel.is_set() else patience_s
                _complain(state, time.monotonic() - moved, patience, stall_s)
            if cancel.is_set():
                time.sleep(poll_s)  # dropped, but the printer still brings the sheet under way to its end
            else:
                cancel.wait(poll_s)

    def _with_printer(self, job: JobState) -> JobState:
        printer = self._printer()
        reasons = dict.fromkeys((*job.reasons, *_reasons(printer, "printer-state-reasons")))
        message = job.message or " ".join(ipp.words(printer, "printer-state-message")).strip()
        return msgspec.structs.replace(job, reasons=tuple(reasons), message=message)

    def _printer(self) -> ipp.Group:
        wanted = ("printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs")
        answer = self._line.ask(
            self._question(GET_PRINTER, {"requested-attributes": ipp.attribute(ipp.KEYWORD, *wanted)})
        )
        self._accepted(answer)
        return answer.group(ipp.PRINTER_GROUP)

    def _job_question(self, operation: int, job_name: str, copies: int, data: bytes) -> ipp.Message:
        name = job_name.encode()[:_JOB_NAME_BYTES].decode(errors="ignore")
        return self._question(
            operation,
            {
                "requesting-user-name": ipp.attribute(ipp.NAME, "fieldkit"),
                "job-name": ipp.attribute(ipp.NAME, name),
                "document-format": ipp.attribute(ipp.MIME, "application/pdf"),
            },
            {
                "copies": ipp.attribute(ipp.INTEGER, copies),
                "media": ipp.attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
                "sides": ipp.attribute(ipp.KEYWORD, "one-sided"),
                "print-scaling": ipp.attribute(ipp.KEYWORD, "none"),
            },
            data,
        )

    def _question(
        self,
        operation: int,
        more: dict[str, ipp.Attribute],
        job: dict[str, ipp.Attribute] | None = None,
        data: bytes = b"",
    ) -> ipp.Message:
        head = {
            "attributes-charset": ipp.attribute(ipp.CHARSET, "utf-8"),
            "attributes-natural-language": ipp.attribute(ipp.LANGUAGE, "zh-cn"),
            "printer-uri": ipp.attribute(ipp.URI, self._line.uri),
        }
        groups = [ipp.Group(ipp.OPERATION_GROUP, head | more)]
        if job:
            groups.append(ipp.Group(ipp.JOB_GROUP, job))
        return ipp.Message(code=operation, request_id=next(self._numbers), groups=tuple(groups), data=data)

    def _accepted(self, answer: ipp.Message) -> None:
        """Turn a refusal into its error; RFC 8011 appendix B names the codes."""
        if answer.code < 0x0100:
            return
        if answer.code in (0x0507, 0x0505):
            raise DeviceUnavailable("printer.busy")
        if answer.code == 0x0506:
            raise DeviceUnavailable("printer.not_accepting")
        if answer.code == 0x040A:
            raise DeviceUnavailable("printer.format_refused")
        said = " ".join(ipp.words(answer.group(ipp.OPERATION_GROUP), "status-message")).strip()
        raise DeviceUnavailable("printer.refused", why=said or f"0x{answer.code:04x}")


def _standing(state: JobState) -> tuple[object, ...]:
    """Return what must change for a job to count as moving."""
    return state.state, state.impressions, needing_hand(state.reasons)


def _ended(state: JobState, cancelled: bool) -> JobState:
    """Return a job that is done; raise what happened to it otherwise."""
    if state.state == "done" and not any(reason in _SPOILT for reason in state.reasons):
        return state
    if state.state == "cancelled":
        raise Cancelled if cancelled else DeviceUnavailable("printer.job_cancelled")
    zh, en = in_words(state.reasons)
    said = state.message or state.state
    raise DeviceUnavailable("printer.job_failed", why=zh or said, why_en=en or said)


def _complain(state: JobState, stood_s: float, patience_s: float, stall_s: float) -> None:
    """Raise once a job has stood still for too long."""
    hand = needing_hand(state.reasons)
    if hand and stood_s >= patience_s:
        if state.paper_out:
            raise PaperOut("printer.paper_out")
        zh, en = in_words(hand)
        raise DeviceUnavailable("printer.needs_hand", what=zh, what_en=en)
    if stood_s >= stall_s:
        raise DeviceUnavailable("printer.stalled", why=state.message or state.state)


def _reasons(group: ipp.Group, name: str) -> tuple[str, ...]:
    return tuple(reason for reason in ipp.words(group, name) if reason != "none")
