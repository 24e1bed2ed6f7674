"""The page of one open visit: head, six steps, the step's work, and the foot that says what is still missing.

Accessible names (the handles of end-to-end tests) are listed in `ui/inspection/README.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from devices.scanning.wand import WandFolder
from ui.inspection.foot import Foot
from ui.inspection.header import VisitHeader
from ui.inspection.inspect_step import InspectStep
from ui.inspection.prepare_step import PrepareStep
from ui.inspection.print_step import PrintStep
from ui.inspection.record_step import RecordStep
from ui.inspection.scan_step import ScanStep
from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.inspection.step_bar import StepBar
from ui.inspection.steps import STEPS, Missing, StepId, first_open, marks, missing_for
from ui.inspection.submit_step import SubmitStep
from ui.shell.places import Page, Place

SETTLE_MS = 180
"""Marks, foot and record check follow a change after this pause, so that typing never waits for them."""


MAKERS: dict[StepId, Callable[[VisitSession], Step]] = {
    "prepare": PrepareStep,
    "inspect": InspectStep,
    "record": RecordStep,
    "print": PrintStep,
    "scan": ScanStep,
    "submit": SubmitStep,
}


class VisitPage(Page):
    """Everything one inspection needs, on one page.

    Args:
        session: the visit, started.
        step: where to begin; by default the first step that misses something.
        leave: takes the session when the page is left; by default it is closed there and then.
    """

    wants = frozenset({"visit", "outbox", "blob"})

    def __init__(
        self,
        session: VisitSession,
        step: StepId | None = None,
        leave: Callable[[VisitSession], object] = VisitSession.close,
    ) -> None:
        super().__init__()
        self._leave = leave
        self.session = session
        self.setAccessibleName("现场检查")
        self._header = VisitHeader(session)
        self._bar = StepBar()
        self._stack = QStackedWidget()
        self._foot = Foot()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(24, 8, 16, 6)
        top.setSpacing(4)
        top.addWidget(self._header)
        top.addWidget(self._bar)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(self._foot)
        self._steps: dict[StepId, Step] = {}
        self._changed: set[str] = set()
        self._left = False
        self._later = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._later.timeout.connect(self._follow)
        self._bar.chosen.connect(self.go_to)
        self._foot.acted.connect(self._act)
        self._foot.went.connect(self.go_to_missing)
        self._header.undo.connect(self.undo)
        self._header.redo.connect(self.redo)
        self._unsubscribe = session.subscribe(self._heard)
        self._keys()
        self._wand: WandFolder | None = None
        self._wand_folder: Path | None = None
        self._follow_wand()
        self.at: StepId = step or first_open(session)
        self.go_to(self.at)

    def refresh(self) -> None:
        """Look where a visit that is final stands; what is being entered is never read anew."""
        self.session.finishing.follow()

    # -- moving --------------------------------------------------------------------------------------------------

    def go_to(self, step: StepId) -> None:
        """Show a step; what was typed so far is saved at once."""
        self.session.settle()
        self._follow_wand()
        if step != self.at and self.at in self._steps:
            self._steps[self.at].left()
        self.at = step
        shown = self._built(step)
        self._bar.show_step(step)
        self._stack.setCurrentWidget(shown)
        shown.refresh(frozenset({"entered"}))
        shown.setFocus()
        shown.entered()
        self._follow()

    def _built(self, step: StepId) -> Step:
        """Return a step, built when it is first shown: all six at once would hold the window for 0.3 s."""
        if step not in self._steps:
            made = MAKERS[step](self.session)
            made.next_step.connect(self.go_to)
            made.jumped.connect(self.go_to_missing)
            made.finished.connect(lambda: self.go.emit(Place("visits")))
            self._steps[step] = made
            self._stack.addWidget(made)
        return self._steps[step]

    def go_to_missing(self, missing: Missing) -> None:
        """Show the place where a missing thing is put right."""
        if missing.step != self.at:
            self.go_to(missing.step)
        self._steps[missing.step].jump(missing.target)

    def following(self) -> bool:
        """Return whether marks, foot and check have still to catch up with the last change."""
        return self._later.isActive()

    def focus_first(self) -> None:
        """Put the keyboard into the step."""
        self._steps[self.at].setFocus()

    def undo(self) -> None:
        """Take the last change back and show where it was."""
        self._show_cell(self.session.undo())

    def redo(self) -> None:
        """Do it again and show where."""
        self._show_cell(self.session.redo())

    def _show_cell(self, cell: tuple[str | int, ...] | None) -> None:
        if cell is None:
            return
        step = _step_of(cell)
        if step is not None and step != self.at and not (step == "record" and self.at in {"prepare", "inspect"}):
            self.go_to(step)

    # -- following ------------------------------------------------------------------------------------------------

    def _heard(self, kinds: frozenset[str]) -> None:
        if kinds == {"rest"}:
            return
        self._header.refresh(self.session)
        self._changed |= kinds
        if kinds & {"finish", "fate"}:
            self._follow_wand()
            self._follow()
        elif kinds - {"save", "rest"}:
            self._steps[self.at].refresh(kinds)
            self._later.start()

    def _follow(self) -> None:
        """Bring marks, foot and the slower parts of the step up to date."""
        self._header.refresh(self.session)
        self._bar.show_marks(marks(self.session, self.at))
        step = self._steps[self.at]
        missing = () if self.session.final else missing_for(self.session, self.at)
        self._foot.show_missing(missing, step.says(), step.tone())
        text, icon, enabled = step.action()
        self._foot.show_action(text, icon, enabled=enabled, main=not missing)
        changed, self._changed = frozenset(self._changed), set()
        step.refresh(changed | {"settled"})

    def _act(self) -> None:
        self._steps[self.at].act()
        self._follow()

    # -- keyboard, wand, end --------------------------------------------------------------------------------------

    def _keys(self) -> None:
        def on(sequence: QKeySequence | QKeySequence.StandardKey | str, act: object) -> None:
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

        on(QKeySequence.StandardKey.Undo, self.undo)
        on(QKeySequence.StandardKey.Redo, self.redo)
        on("Ctrl+Return", self._foot.press)
        for index, (step, _title) in enumerate(STEPS, 1):
            on(f"Ctrl+{index}", lambda step=step: self.go_to(step))

    def _follow_wand(self) -> None:
        """Watch the wand's folder; begin anew where another one was chosen meanwhile."""
        watched = not self.session.final and self.session.officers.member
        folder = self.session.tools.wand_folder() if watched else None
        if folder == self._wand_folder:
            return
        self._stop_wand()
        self._wand_folder = folder
        if folder is None:
            return
        desk = self.session.scanning
        wand = WandFolder(folder, desk.deliver, 0.5, failed=desk.refuse, known=desk.known)
        wand.start()
        self._wand = wand

    def _stop_wand(self) -> None:
        if self._wand is not None:
            self._wand.stop()
            self.session.ends_with(self._wand.join)
            self._wand = None

    def leave(self) -> None:
        """Stop the wand and let the session go, which loses nothing. Does nothing the second time."""
        if self._left:
            return
        self._left = True
        self._unsubscribe()
        self._later.stop()
        self._stop_wand()
        for step in self._steps.values():
            step.left()
        self._leave(self.session)


def _step_of(cell: tuple[str | int, ...]) -> StepId | None:
    if cell[0] in {"answers", "samples"}:
        return "inspect"
    if cell[0] == "signatures":
        return "scan"
    if cell[0] == "values":
        field = cell[1] if len(cell) > 1 else ""
        return "prepare" if field in {"notices", "recusal"} else "inspect" if field == "sampling" else "record"
    return None
