"""What a step of the visit is made of: the work at the left, the right third that helps now, one action at the foot."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.inspection.session import VisitSession
from ui.inspection.steps import StepId
from ui.style.surfaces import Scroll
from ui.style.tokens import sizes
from ui.style.words import set_look

SIDE = 372
"""Width of the right third in px: readable beside 790 px of work at 1366."""
WIDE = 1400
"""From this width of the step on, the right third grows."""


class Step(QWidget):
    """One step. `work` takes the parts of the left side, `help` those of the right.

    Signals:
        next_step: the step's main action leads on to another step.
        jumped: a Missing whose place is to be shown.
        finished: the visit is queued and the officer leaves it.
    """

    next_step = Signal(str)
    jumped = Signal(object)
    finished = Signal()
    step: StepId = "prepare"
    ready = ""

    def __init__(self, session: VisitSession, *, side: int = SIDE) -> None:
        super().__init__()
        self.session = session
        self._side = side
        set_look(self, role="clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.sheet = Scroll(margin=sizes().grid * 2)
        self.work: QVBoxLayout = self.sheet.column
        self.work.setSpacing(sizes().grid * 2)
        row.addWidget(self.sheet, 1)
        self.side = QFrame()
        set_look(self.side, role="panel")
        self.side.setFixedWidth(side)
        self.help = QVBoxLayout(self.side)
        self.help.setContentsMargins(16, 16, 16, 16)
        self.help.setSpacing(12)
        row.addWidget(self.side)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self.side.setFixedWidth(self._side if self.width() < WIDE else self._side * 4 // 3)
        super().resizeEvent(event)

    def refresh(self, kinds: frozenset[str]) -> None:
        """Show what changed; called after every change while the step shows, and when it is entered."""

    def entered(self) -> None:
        """The officer came to this step."""

    def left(self) -> None:
        """The officer goes elsewhere."""

    def jump(self, target: str) -> None:
        """Bring the place that `target` names into view and put the keyboard there."""

    def action(self) -> tuple[str, str, bool]:
        """Return the main action: its words, its icon, and whether it may be pressed now."""
        return "", "", False

    def says(self) -> str:
        """Return what the foot says when nothing is missing."""
        return self.ready

    def tone(self) -> str:
        """Return how the foot says it: ok, info or warn."""
        return "ok"

    def act(self) -> None:
        """Do the main action."""

    def reveal(self, widget: QWidget) -> None:
        """Scroll a widget into view and focus it, once the layout has settled."""

        def show() -> None:
            self.sheet.ensureWidgetVisible(widget, 0, 80)
            widget.setFocus()

        QTimer.singleShot(0, self, show)
