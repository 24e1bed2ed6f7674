"""提交: what will be sent and what is missing; then where it stands: queued, sent, filed, or needing a hand."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from ui.inspection.session import VisitSession
from ui.inspection.step import Step
from ui.inspection.steps import STEPS, Missing
from ui.inspection.wrap_button import WrapButton
from ui.shell.when import size
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, Notice, clear_layout
from ui.style.words import label, secondary, section, set_look


class SubmitStep(Step):
    """The last step."""

    step = "submit"
    ready = "都齐了，可以提交"

    def __init__(self, session: VisitSession) -> None:
        super().__init__(session)
        self._done = Card(tone="accent")
        self._done.setAccessibleName("提交结果")
        self._icon, self._title, self._words = (
            IconLabel("cloud-upload", "accent", 40),
            label("", "title"),
            secondary(""),
        )
        for part in (self._icon, self._title, self._words):
            self._done.column.addWidget(part)
        self.work.addWidget(self._done)
        self._problem = Notice()
        self.work.addWidget(self._problem)
        self._missing = Card("还差这些")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self._missing.column.addLayout(self._rows)
        self.work.addWidget(self._missing)
        self._sent = Card()
        self._sent.setAccessibleName("将要提交的内容")
        self._heading = section("")
        self._sent.column.addWidget(self._heading)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self._sent.column.addLayout(self._grid)
        self.work.addWidget(self._sent)
        self.work.addStretch(1)
        self._shown: tuple[Missing, ...] | None = None
        self.help.addWidget(section("提交之后"))
        for words in (
            "提交后本次检查定稿，不能再改；需要更正的，请联系管理员。",
            "没有网络也能提交：先排队，联网后自动上传，断了会接着传，不会重复。",
            "后台收下后给这次检查一个回执号；附件都收齐并核对一致后，状态才变为“已归档”。",
        ):
            self.help.addWidget(secondary(words))
        self.help.addStretch(1)

    def refresh(self, kinds: frozenset[str]) -> None:
        """Show what goes and what is missing."""
        if not kinds & {"entered", "settled", "finish", "fate"}:
            return
        editable = not self.session.final
        self._done.setVisible(not editable)
        self._show_fate()
        self._heading.setText("将要提交的内容" if editable else "已定稿的内容")
        problem = self.session.finishing.problem
        if problem and editable:
            self._problem.tell("danger", problem, self.session.finishing.problem_en)
        else:
            self._problem.hide()
        missing = self.session.finishing.missing() if editable else ()
        self._missing.setVisible(bool(missing))
        if missing != self._shown:
            self._shown = missing
            clear_layout(self._rows)
            titles = dict(STEPS)
            for item in missing:
                line = WrapButton(
                    "circle-alert", "warn", item.text, f"到“{titles[item.step]}”补齐", name=f"缺：{item.text}"
                )
                line.clicked.connect(lambda _=False, item=item: self.jumped.emit(item))
                self._rows.addWidget(line)
        self._show_content()

    def _show_fate(self) -> None:
        fate = self.session.finishing.fate
        set_look(self._done, role="card", tone=fate.tone if fate.tone in {"warn", "danger"} else "accent")
        self._icon.show_icon(fate.icon, fate.tone)
        self._title.setText(fate.title)
        self._words.setText(fate.words)

    def _show_content(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, (name, words) in enumerate(_content(self.session)):
            self._grid.addWidget(label(name, "secondary"), row, 0)
            value = label(words, wrap=True, selectable=True)
            value.setAccessibleName(f"{name}：{words}")
            self._grid.addWidget(value, row, 1)

    def says(self) -> str:
        """Say that it may go, or where it stands."""
        return self.ready if not self.session.final else f"已定稿，{self.session.finishing.fate.short}"

    def action(self) -> tuple[str, str, bool]:
        """Submit and queue."""
        if self.session.final:
            return "返回检查列表", "arrow-left", True
        ready = not self.session.finishing.missing() and not self.session.finishing.working
        return "提交并排队", "cloud-upload", ready

    def act(self) -> None:
        """Submit, or leave once it is queued."""
        if not self.session.final:
            self.session.finishing.finalise()
        else:
            self.finished.emit()


def _content(session: VisitSession) -> list[tuple[str, str]]:
    visit, report = session.visit, session.check("done")
    revision = session.revision
    pages = session.scanning.pages()
    signed = sum(bool(page.scans) for page in pages)
    blobs = visit.blobs()
    findings = sum(answer.verdict == "不符合" for answer in visit.checklist)
    officers = "、".join(f"{row.officer.name}（{row.officer.number}）" for row in session.officers.present())
    printed = f"第{revision.number}版，{revision.pages} 页，已扫回 {signed} 页" if revision is not None else "未打印"
    return [
        ("检查编号", visit.number),
        ("被检查单位", visit.enterprise_name),
        ("执法人员", officers),
        ("现场检查笔录", printed),
        ("笔录体检", f"{report.score:g} / {report.out_of:g} 分"),
        ("检查项", f"{len(visit.checklist)} 项，其中不符合 {findings} 项"),
        ("样品", f"{len(visit.samples)} 个" if visit.samples else "未采样"),
        ("企业材料", f"{len(session.scanning.papers)} 件" if session.scanning.papers else "无"),
        ("附件合计", f"{len(blobs)} 个文件，{size(sum(blob.size for blob in blobs))}"),
    ]
