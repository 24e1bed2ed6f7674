"""What the emulated printer answers to each IPP operation (RFC 8011)."""

from __future__ import annotations

import time

from devices.emulators.press import CANCELLED, Press, PressJob
from devices.printing import ipp_codec as ipp
from devices.printing.ipp_codec import Attribute, Group, Message, attribute, integers, words

_OPERATIONS = (0x0002, 0x0004, 0x0008, 0x0009, 0x000A, 0x000B)
OK, BAD_REQUEST, NOT_POSSIBLE, NOT_FOUND = 0x0000, 0x0400, 0x0404, 0x0406
FORMAT_NOT_SUPPORTED, OPERATION_NOT_SUPPORTED, NOT_ACCEPTING = 0x040A, 0x0501, 0x0506
VERSION_NOT_SUPPORTED = 0x0503
NO_VALUE = 0x13
_PDF = ("application/pdf", "application/octet-stream")


class Answers:
    """Answers requests for one press; `uri` is the printer's own address."""

    def __init__(self, press: Press, uri: str = "") -> None:
        self._press = press
        self.uri = uri
        self._started = time.monotonic()

    def to(self, request: Message) -> Message:
        """Return the answer to a request; every fault of the request is a status, none an exception."""
        operation = request.group(ipp.OPERATION_GROUP)
        if request.version[0] not in (1, 2):
            return self._answer(request, VERSION_NOT_SUPPORTED)
        if not _well_formed(request, operation):
            return self._answer(request, BAD_REQUEST)
        match request.code:
            case 0x0002 | 0x0004:
                return self._print(request, operation)
            case 0x0008:
                return self._cancel(request, operation)
            case 0x0009:
                job = self._job(operation)
                if job is None:
                    return self._answer(request, NOT_FOUND)
                return self._answer(request, OK, _chosen(self._describe(job), operation, everything=True))
            case 0x000A:
                which = words(operation, "which-jobs")
                over = "completed" in which
                jobs = [job for job in self._press.jobs() if (job.state >= CANCELLED) == over]
                groups = (_chosen(self._describe(job), operation, everything=False) for job in jobs)
                return self._answer(request, OK, *groups)
            case 0x000B:
                return self._answer(request, OK, self._printer(words(operation, "requested-attributes")))
            case _:
                return self._answer(request, OPERATION_NOT_SUPPORTED)

    def _print(self, request: Message, operation: Group) -> Message:
        if self._press.has("refuse"):
            return self._answer(request, NOT_ACCEPTING)
        if any(kind not in _PDF for kind in words(operation, "document-format")):
            return self._answer(request, FORMAT_NOT_SUPPORTED)
        if request.code == 0x0004:
            return self._answer(request, OK)
        name = next(iter(words(operation, "job-name")), "untitled")
        copies = next(iter(integers(request.group(ipp.JOB_GROUP), "copies")), 1)
        user = next(iter(words(operation, "requesting-user-name")), "anonymous")
        job = self._press.take(request.data, name, max(1, copies), user)
        return self._answer(request, OK, self._describe(job))

    def _cancel(self, request: Message, operation: Group) -> Message:
        job = self._job(operation)
        if job is None:
            return self._answer(request, NOT_FOUND)
        return self._answer(request, OK if self._press.cancel(job.number) else NOT_POSSIBLE)

    def _job(self, operation: Group) -> PressJob | None:
        number = next(iter(integers(operation, "job-id")), None)
        if number is None:
            tail = next(iter(words(operation, "job-uri")), "").rpartition("/")[2]
            number = int(tail) if tail.isdigit() else 0
        return self._press.job(number)

    def _describe(self, job: PressJob) -> Group:
        return Group(
            ipp.JOB_GROUP,
            {
                "job-id": attribute(ipp.INTEGER, job.number),
                "job-uri": attribute(ipp.URI, f"{self.uri}/{job.number}"),
                "job-printer-uri": attribute(ipp.URI, self.uri),
                "job-name": attribute(ipp.NAME, job.name),
                "job-originating-user-name": attribute(ipp.NAME, job.user),
                "time-at-creation": attribute(ipp.INTEGER, self._uptime(job.taken)),
                "time-at-processing": self._moment(job.begun),
                "time-at-completed": self._moment(job.ended),
                "job-printer-up-time": attribute(ipp.INTEGER, self._uptime(time.monotonic())),
                "job-state": attribute(ipp.ENUM, job.state),
                "job-state-reasons": attribute(ipp.KEYWORD, *job.reasons),
                "job-impressions": attribute(ipp.INTEGER, job.pages * job.copies),
                "job-impressions-completed": attribute(ipp.INTEGER, job.done),
            },
        )

    def _printer(self, wanted: list[str]) -> Group:
        everything: dict[str, Attribute] = {
            "printer-uri-supported": attribute(ipp.URI, self.uri),
            "uri-security-supported": attribute(ipp.KEYWORD, "none"),
            "uri-authentication-supported": attribute(ipp.KEYWORD, "none"),
            "printer-name": attribute(ipp.NAME, "fieldkit practice A4"),
            "printer-make-and-model": attribute(ipp.TEXT, "Fieldkit emulated printer"),
            "printer-state": attribute(ipp.ENUM, self._press.state),
            "printer-state-reasons": attribute(ipp.KEYWORD, *self._press.reasons),
            "printer-is-accepting-jobs": attribute(ipp.BOOLEAN, not self._press.has("refuse")),
            "ipp-versions-supported": attribute(ipp.KEYWORD, "1.1", "2.0"),
            "operations-supported": attribute(ipp.ENUM, *_OPERATIONS),
            "charset-configured": attribute(ipp.CHARSET, "utf-8"),
            "charset-supported": attribute(ipp.CHARSET, "us-ascii", "utf-8"),
            "natural-language-configured": attribute(ipp.LANGUAGE, "en"),
            "generated-natural-language-supported": attribute(ipp.LANGUAGE, "en"),
            "document-format-default": attribute(ipp.MIME, "application/pdf"),
            "document-format-supported": attribute(ipp.MIME, *_PDF),
            "queued-job-count": attribute(ipp.INTEGER, sum(job.state < CANCELLED for job in self._press.jobs())),
            "pdl-override-supported": attribute(ipp.KEYWORD, "attempted"),
            "printer-up-time": attribute(ipp.INTEGER, self._uptime(time.monotonic())),
            "compression-supported": attribute(ipp.KEYWORD, "none"),
            "media-default": attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
            "media-supported": attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
            "media-ready": attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
            "copies-supported": Attribute(ipp.RANGE, [(1, 99)]),
            "sides-supported": attribute(ipp.KEYWORD, "one-sided"),
            "print-scaling-supported": attribute(ipp.KEYWORD, "none"),
        }
        if not wanted or not {"all", "printer-description", "job-template"}.isdisjoint(wanted):
            return Group(ipp.PRINTER_GROUP, everything)
        return Group(ipp.PRINTER_GROUP, {name: value for name, value in everything.items() if name in wanted})

    def _uptime(self, moment: float) -> int:
        """Return a moment as seconds since the printer was switched on, from 1 (RFC 8011 5.4.29)."""
        return 1 + max(0, int(moment - self._started))

    def _moment(self, moment: float | None) -> Attribute:
        return Attribute(NO_VALUE, [None]) if moment is None else attribute(ipp.INTEGER, self._uptime(moment))

    def _answer(self, request: Message, status: int, *groups: Group) -> Message:
        head = Group(
            ipp.OPERATION_GROUP,
            {
                "attributes-charset": attribute(ipp.CHARSET, "utf-8"),
                "attributes-natural-language": attribute(ipp.LANGUAGE, "en"),
            },
        )
        return Message(code=status, request_id=request.request_id, version=request.version, groups=(head, *groups))


def _well_formed(request: Message, operation: Group) -> bool:
    """Tell whether a request has what RFC 8011 4.1 and 4.2 demand: an id, charset and language first, a target."""
    return (
        request.request_id > 0
        and list(operation.attributes)[:2] == ["attributes-charset", "attributes-natural-language"]
        and ("printer-uri" in operation.attributes or "job-uri" in operation.attributes)
    )


def _chosen(job: Group, operation: Group, *, everything: bool) -> Group:
    """Return the attributes that were asked for; without a wish all, or job-uri and job-id (Get-Jobs)."""
    wanted = set(words(operation, "requested-attributes"))
    if not wanted and not everything:
        wanted = {"job-id", "job-uri"}
    if not wanted or not wanted.isdisjoint({"all", "job-description", "job-template"}):
        return job
    return Group(job.tag, {name: value for name, value in job.attributes.items() if name in wanted})
