"""Who inspects: the officer logged in, and a second one who confirms with an own password in place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.inspection.officers import OfficerRow
from ui.inspection.session import VisitSession
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, Notice, clear_layout
from ui.style.words import Tag, body, label, secondary, set_look

_TONES = {"valid": "ok", "expires soon": "warn", "expired": "danger", "unrecorded": "danger"}

NOT_YOURS = "你不是本次检查的执法人员，只能查看；要参加，请本次执法人员登录后在这里添加你。"


class OfficersCard(Card):
    """Two officers with valid, distinct 执法证 numbers."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__("执法人员")
        self.setAccessibleName("本次执法人员")
        self._session = session
        self._shown: object = None
        self._present = QHBoxLayout()
        self._present.setSpacing(12)
        self.column.addLayout(self._present)
        self._ask = self._build_ask()
        self.column.addWidget(self._ask)
        self._notice = Notice()
        self.column.addWidget(self._notice)
        self.refresh()

    def _build_ask(self) -> QWidget:
        holder = QWidget()
        set_look(holder, role="clear")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(secondary("第二名执法人员：从名册选本人，由本人输入自己的密码确认到场"))
        row = QHBoxLayout()
        row.setSpacing(8)
        self._choice = QComboBox()
        self._choice.setAccessibleName("第二名执法人员")
        self._choice.setMinimumWidth(250)
        self._choice.currentIndexChanged.connect(self._picked)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setAccessibleName("第二名执法人员密码")
        self._password.setPlaceholderText("本人密码")
        self._password.returnPressed.connect(self._join)
        self._join_button = Button("确认到场", "secondary", "user-plus")
        self._join_button.clicked.connect(self._join)
        row.addWidget(self._choice, 3)
        row.addWidget(self._password, 2)
        row.addWidget(self._join_button)
        column.addLayout(row)
        return holder

    def refresh(self) -> None:
        """Show who is here and, while one is missing, who may join."""
        desk, session = self._session.officers, self._session
        present = desk.present()
        shown = (present, session.editable)
        if shown != self._shown:
            self._shown = shown
            clear_layout(self._present)
            for row in present:
                self._present.addWidget(_OfficerTile(row, self._drop_for(row), own=self._own(row)), 1)
            if len(present) < 2:
                self._fill_choice()
        self._ask.setVisible(len(present) < 2 and session.editable)
        waiting = bool(desk.confirming)
        self._join_button.setEnabled(not waiting)
        self._join_button.setText("正在核对…" if waiting else "确认到场")
        if not desk.member and not session.final:
            self._notice.tell("info", NOT_YOURS)
        elif desk.problem:
            self._notice.tell("danger", desk.problem, desk.problem_en)
        else:
            self._picked()

    def focus_target(self) -> QWidget:
        """Return where a missing officer is put right."""
        return self._choice

    def _own(self, row: OfficerRow) -> bool:
        return row.officer.number == self._session.tools.officer.number

    def _drop_for(self, row: OfficerRow) -> Button | None:
        if self._own(row) or not self._session.editable:
            return None
        button = Button("更换", "quiet", name=f"更换执法人员：{row.officer.name}")
        button.setMinimumWidth(76)
        button.clicked.connect(lambda: self._session.officers.dismiss(row.officer.number))
        return button

    def _fill_choice(self) -> None:
        chosen = self._choice.currentData()
        self._choice.blockSignals(True)
        self._choice.clear()
        self._choice.addItem("请选择", "")
        for row in self._session.officers.choice():
            officer = row.officer
            suffix = f"（{_short(row)}）" if row.bar else ""
            self._choice.addItem(f"{officer.name}  {officer.number}{suffix}", officer.number)
            if row.bar:
                self._choice.setItemData(self._choice.count() - 1, row.bar, Qt.ItemDataRole.ToolTipRole)
        self._choice.setCurrentIndex(max(0, self._choice.findData(chosen)))
        self._choice.blockSignals(False)

    def _row(self) -> OfficerRow | None:
        number = self._choice.currentData()
        return next((row for row in self._session.officers.choice() if row.officer.number == number), None)

    def _picked(self) -> None:
        row = self._row() if not self._ask.isHidden() else None
        if row is not None and row.bar:
            self._notice.tell("danger", f"{row.officer.name}：{row.bar}")
        else:
            self._notice.hide()
        self._password.setEnabled(row is not None and not row.bar)
        self._join_button.setEnabled(row is not None and not row.bar and not self._session.officers.confirming)

    def _join(self) -> None:
        row = self._row()
        if row is None or row.bar:
            self._picked()
            return
        password = self._password.text()
        self._password.clear()
        self._session.officers.confirm(row.officer.number, password)


class _OfficerTile(QFrame):
    """One officer: name, number, and how the 执法证 stands."""

    def __init__(self, row: OfficerRow, drop: Button | None, *, own: bool) -> None:
        super().__init__()
        tone = _TONES[row.standing]
        set_look(self, role="card", tone="danger" if tone == "danger" else "")
        self.setAccessibleName(f"执法人员 {row.officer.name}")
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 10, 10, 10)
        line.setSpacing(12)
        line.addWidget(IconLabel("user", "danger" if tone == "danger" else "accent", 28))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(body(f"{row.officer.name}  ·  {'本人登录' if own else '本人已确认到场'}"))
        words.addWidget(label(row.officer.number, "secondary"))
        words.addWidget(Tag(row.words, tone))
        line.addLayout(words, 1)
        if drop is not None:
            line.addWidget(drop, 0, Qt.AlignmentFlag.AlignTop)


def _short(row: OfficerRow) -> str:
    return {"expired": "执法证已过期", "unrecorded": "执法证未登记"}.get(row.standing, "未加入本机")
