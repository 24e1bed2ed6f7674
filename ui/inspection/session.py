"""One visit being made: what was entered, kept on disk, undone, checked; the desks print, scan and finish it.

No Qt: the screens, a headless command and the tests drive the same object. All methods belong to one thread, the
owner's; work that takes long runs in lanes and comes back through `post`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from fieldkit.instruments import forms
from fieldkit.instruments.check import CheckReport, Stage
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.evidence import Sample
from fieldkit.model.record import Record, Revision, Values
from fieldkit.model.stamp import BEIJING, Stamp
from fieldkit.model.visit import Answer, Visit
from ui.inspection import cells, situation
from ui.inspection.autosave import Autosave, SaveState
from ui.inspection.checking import check_visit
from ui.inspection.finishing import FinishDesk
from ui.inspection.labels import LabelDesk
from ui.inspection.lane import Lane, Post
from ui.inspection.officers import OfficersDesk
from ui.inspection.opening import prefilled_fields
from ui.inspection.photos import PhotoDesk
from ui.inspection.previewing import PreviewDesk
from ui.inspection.printing import PrintDesk
from ui.inspection.scanning import ScanDesk
from ui.inspection.tools import VisitTools
from ui.inspection.undo import Cell, Change, UndoStack

Listener = Callable[[frozenset[str]], None]
"""Hears what kinds changed: values, confirmed, answers, samples, signatures, officers, revisions, evidence, save,
preview, print, scan, finish, rest (a lane reported). Always on the owner's thread."""


class VisitSession:
    """The open visit and everything that may be done with it.

    Args:
        tools: the kit.
        visit: as `opening.new_visit` made it or the replica kept it.
        post: how workers reach the owner's thread.
        autosave_pause_s: seconds without a change before a save; tests shorten it.
    """

    def __init__(self, tools: VisitTools, visit: Visit, post: Post, *, autosave_pause_s: float | None = None) -> None:
        self.tools = tools
        self._open = True
        self._joins: list[Callable[[], None]] = []
        self._post = post
        self.visit = visit
        self.enterprise = _enterprise(tools, visit)
        self.task = tools.replica.tasks.get(visit.task_id) if visit.task_id else None
        self.form = forms.load(visit.records[0].form)
        self.prefilled = prefilled_fields(tools, self.form, self.enterprise)
        self.saved = SaveState("saved", None)
        self._listeners: list[Listener] = []
        self._undo = UndoStack()
        self._checked: dict[str, tuple[Visit, datetime, CheckReport]] = {}
        pause = {} if autosave_pause_s is None else {"pause_s": autosave_pause_s}
        self._autosave = Autosave(
            tools.replica.visits.save,
            lambda: self.now().at,
            lambda state, of: self.post(lambda: self._save_told(state, of)),
            **pause,
        )
        self._lanes = {
            name: Lane(f"visit-{name}", self.post, lambda: self.tell("rest"))
            for name in ("print", "scan", "desk", "preview")
        }
        self.officers = OfficersDesk(self)
        self.labels = LabelDesk(self)
        self.photos = PhotoDesk(self)
        self.previewing = PreviewDesk(self)
        self.printing = PrintDesk(self)
        self.scanning = ScanDesk(self)
        self.finishing = FinishDesk(self)

    def start(self) -> None:
        """Start the writer and the lanes."""
        self.tools.live.enter(self)
        self._autosave.start()
        for lane in self._lanes.values():
            lane.start()

    def close(self, timeout_s: float = 10.0) -> bool:
        """Save what is pending, end all workers; True if everything is on disk."""
        self.tools.live.go(self)
        self.printing.detach()
        at_printer = self.printing.at_printer
        saved = self.final or self._autosave.settle(timeout_s)
        self._autosave.stop()
        for lane in self._lanes.values():
            lane.stop()
        self._autosave.join(timeout_s)
        for name, lane in self._lanes.items():
            if name != "print" or not at_printer:  # a detached job is only watched; its thread ends by itself
                lane.join(timeout_s)
        for join in self._joins:
            join()
        self._open = False
        return saved

    def ends_with(self, join: Callable[[], None]) -> None:
        """Wait for something more at `close`."""
        self._joins.append(join)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What would be lost if the program ended now, in the officer's words; empty: nothing."""
        found = []
        if not self.final and not self._autosave.at_rest:
            found.append(f"最后的修改没有存上（{self.saved.why}）" if self.saved.why else "最后的修改正在保存")
        if self.scanning.reading:
            found.append(f"{len(self.scanning.reading)} 页正在识别")
        if self.photos.coming:
            found.append(f"{self.photos.coming} 张照片正在存入")
        if self.finishing.working:
            found.append("正在提交")
        if self.printing.state.phase in {"freezing", "sending"}:
            found.append("正在送打印机")
        return tuple(found)

    @property
    def at_rest(self) -> bool:
        """Nothing is unfinished, and no lane still works for this visit."""
        return not self.unfinished and not any(lane.busy for lane in self._lanes.values())

    def post(self, work: Callable[[], None]) -> None:
        """Run `work` on the owner's thread; from any thread. What comes after `close` is dropped."""
        self._post(lambda: work() if self._open else None)

    def lane(self, name: str) -> Lane:
        """Return the lane of the printer ("print"), the scans ("scan") or short work ("desk")."""
        return self._lanes[name]

    # -- listening ---------------------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each change; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, *kinds: str) -> None:
        """Tell the listeners that something of these kinds changed."""
        for listener in tuple(self._listeners):
            listener(frozenset(kinds))

    def _save_told(self, state: SaveState, of: Visit) -> None:
        """Show what is on disk. What was typed since the writer took the visit is not."""
        if state.state == "saved" and of is not self.visit:
            state = SaveState("dirty", state.at)
        self.saved = state
        self.tell("save")

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def record(self) -> Record:
        """The inspection record of this visit."""
        return self.visit.records[0]

    @property
    def values(self) -> Values:
        """The record's values."""
        return self.record.values

    @property
    def revision(self) -> Revision | None:
        """The newest frozen revision."""
        return self.record.revisions[-1] if self.record.revisions else None

    @property
    def final(self) -> bool:
        """True once the replica has finalised the visit."""
        return self.visit.state == "final"

    @property
    def editable(self) -> bool:
        """False once the visit is final, while it is being finalised, and for an officer not of this visit."""
        return not self.final and not self.finishing.working and self.officers.member

    def now(self) -> Stamp:
        """Return the best time known."""
        return self.tools.clock.now()

    def value(self, *path: str | int) -> Any:
        """Return one value of the record."""
        return cells.value_at(self.values, path)

    def unconfirmed(self) -> tuple[str, ...]:
        """Return the prefilled fields that nobody confirmed or changed yet."""
        return tuple(field for field in self.prefilled if field not in self.visit.confirmed)

    def check(self, stage: Stage = "print") -> CheckReport:
        """Return the record check at a stage ("print", "done"), computed once a state and minute.

        The minute counts because some rules ask what time it is.
        """
        minute = self.now().at.replace(second=0, microsecond=0)
        known = self._checked.get(stage)
        if known is None or known[0] is not self.visit or known[1] != minute:
            known = (self.visit, minute, check_visit(self.tools, self.enterprise, self.visit, stage))
            self._checked[stage] = known
        return known[2]

    # -- changing ----------------------------------------------------------------------------------------------

    def replace(self, visit: Visit, *kinds: str) -> None:
        """Take a new state of the visit, have it saved and tell. What no officer typed is not undoable."""
        if not self.editable:
            return
        self.visit = visit
        self._autosave.touch(visit)
        self.tell(*kinds)

    def set_value(self, path: tuple[str | int, ...], value: Any, label: str = "") -> None:
        """Set one value; changing a prefilled field confirms it."""
        self._put(("values", *path), value, label or str(path[0]), "values")
        field = ".".join(str(step) for step in path)
        if field in self.unconfirmed():
            self.replace(msgspec.structs.replace(self.visit, confirmed=(*self.visit.confirmed, field)), "confirmed")

    def confirm(self, fields: tuple[str, ...], label: str = "核对") -> None:
        """Confirm prefilled fields, one or a section of them."""
        new = tuple(field for field in fields if field in self.unconfirmed())
        if new:
            self._put(("confirmed",), (*self.visit.confirmed, *new), label, "confirmed")

    def answer(self, item: str, verdict: str | None, finding: str = "", label: str = "检查项") -> None:
        """Answer a checklist item, or take the answer back with None."""
        kept = tuple(answer for answer in self.visit.checklist if answer.item != item)
        if verdict is not None:
            kept = (*kept, msgspec.convert({"item": item, "verdict": verdict, "finding": finding}, Answer))
        self._put(("answers",), kept, label, "answers")

    def answer_of(self, item: str) -> Answer | None:
        """Return the answer of a checklist item."""
        return next((answer for answer in self.visit.checklist if answer.item == item), None)

    def add_to_situation(self, text: str) -> None:
        """Append a paragraph to 现场情况 unless it stands there already in lines of its own."""
        self.set_value(("situation",), situation.added(str(self.value("situation") or ""), text), "现场情况")

    def take_from_situation(self, text: str) -> None:
        """Take a paragraph out of 现场情况 again."""
        self.set_value(("situation",), situation.removed(str(self.value("situation") or ""), text), "现场情况")

    def put_sample(self, sample: Sample) -> None:
        """Add a sample or replace the one with its id."""
        rows = [sample if item.id == sample.id else item for item in self.visit.samples]
        if sample not in rows:
            rows.append(sample)
        self._put(("samples",), tuple(rows), f"样品 {sample.number}", "samples")

    def drop_sample(self, sample_id: str) -> None:
        """Remove a sample; undo brings it back."""
        rows = tuple(item for item in self.visit.samples if item.id != sample_id)
        self._put(("samples",), rows, "删除样品", "samples")

    def put_signatures(self, signatures: tuple[Any, ...], label: str) -> None:
        """Replace the signature states (see `signing.with_answers`)."""
        self._put(("signatures",), signatures, label, "signatures")

    def _put(self, cell: Cell, content: Any, label: str, kind: str) -> None:
        before = cells.cell_of(self.visit, cell)
        if not self.editable or before == content:
            return
        self._undo.note(Change(cell, label, before, content, time.monotonic()))
        self.replace(cells.with_cell(self.visit, cell, content), kind)

    # -- undo and saving ---------------------------------------------------------------------------------------

    @property
    def undoable(self) -> str:
        """What `undo` would take back, in words; empty if nothing."""
        return self._undo.undoable if self.editable else ""

    @property
    def redoable(self) -> str:
        """What `redo` would do again, in words; empty if nothing."""
        return self._undo.redoable if self.editable else ""

    def forget_undo(self, part: str) -> None:
        """Make steps of one kind of cell impossible to take back or do again: what they were about is gone."""
        self._undo.forget(part)

    def undo(self) -> Cell | None:
        """Take the last step back and return its cell, so that the screen can show it."""
        change = self._undo.undo() if self.editable else None
        if change is None:
            return None
        self._restore(change.cell, change.before)
        return change.cell

    def redo(self) -> Cell | None:
        """Do the last undone step again and return its cell."""
        change = self._undo.redo() if self.editable else None
        if change is None:
            return None
        self._restore(change.cell, change.after)
        return change.cell

    def _restore(self, cell: Cell, content: Any) -> None:
        self.replace(cells.with_cell(self.visit, cell, content), str(cell[0]), "restored")

    def settle(self, then: Callable[[bool], None] | None = None) -> None:
        """Save at once: a step changed, a field was left. `then` hears on the owner's thread if it is on disk."""
        self._undo.close()
        if then is None:
            self._autosave.flush()
        else:
            told = then
            self._autosave.flush(lambda saved: self.post(lambda: told(saved)))

    def settled(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything entered is on disk. For closing and headless use."""
        return self._autosave.settle(timeout_s)

    def taken_as_final(self, visit: Visit) -> None:
        """Take the visit the replica finalised: from here on nothing is edited or autosaved."""
        self.visit = visit
        self._checked.clear()
        self.tell("finish", "values", "evidence", "signatures")


def _enterprise(tools: VisitTools, visit: Visit) -> Enterprise:
    """Return the archive of the visit's enterprise, or what the visit knows of it where the archive is gone."""
    known = tools.replica.archives.get(visit.enterprise_id)
    return known or Enterprise(id=visit.enterprise_id, name=visit.enterprise_name, demo=visit.demo)


def shown_time(at: datetime) -> str:
    """Return a moment as officers read it: local hours, minutes and seconds."""
    return at.astimezone(BEIJING).strftime("%H:%M:%S")
