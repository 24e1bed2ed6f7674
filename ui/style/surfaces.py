"""What pages are laid out on: scrolling page, card, empty state, notice in place and progress with a way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from fieldkit.errors import KnownError
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.tokens import sizes
from ui.style.words import TONE_ICONS, body, label, secondary, section, set_look, title


def clear_layout(layout: QVBoxLayout | QHBoxLayout) -> None:
    """Take every item out of a layout and let its widgets go."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Scroll(QScrollArea):
    """A page that scrolls: content at most 1,200 px wide, centred, margin 24; `column` takes the parts.

    Args:
        width: at most so many px instead.
        margin: px instead of 24.
        ground: "page", or "surface" where it lies on a panel.
    """

    def __init__(self, *, width: int | None = None, margin: int | None = None, ground: str = "page") -> None:
        super().__init__()
        set_look(self, role=ground)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QWidget()
        set_look(outer, role=f"{ground}body")
        holder = QHBoxLayout(outer)
        edge = sizes().margin if margin is None else margin
        holder.setContentsMargins(edge, edge, edge, edge)
        inner = QWidget()
        set_look(inner, role="clear")
        inner.setMaximumWidth(width or sizes().page_max)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(sizes().gap)
        holder.addStretch(1)
        holder.addWidget(inner, 1000)
        holder.addStretch(1)
        self.setWidget(outer)


def page_head(heading: str, *actions: QWidget) -> QHBoxLayout:
    """Return a page's first line: its title at the left, actions at the right; as high on every page."""
    row = QHBoxLayout()
    row.setSpacing(sizes().grid)
    words = title(heading)
    words.setMinimumHeight(sizes().target)
    row.addWidget(words)
    row.addStretch(1)
    for action in actions:
        row.addWidget(action)
    return row


class Card(QFrame):
    """A raised part of a page; `column` takes its content."""

    def __init__(self, heading: str = "", *, tone: str = "", margin: int = 20) -> None:
        super().__init__()
        set_look(self, role="card", tone=tone)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(margin, margin - 4, margin, margin - 2)
        self.column.setSpacing(12)
        if heading:
            self.setAccessibleName(heading)
            self.column.addWidget(section(heading))


class EmptyState(QWidget):
    """Says what will stand here and how it gets here, and offers the first step."""

    def __init__(self, icon: str, says: str, how: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        super().__init__()
        set_look(self, role="clear")
        self.setAccessibleName(says)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 32, 24, 32)
        column.setSpacing(8)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(1)
        column.addWidget(IconLabel(icon, "ink-quiet", 40), 0, centre)
        column.addWidget(label(says, "section"), 0, centre)
        words = secondary(how)
        words.setAlignment(centre)
        words.setFixedWidth(min(460, 14 * len(how) + 28))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(words)
        row.addStretch(1)
        column.addLayout(row)
        if action and act is not None:
            button = Button(action)
            button.clicked.connect(act)
            column.addSpacing(8)
            column.addWidget(button, 0, centre)
        column.addStretch(2)


class Notice(QFrame):
    """A message in its place: stays until it is over; Chinese first, English smaller below, an action beside.

    Hidden until `tell` or `fail` is called.
    """

    acted = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 10, 10)
        row.setSpacing(12)
        self._icon = IconLabel("info", "info")
        words = QVBoxLayout()
        words.setSpacing(2)
        self._zh, self._en = body(""), secondary("")
        words.addWidget(self._zh)
        words.addWidget(self._en)
        self._action = Button("", "quiet")
        self._action.clicked.connect(self.acted)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)  # a long sentence on a narrow panel needs its lines
        self.setSizePolicy(policy)
        self.hide()

    def tell(self, tone: str, zh: str, en: str = "", action: str = "") -> None:
        """Show a sentence; `action` puts a button beside it whose click is `acted`."""
        set_look(self, role="notice", tone=tone)
        self._icon.show_icon(TONE_ICONS.get(tone, "info"), tone if tone in TONE_ICONS else "info")
        self._zh.setText(zh)
        self._en.setText(en)
        self._en.setVisible(bool(en))
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(zh)
        self.show()

    def fail(self, error: KnownError, action: str = "") -> None:
        """Show a known error: amber when trying again may help, red when not."""
        self.tell("warn" if error.retryable else "danger", error.zh, error.en, action)

    def said(self) -> str:
        """Return the sentence shown, empty when hidden."""
        return self._zh.text() if not self.isHidden() else ""


class Progress(QWidget):
    """What is being done, how far it is, and 取消."""

    cancelled = Signal()

    def __init__(self, words: str = "") -> None:
        super().__init__()
        set_look(self, role="clear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        self._words = label(words, "secondary")
        self._cancel = Button("取消", "quiet", "x")
        self._cancel.clicked.connect(self.cancelled)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName("进度")
        row.addWidget(self._words, 1)
        row.addWidget(self._cancel)
        column.addLayout(row)
        column.addWidget(self._bar)
        self.hide()

    def start(self, words: str, *, name: str = "") -> None:
        """Show it, length unknown."""
        self._cancel.setAccessibleName(name or "取消")
        self._words.setText(words)
        self._bar.setRange(0, 0)
        self.show()

    def step(self, done: int, total: int, words: str = "") -> None:
        """Show how far it is; `total` 0 means unknown."""
        self._bar.setRange(0, total)
        self._bar.setValue(min(done, total))
        if words:
            self._words.setText(words)
