"""Lists in a form: other people as rows that are added and removed, officers as lines that 准备 decides."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.instruments.forms import Field
from ui.inspection.text_line import TextLine
from ui.inspection.value_editors import ValueEditor
from ui.style.buttons import Button
from ui.style.surfaces import clear_layout
from ui.style.words import body, secondary


class PeopleEditor(ValueEditor):
    """One row a person, a column a field; an empty list shows only how to add."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._rows: list[dict[str, str]] = []
        self._lines: list[dict[str, TextLine]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._grid_holder = QVBoxLayout()
        column.addLayout(self._grid_holder)
        add = Button("添加一人", "secondary", "user-plus", name=f"{field.label}：添加一人")
        add.clicked.connect(self._add)
        row = QHBoxLayout()
        row.addWidget(add)
        row.addStretch(1)
        column.addLayout(row)

    def show_value(self, value: Any) -> None:  # noqa: D102
        rows = [dict(row) for row in value if isinstance(row, dict)] if isinstance(value, list | tuple) else []
        if len(rows) != len(self._lines):
            self._rows = rows
            self._build()
        self._rows = rows
        for lines, row in zip(self._lines, rows, strict=True):
            for key, line in lines.items():
                line.show_text(str(row.get(key) or ""))

    def _build(self) -> None:
        clear_layout(self._grid_holder)
        self._lines = []
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for number, _row in enumerate(self._rows):
            lines = {}
            for place, part in enumerate(self._field.columns):
                line = TextLine(f"{self._field.label} {number + 1} {part.label}", part.label)
                line.typed.connect(lambda text, number=number, key=part.id: self._typed(number, key, text))
                line.left.connect(self.left)
                grid.addWidget(line, number, place)
                lines[part.id] = line
            drop = Button("", "quiet", "trash-2", name=f"{self._field.label}：删除第 {number + 1} 人")
            drop.clicked.connect(lambda _=False, number=number: self._drop(number))
            grid.addWidget(drop, number, len(self._field.columns))
            self._lines.append(lines)
        self._grid_holder.addWidget(holder)

    def _typed(self, number: int, key: str, text: str) -> None:
        self._rows = [dict(row) for row in self._rows]
        self._rows[number][key] = text
        self.changed.emit([dict(row) for row in self._rows])

    def _add(self) -> None:
        rows = [*self._rows, {part.id: "" for part in self._field.columns}]
        self.show_value(rows)
        self.changed.emit([dict(row) for row in rows])
        next(iter(self._lines[-1].values())).setFocus()

    def _drop(self, number: int) -> None:
        rows = [row for place, row in enumerate(self._rows) if place != number]
        self.show_value(rows)
        self.changed.emit([dict(row) for row in rows])
        self.left.emit()


class OfficersList(ValueEditor):
    """The inspectors as they will print; who they are is decided at 准备."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.setAccessibleName(field.label)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(4)
        self._shown: list[str] = []

    def show_value(self, value: Any) -> None:  # noqa: D102
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list | tuple) else []
        lines = [f"{row.get('name', '')}  {row.get('number', '')}  {row.get('unit', '')}" for row in rows]
        if lines != self._shown:
            self._shown = lines
            clear_layout(self._column)
            for line in lines:
                self._column.addWidget(body(line))
            if len(lines) < 2:
                self._column.addWidget(secondary("不足两人，请到“准备”请第二名执法人员确认"))
