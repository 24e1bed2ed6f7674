"""One search result: what kind it is, its title with the match marked, and where it matched."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.style.icons import IconLabel
from ui.style.tokens import current_theme, sizes
from ui.style.words import label, set_look

if TYPE_CHECKING:
    from fieldkit.replica.search import Hit

KIND_ICONS = {
    "enterprise": "factory",
    "visit": "clipboard-check",
    "task": "list-checks",
    "petition": "message-square-warning",
}
KIND_WORDS = {"enterprise": "企业", "visit": "检查", "task": "任务", "petition": "信访"}


class HitRow(QWidget):
    """A row of the results."""

    def __init__(self, hit: Hit, text: str) -> None:
        super().__init__()
        set_look(self, role="clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(14)
        row.addWidget(IconLabel(KIND_ICONS[hit.kind], "accent"))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(_marked(hit.title, text))
        if _unmarked(hit.snippet) not in {"", hit.title}:
            words.addWidget(_snippet(hit.snippet))
        row.addLayout(words, 1)
        row.addWidget(label(KIND_WORDS[hit.kind], "secondary"))

    def sizeHint(self) -> QSize:
        """Two lines need a little more than a table's row."""
        return QSize(200, sizes().row + 12)


def _marked(title: str, text: str) -> QLabel:
    place = title.casefold().find(text.casefold())
    if place < 0:
        return _rich(title)
    end = place + len(text)
    return _rich(f"{title[:place]}【{title[place:end]}】{title[end:]}")


def _snippet(snippet: str) -> QLabel:
    made = _rich(snippet)
    set_look(made, role="secondary")
    return made


def _unmarked(text: str) -> str:
    return text.replace("【", "").replace("】", "")


def _rich(text: str) -> QLabel:
    """Return a line whose part between 【 and 】 is marked."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.RichText)
    colour = current_theme().colours["accent"]
    marked = escape(text).replace("【", f'<span style="color:{colour}; text-decoration:underline">')
    made.setText(marked.replace("】", "</span>"))
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made
