"""One gate visit, unattended, through the same visit session that the screens drive.

Fresh kit, embedded backend over HTTPS, emulated devices. Every artefact lands in one folder; the report says what was
expected and what was seen.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec

from devices.emulators import process
from devices.positioning.nmea import Receiver
from devices.printing.escpos import LabelPrinter
from devices.printing.ipp import IppPrinter
from devices.scanning.wand import WandFolder
from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import COUNTY, PASSWORD
from fieldkit.errors import BugError, NetworkUnavailable
from fieldkit.instruments import checklists, label, render
from fieldkit.instruments.seal import PRACTICE_KEY
from fieldkit.model.evidence import Fix, Sample, Track
from fieldkit.model.stamp import local
from fieldkit.replica import Replica
from sync.client import Credentials
from sync.engine import SyncEngine
from ui import embedded, new_kit
from ui.demo_paper import SIGNERS, Sheet, last_page_signed, loose_papers, signed_pages
from ui.demo_report import (
    BoxRow,
    DocumentRow,
    EvidenceRow,
    PageName,
    Report,
    ScanRow,
    SyncRow,
    checks_of,
)
from ui.demo_stage import Desk, Stage, fresh
from ui.demo_story import story
from ui.inspection.opening import new_visit
from ui.inspection.session import VisitSession
from ui.inspection.tools import VisitTools

AT_THE_GATE = "hysl"
"""What the officer types: the initials of 海盐示例…"""

SEED = 20260611


@dataclass
class Case:
    """The open case: the kit, its devices, and what the practice devices leave behind."""

    replica: Replica
    clock: Clock
    engine: SyncEngine
    tools: VisitTools
    second: str
    printer: process.Emulator
    wand: process.Emulator
    label_out: Path
    receiver: Receiver
    fixes: list[Fix] = field(default_factory=list)


def visit(out: Path, tell: Callable[[str], None]) -> Report:
    """Make one gate visit and write `report.json` beside its artefacts.

    Args:
        out: folder; one that an earlier demo filled is cleared.
        tell: told each step in words.

    Raises:
        InvalidInput: `out` holds something else.
        BugError: a step did not come to its end.
    """
    began = time.perf_counter()
    stage = Stage(fresh(out), tell)
    desk = Desk()
    with ExitStack() as stack:
        case = _pack(stage, stack)
        session = _open(stage, case, desk, stack)
        _fill(stage, case, session, desk)
        document = _print(stage, case, session, desk)
        label_file = _label(stage, case, session)
        scans = _scan(stage, case, session, desk)
        _finalise(stage, case, session, desk)
        syncs, backend_url, evidence = _sync(stage, case, session, stack)
        with stage.step("verify", "核验数据库、附件和审计链"):
            whole = case.replica.verify().ok
        made = session.visit
        report = Report(
            visit={
                "id": made.id,
                "number": made.number,
                "enterprise_id": made.enterprise_id,
                "enterprise": made.enterprise_name,
                "task_id": made.task_id or "",
                "state": case.replica.visits.state(made.id),
                "mark": "演示数据",
            },
            documents=(document,),
            labels=(label_file,),
            scans=tuple(scans),
            evidence=tuple(evidence),
            sync=tuple(syncs),
            backend={"url": backend_url, "data": "kit-backend"},
            kit="kit",
            seconds={**stage.seconds, "all": round(time.perf_counter() - began, 3)},
            told=tuple(stage.told),
            checks=(),
        )
    report = msgspec.structs.replace(report, checks=checks_of(report, whole=whole, fixes=len(case.fixes)))
    (stage.out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return report


def _pack(stage: Stage, stack: ExitStack) -> Case:
    """Make the kit by its first sync, as in the office in the morning; then switch the devices of the case on."""
    home = stage.out / "kit"
    with stage.step("kit", "建演示执法箱并首次同步"):
        made = new_kit.make_demo(home, embedded.beside(home))
        first, second = made.officers
        clock = Clock()
        replica = stack.enter_context(Replica.open(home, keys.unlock(home, first, PASSWORD), clock))
        credentials = Credentials(first, PASSWORD)
        engine = SyncEngine(replica, clock, lambda: credentials)
        stack.callback(engine.close)
    with stage.step("devices", "打开设备：打印机、标签机、扫描笔、定位"):
        printer = stack.enter_context(process.start("printer", out=stage.out / "printer"))
        labels = stack.enter_context(process.start("label-printer", out=stage.out / "labels"))
        wand = stack.enter_context(process.start("wand", folder=stage.out / "wand", chunk=262144, pause=0.005))
        gps = stack.enter_context(process.start("gps", tick=0.2))
        fixes: list[Fix] = []
        receiver = Receiver(str(gps.ready["port"]), fixes.append, on_time=clock.hear_gps)
        receiver.start()
        stack.callback(receiver.join, 5.0)
        stack.callback(receiver.stop)
    enrolment, officer = replica.enrolment.get(), replica.officers.get(first)
    if enrolment is None or officer is None:
        raise BugError("the demo kit has no enrolment or no officer")
    ipp = IppPrinter(str(printer.ready["uri"]))
    label_printer = LabelPrinter(str(labels.ready["host"]), int(labels.ready["port"]))
    tools = VisitTools(
        replica=replica,
        clock=clock,
        home=home,
        officer=officer,
        county=COUNTY,
        county_key=bytes.fromhex(enrolment.county_key),
        device_id=enrolment.device_id,
        issuing_body=officer.unit,
        printer=lambda: ipp,
        label_printer=lambda: label_printer,
        wand_folder=lambda: stage.out / "wand",
    )
    return Case(replica, clock, engine, tools, second, printer, wand, stage.out / "labels", receiver, fixes)


def _open(stage: Stage, case: Case, desk: Desk, stack: ExitStack) -> VisitSession:
    """At the gate, with the backend down: find the enterprise by its initials and open the visit of its task."""
    with stage.step("open", f"厂门口没有网络：输入 {AT_THE_GATE} 找到企业，开始检查"):
        hits = [hit for hit in case.replica.search(AT_THE_GATE) if hit.kind == "enterprise"]
        tasks = {task.enterprise_id: task.id for task in case.replica.tasks.open()}
        found = next((hit.id for hit in hits if hit.id in tasks), hits[0].id)
        session = VisitSession(case.tools, new_visit(case.tools, found, tasks.get(found)), desk.post)
        session.start()
        stack.callback(session.close)
        try:
            case.engine.run()
        except NetworkUnavailable as error:
            stage.note(error.zh)
    return session


def _fill(stage: Stage, case: Case, session: VisitSession, desk: Desk) -> None:
    """Fill the record; printing is forbidden while recusal is unanswered."""
    with stage.step("fill", "第二名执法人员确认，告知，逐项检查，填写笔录"):
        joined: list[bool] = []
        session.officers.confirm(case.second, PASSWORD, joined.append)
        desk.until(lambda: bool(joined), "the second officer")
        ended = local(session.now().at) - timedelta(minutes=1)
        begun = ended - timedelta(minutes=42)
        session.set_value(("time_from",), begun.isoformat(timespec="minutes"))
        session.set_value(("time_to",), ended.isoformat(timespec="minutes"))
        for name, value in story().site_person.items():
            session.set_value(("site_person", name), value)
        for notice in ("ids_shown", "recusal_told", "defence_told", "cooperation_told"):
            session.set_value(("notices", notice), True)
        if session.enterprise is None:
            raise BugError("the visit has no enterprise")
        session.set_value(("situation",), story().situation)
        for theme in checklists.for_industry(session.enterprise.industry).themes:
            for item in theme.items:
                finding = story().findings.get(item.id, "")
                session.answer(item.id, "不符合" if finding else "符合", finding)
                session.add_to_situation(finding)
        session.set_value(("sampling", "done"), True)
        session.put_sample(
            Sample(
                id=str(uuid4()),
                number=f"S{begun:%Y%m%d}-01",
                point_code="DW001",
                point_name="废水总排口",
                medium="废水",
                items=("pH", "CODcr", "氨氮", "总锌"),
                preservative="H₂SO₄，pH<2",
                container="500 mL 聚乙烯瓶",
                sampler=case.tools.officer.name,
                taken_at=session.now(),
            )
        )
        session.confirm(session.unconfirmed())
        session.printing.start()
        desk.until(lambda: not session.printing.state.busy, "the record check")
        stage.note(session.printing.state.words)
        session.set_value(("recusal", "answer"), "no")
        if not session.settled():
            raise BugError("the record could not be saved")


def _print(stage: Stage, case: Case, session: VisitSession, desk: Desk) -> DocumentRow:
    """Print the record; the tray is empty at first, and the same job goes on once paper is loaded."""
    with stage.step("print", "定稿、加页签、打印；中途缺纸"):
        case.printer.command("fault paper-out")
        session.printing.start()
        desk.until(lambda: session.printing.state.phase in {"needs hand", "failed", "taken"}, "paper out to be told")
        stage.note(session.printing.state.words)
        case.printer.command("clear")
        desk.until(lambda: not session.printing.state.busy, "the printed record")
        stage.note(session.printing.state.words)
        session.printing.paper_in_hand(True)
        revision = session.revision
        if revision is None:
            raise BugError("nothing was frozen")
        rendered = stage.out / f"{session.record.number}-r{revision.number}.pdf"
        rendered.write_bytes(case.replica.blobs.read(revision.pdf.sha256))
        received = sorted((stage.out / "printer").glob("*.pdf"))
    return DocumentRow(
        id=session.record.id,
        form=session.record.form.form,
        number=session.record.number,
        revision=revision.number,
        pages=revision.pages,
        rendered=stage.name(rendered),
        received=stage.name(received[-1]) if received else None,
        sha256=revision.pdf.sha256,
    )


def _label(stage: Stage, case: Case, session: VisitSession) -> str:
    """Print the bottle's label."""
    with stage.step("label", "打印样品瓶标签"):
        printer = case.tools.label_printer()
        if printer is None:
            raise BugError("the demo has no label printer")
        party = session.visit.enterprise_name
        printer.print_image(label.bottle_label(session.visit.samples[0], party, demo=session.visit.demo))
        return stage.name(_newest(case.label_out, "*.png"))


def _scan(stage: Stage, case: Case, session: VisitSession, desk: Desk) -> list[ScanRow]:
    """Sign the pages, scan them and what else lies on the desk; answer what imaging could not place."""
    revision = session.revision
    if revision is None or session.enterprise is None:
        raise BugError("nothing to sign")
    document, folder = session.record.id, stage.out / "paper"
    received = _newest(stage.out / "printer", "*.pdf")
    wand = WandFolder(stage.out / "wand", session.scanning.deliver, poll_s=0.1)
    with stage.step("sign", "当事人和执法人员逐页签字（模拟），末页当事人漏签"):
        forged = render.render(session.record, revision.number, PRACTICE_KEY).pdf
        sheets = signed_pages(received, document, revision, folder, SEED)
        sheets += loose_papers(session.enterprise, forged, folder, SEED + 50)
    with stage.step("scan", "扫描笔扫入签字页、企业材料、一张外来页和一张伪造页"):
        wand.start()
        try:
            rows = [_swipe(stage, case, session, desk, sheet) for sheet in sheets]
            for page in session.scanning.pages():
                if page.state == "asks":
                    stage.note(f"第 {page.page} 页 {'、'.join(box.label for box in page.boxes if box.asks)} 未签")
            again = last_page_signed(received, document, revision, folder, SEED + 99)
            rows.append(_swipe(stage, case, session, desk, again))
        finally:
            wand.stop()
            wand.join()
        for item in session.scanning.tray:
            if "licence" in item.original.filename:
                session.scanning.classify(item.id, "营业执照")
            else:
                session.scanning.set_aside(item.id)
        for page in session.scanning.pages():
            session.scanning.agree(page.page)
    return rows


def _swipe(stage: Stage, case: Case, session: VisitSession, desk: Desk, sheet: Sheet) -> ScanRow:
    """Let the wand write one picture into its folder and wait until the kit has said what it is."""
    known = len(session.scanning.landings)
    case.wand.command(f"scan {sheet.file} as {sheet.file.name}")
    desk.until(lambda: len(session.scanning.landings) > known, f"{sheet.file.name} to land")
    landing = session.scanning.landings[0]
    stage.note(f"{sheet.file.name}：{landing.words}")
    item = next((item for item in session.visit.evidence if item.id == landing.evidence), None)
    bound = PageName(item.bound.document, item.bound.page) if item is not None and item.bound is not None else None
    seen = {box.name: box.state for box in item.boxes} if item is not None else {}
    boxes = tuple(
        BoxRow(name, "signed" if name in sheet.signed else "empty", seen.get(name, "unsure"))
        for name in (*SIGNERS, "witness")
        if sheet.page is not None
    )
    return ScanRow(stage.name(sheet.file), sheet.page, bound, boxes, landing.words)


def _finalise(stage: Stage, case: Case, session: VisitSession, desk: Desk) -> None:
    """Keep the track, make the visit final and queue it."""
    with stage.step("finalise", "提交：定稿与待传队列同一事务"):
        desk.until(lambda: len(case.fixes) >= 3, "three positions")
        track = Track(
            id=str(uuid4()),
            officer=case.tools.officer.number,
            fixes=tuple(case.fixes),
            visit_id=session.visit.id,
            demo=True,
        )
        case.replica.tracks.save(track)
        session.replace(msgspec.structs.replace(session.visit, track_id=track.id), "evidence")
        missing = session.finishing.missing()
        if missing:
            raise BugError("not ready to submit: " + "; ".join(item.text for item in missing))
        session.finishing.finalise()
        desk.until(lambda: session.final or bool(session.finishing.problem), "the queue")
        if session.finishing.problem:
            raise BugError(session.finishing.problem)
        case.replica.tracks.queue(track.id)
        for item in case.replica.outbox.items():
            stage.note(f"待传：{item.title}（{item.state}）")


def _sync(
    stage: Stage, case: Case, session: VisitSession, stack: ExitStack
) -> tuple[list[SyncRow], str, list[EvidenceRow]]:
    """Bring the network back, sync, sync again, and fetch every blob back from the backend."""
    with stage.step("sync", "网络恢复：上传操作和附件，取回回执"):
        backend = embedded.ensure(case.replica)
        if backend is not None:
            stack.callback(backend.stop)
        rows = []
        for _ in range(2):
            done = case.engine.run()
            for problem in done.problems:
                stage.note(problem.why)
            rows.append(SyncRow(done.operations, done.acknowledged, done.blob_bytes, done.changes))
    with stage.step("compare", "从后台取回每个附件，逐字节比对哈希"):
        evidence = [
            EvidenceRow(blob.filename or blob.sha256, blob.sha256, _is_stored(case, blob.sha256))
            for blob in session.visit.blobs()
        ]
    enrolment = case.replica.enrolment.get()
    return rows, enrolment.server_url if enrolment is not None else "", evidence


def _is_stored(case: Case, sha256: str) -> bool:
    return hashlib.sha256(case.engine.fetch(sha256)).hexdigest() == sha256


def _newest(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise BugError(f"no {pattern} came out")
    return found[-1]
