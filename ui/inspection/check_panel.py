"""The record check at the side of the record: what forbids printing first, then lost points; each line leads there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from fieldkit.instruments.check import CheckReport
from ui.inspection.side_list import SideList
from ui.inspection.wrap_button import WrapButton
from ui.style.surfaces import clear_layout
from ui.style.words import Tag, label, secondary, section, set_look


class CheckPanel(QWidget):
    """笔录体检.

    Signals:
        went: the field a line points to.
    """

    went = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="clear")
        self.setAccessibleName("笔录体检")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(section("笔录体检"))
        head.addStretch(1)
        self._score = label("", "section")
        self._score.setAccessibleName("体检得分")
        head.addWidget(self._score)
        column.addLayout(head)
        self._verdict = Tag("")
        column.addWidget(self._verdict)
        scroll = SideList(4)
        self._lines = scroll.column
        column.addWidget(scroll, 1)
        self._shown: CheckReport | None = None

    def show_report(self, report: CheckReport) -> None:
        """Show a report."""
        if report == self._shown:
            return
        self._shown = report
        self._score.setText(f"{report.score:g} / {report.out_of:g} 分")
        hard = [rule for rule in report.rules if rule.id in report.blocks]
        vetoed = [rule for rule in report.rules if rule.id in report.vetoes and rule.id not in report.blocks]
        known = {rule.id for rule in (*hard, *vetoed)}
        missed = [rule for rule in report.rules if rule.state == "missed" and rule.id not in known]
        met = sum(rule.state == "met" for rule in report.rules)
        if hard:
            self._verdict.say(f"{len(hard)} 项必须补正，补正后才能打印", "danger")
        elif missed or vetoed:
            self._verdict.say("可以打印；以下各项会扣分", "warn")
        else:
            self._verdict.say("可以打印，没有扣分项", "ok")
        clear_layout(self._lines)
        for icon, tone, rules in (("octagon-alert", "danger", hard + vetoed), ("triangle-alert", "warn", missed)):
            for rule in rules:
                points = f"  −{rule.points:g} 分" if rule.points else ""
                line = WrapButton(icon, tone, rule.message, f"{rule.source}{points}", name=f"体检：{rule.message}")
                line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
                line.clicked.connect(lambda _=False, field=rule.field: self.went.emit(field or ""))
                self._lines.addWidget(line)
        self._lines.addWidget(secondary(f"已符合 {met} 项"))
        self._lines.addStretch(1)
