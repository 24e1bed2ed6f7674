"""Text on a page: titles, sections, body and secondary lines, and the tag that states something."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.style.icons import IconLabel

TONE_ICONS = {"ok": "circle-check", "warn": "triangle-alert", "danger": "octagon-alert", "info": "info"}
"""The icon that goes with a tone where the page names none: no state by colour alone."""


def set_look(widget: QWidget, **properties: object) -> None:
    """Set properties the style sheet looks at and polish the widget anew if one changed."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        # Not shown yet: Qt reads the properties when it polishes it the first time, and once is enough.
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str, role: str = "body", tone: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a label with a role (title, section, body, secondary) and a tone (quiet, ok, warn, danger, info)."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    set_look(made, role=role, tone=tone)
    made.setWordWrap(wrap)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def title(text: str) -> QLabel:
    """Return a page's title (24 px)."""
    return label(text, "title")


def section(text: str) -> QLabel:
    """Return a section's heading (18 px)."""
    return label(text, "section")


def body(text: str, tone: str = "") -> QLabel:
    """Return body text (16 px) that wraps."""
    return label(text, "body", tone, wrap=True)


def secondary(text: str, *, wrap: bool = True) -> QLabel:
    """Return a quiet line (14 px)."""
    return label(text, "secondary", wrap=wrap)


def rule() -> QFrame:
    """Return a thin line between parts."""
    made = QFrame()
    set_look(made, role="rule")
    return made


class ElidedLabel(QLabel):
    """One line that ends in … when there is no room; the whole text is its tool tip and accessible name."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "") -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        set_look(self, role=role, tone=tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_whole(text)

    def set_whole(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 24))
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Tag(QFrame):
    """A state in a soft band: icon and word, e.g. ⚠ 许可 23 天后到期."""

    def __init__(self, text: str, tone: str = "", icon: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 10, 3)
        row.setSpacing(6)
        self._icon = IconLabel("info", "ink-quiet", 18)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._icon)
        row.addWidget(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.say(text, tone, icon)

    def say(self, text: str, tone: str = "", icon: str = "") -> None:
        """State something else."""
        set_look(self, role="tag", tone=tone)
        set_look(self._text, tone=tone or "quiet")
        name = icon or TONE_ICONS.get(tone, "")
        self._icon.setVisible(bool(name))
        if name:
            self._icon.show_icon(name, tone or "ink-quiet")
        self._text.setText(text)
        self.setAccessibleName(text)
