"""A bug of ours, told in place and offered as a report to copy; work goes on below it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from fieldkit import __version__
from ui.bridge import Report
from ui.style.buttons import Button
from ui.style.surfaces import Notice
from ui.style.words import set_look


class ReportStrip(QWidget):
    """Hidden until something went wrong that should not."""

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="clear")
        self._report: Report | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(8)
        self.notice = Notice()
        self.notice.acted.connect(self.hide)
        self._copy = Button("复制报告", "quiet", "copy")
        self._copy.clicked.connect(self._take)
        row.addWidget(self.notice, 1)
        row.addWidget(self._copy)
        self.hide()

    def offer(self, report: Report) -> None:
        """Tell of it."""
        self._report = report
        doing = f"“{report.doing}”" if report.doing else "这一步"
        self.notice.tell(
            "danger",
            f"程序在{doing}时出错。已保存的内容不受影响，可以继续工作；请把报告交给管理员。",
            "The program made a mistake. What was saved is safe; please hand the report on.",
            "关闭",
        )
        self._copy.setText("复制报告")
        self.show()

    def _take(self) -> None:
        if self._report is not None:
            QApplication.clipboard().setText(f"fieldkit {__version__}\n{self._report.doing}\n\n{self._report.trace}")
            self._copy.setText("已复制")
