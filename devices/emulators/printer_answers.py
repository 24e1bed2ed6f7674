"""What the emulated printer answers to each IPP operation (RFC 8011)."""

from __future__ import annotations

import time

from devices.emulators.press import CANCELLED, Press, PressJob
from devices.printing import ipp_codec as ipp
from devices.printing.ipp_codec import Attribute, Group, Message, attribute, integers, words

_OPERATIONS = (0x0002, 0x0004, 0x0008, 0x0009, 0x000A, 0x000B)
OK, BAD_REQUEST, NOT_POSSIBLE, NOT_FOUND = 0x0000, 0x0400, 0x0404, 0x0406
FORMAT_NOT_SUPPORTED, OPERATION_NOT_SUPPORTED, NOT_ACCEPTING = 0x040A, 0x0501, 0x0506
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
        if next(iter(operation.attributes), "") != "attributes-charset":
            return self._answer(request, BAD_REQUEST)
        match request.code:
            case 0x0002 | 0x0004:
                return self._print(request, operation)
            case 0x0008:
                return self._cancel(request, operation)
            case 0x0009:
                job = self._job(operation)
                return self._answer(request, OK, self._describe(job)) if job else self._answer(request, NOT_FOUND)
            case 0x000A:
                which = words(operation, "which-jobs")
                over = "completed" in which
                jobs = [job for job in self._press.jobs() if (job.state >= CANCELLED) == over]
                return self._answer(request, OK, *(self._describe(job) for job in jobs))
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
        return self._answer(request, OK, self._describe(self._press.take(request.data, name, max(1, copies))))

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
                "job-name": attribute(ipp.NAME, job.name),
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
            "printer-up-time": attribute(ipp.INTEGER, 1 + int(time.monotonic() - self._started)),
            "compression-supported": attribute(ipp.KEYWORD, "none"),
            "media-default": attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
            "media-supported": attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
            "media-ready": attribute(ipp.KEYWORD, "iso_a4_210x297mm"),
            "copies-supported": Attribute(ipp.RANGE, [(1, 99)]),
            "sides-supported": attribute(ipp.KEYWORD, "one-sided"),
            "print-scaling-supported": attribute(ipp.KEYWORD, "none"),
        }
        if not wanted or "all" in wanted or "printer-description" in wanted:
            return Group(ipp.PRINTER_GROUP, everything)
        return Group(ipp.PRINTER_GROUP, {name: value for name, value in everything.items() if name in wanted})

    def _answer(self, request: Message, status: int, *groups: Group) -> Message:
        head = Group(
            ipp.OPERATION_GROUP,
            {
                "attributes-charset": attribute(ipp.CHARSET, "utf-8"),
                "attributes-natural-language": attribute(ipp.LANGUAGE, "en"),
            },
        )
        return Message(code=status, request_id=request.request_id, version=request.version, groups=(head, *groups))
