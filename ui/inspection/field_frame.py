"""One field of a form on screen: label, required mark, help, the editor, the light mark of what was prefilled."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fieldkit.instruments.forms import Field, Form, get
from ui.inspection.people_editor import OfficersList, PeopleEditor
from ui.inspection.session import VisitSession
from ui.inspection.time_editor import TimeEditor
from ui.inspection.value_editors import ChoiceEditor, ConfirmEditor, LongTextEditor, TextEditor, ValueEditor
from ui.style.buttons import Button
from ui.style.words import label, secondary, set_look


def editor_for(session: VisitSession, field: Field) -> ValueEditor:
    """Return the editor of a field's type; a new field of a known type needs no code."""
    if field.type == "long_text":
        return LongTextEditor(field)
    if field.type == "time":
        return TimeEditor(field, lambda: session.now().at)
    if field.type == "choice":
        return ChoiceEditor(field)
    if field.type == "confirm":
        return ConfirmEditor(field)
    if field.type == "people":
        return PeopleEditor(field)
    if field.type == "officers":
        return OfficersList(field)
    return TextEditor(field)


def control_name(form: Form, field: Field) -> str:
    """Return a field's accessible name: its label, with its section's title before it where two share the label."""
    if sum(other.label == field.label for other in form.fields) == 1:
        return field.label
    title = next(section.title for section in form.sections if section.id == field.section)
    return f"{title} {field.label}"


class FieldFrame(QFrame):
    """A field bound to its place in the record."""

    confirmed = Signal()

    def __init__(self, session: VisitSession, field: Field) -> None:
        super().__init__()
        self._session = session
        name = control_name(session.form, field)
        self.field = field
        set_look(self, role="clear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(field.label, "secondary", "ink"))
        if field.required:
            star = label("必填", "secondary")
            set_look(star, tone="quiet")
            head.addWidget(star)
        head.addStretch(1)
        self._waiting: tuple[QWidget, ...] = ()
        column.addLayout(head)
        self.editor = editor_for(session, msgspec.structs.replace(field, label=name))
        self.editor.changed.connect(self._changed)
        self.editor.left.connect(lambda: session.settle())
        self.editor.complained.connect(self._complain)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.editor, 1)
        column.addLayout(row)
        if field.id in session.prefilled:
            mark = label("档案预填，未核对", "secondary", "info")
            head.addWidget(mark)
            confirm = Button("核对", "secondary", "check", name=f"核对：{name}")
            confirm.setToolTip("与证照核对无误")
            confirm.clicked.connect(self._agree)
            row.addWidget(confirm, 0, Qt.AlignmentFlag.AlignTop)
            self._waiting = (mark, confirm)
        if field.help:
            column.addWidget(secondary(field.help))
        self._wrong = label("", "secondary", "danger", wrap=True)
        self._wrong.hide()
        column.addWidget(self._wrong)
        column.addStretch(1)
        self.refresh()

    @property
    def path(self) -> tuple[str, ...]:
        """Where the value stands in the record."""
        return tuple(self.field.id.split("."))

    def value(self) -> Any:
        """Return the value as the record holds it."""
        return get(self._session.values, self.field.id)

    def refresh(self) -> None:
        """Show the record's value and whether it still waits to be confirmed."""
        self.editor.show_value(self.value())
        self.editor.setEnabled(self._session.editable)
        unconfirmed = self._session.editable and self.field.id in self._session.unconfirmed()
        for widget in self._waiting:
            widget.setVisible(unconfirmed)
        target = self.editor.focus_target()
        if target is not self.editor:
            tone = "danger" if not self._wrong.isHidden() else "info" if unconfirmed else ""
            set_look(target, tone=tone)

    def focus_target(self) -> QWidget:
        """Return what takes the keyboard."""
        return self.editor.focus_target()

    def _changed(self, value: Any) -> None:
        self._session.set_value(self.path, value, self.field.label)

    def _agree(self) -> None:
        self._session.confirm((self.field.id,), f"核对 {self.field.label}")
        self._session.settle()
        self.confirmed.emit()

    def _complain(self, words: str) -> None:
        self._wrong.setText(words)
        self._wrong.setVisible(bool(words))
