"""One bottle: number, point, items, preservative, and its label."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout

from fieldkit.model.evidence import Sample
from ui.inspection.session import VisitSession
from ui.inspection.text_line import TextLine
from ui.style.buttons import Button
from ui.style.words import label, section, set_look

PARTS = (
    ("point_code", "点位代码", 0, 0, 1),
    ("point_name", "点位名称", 0, 1, 2),
    ("items", "监测项目", 2, 0, 3),
    ("medium", "介质", 4, 0, 1),
    ("container", "容器", 4, 1, 1),
    ("preservative", "保存剂", 4, 2, 1),
)
"""Attribute, title, row, column and columns taken."""


class SampleRow(QFrame):
    """One sample, bound to the visit."""

    def __init__(self, session: VisitSession, sample: Sample) -> None:
        super().__init__()
        self._session, self._id = session, sample.id
        set_look(self, role="card")
        self.setAccessibleName(f"样品 {sample.number}")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(section(sample.number))
        self._state = label("", "secondary")
        head.addWidget(self._state, 1)
        self._print = Button("打印标签", "secondary", "tag", name=f"打印标签 {sample.number}")
        self._print.clicked.connect(self._print_label)
        self._drop = Button("", "quiet", "trash-2", name=f"删除样品 {sample.number}")
        self._drop.clicked.connect(self._remove)
        head.addWidget(self._print)
        head.addWidget(self._drop)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self._lines: dict[str, TextLine] = {}
        for key, title, row, left, span in PARTS:
            line = TextLine(f"样品 {sample.number} {title}")
            line.typed.connect(lambda text, key=key: self._typed(key, text))
            line.left.connect(lambda: session.settle())
            grid.addWidget(label(title, "secondary"), row, left, 1, span)
            grid.addWidget(line, row + 1, left, 1, span)
            self._lines[key] = line
        column.addLayout(grid)
        self.refresh()

    def refresh(self) -> None:
        """Show the sample and how its label stands."""
        sample = self._sample()
        if sample is None:
            return
        for key, line in self._lines.items():
            value = getattr(sample, key)
            shown = "、".join(value) if isinstance(value, tuple) else str(value)
            if key != "items" or _items(line.text()) != value:
                line.show_text(shown)
            line.setEnabled(self._session.editable)
        tone, words = self._session.labels.state(sample.id)
        self._state.setText(words)
        set_look(self._state, tone=tone or "quiet")
        self._print.setEnabled(bool(sample.point_code.strip() or sample.point_name.strip()) and tone != "info")
        self._drop.setVisible(self._session.editable)

    def _sample(self) -> Sample | None:
        return next((item for item in self._session.visit.samples if item.id == self._id), None)

    def _typed(self, key: str, text: str) -> None:
        sample = self._sample()
        if sample is not None:
            value = _items(text) if key == "items" else text
            self._session.put_sample(msgspec.structs.replace(sample, **{key: value}))

    def _remove(self) -> None:
        self._session.drop_sample(self._id)
        self._session.settle()

    def _print_label(self) -> None:
        sample = self._sample()
        if sample is not None:
            self._session.settle()
            self._session.labels.print_label(sample)


def _items(text: str) -> tuple[str, ...]:
    plain = text.replace("，", "、").replace(",", "、").replace("；", "、")
    return tuple(part.strip() for part in plain.split("、") if part.strip())
