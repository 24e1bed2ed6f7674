"""What just came from the wand and where it went: newest on top, each line stays; how to scan stands below."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.inspection.session import VisitSession
from ui.inspection.side_list import SideList
from ui.style.icons import IconLabel
from ui.style.surfaces import clear_layout
from ui.style.words import TONE_ICONS, body, secondary, section, set_look


class LandingList(QWidget):
    """刚扫到的页."""

    def __init__(self, session: VisitSession) -> None:
        super().__init__()
        self._session = session
        set_look(self, role="clear")
        self.setAccessibleName("刚扫到的页")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(section("刚扫到的页"))
        self._progress = secondary("")
        column.addWidget(self._progress)
        scroll = SideList(10)
        self._lines = scroll.column
        column.addWidget(scroll, 1)
        column.addWidget(secondary(_how(session)))
        self._shown: object = None

    def refresh(self) -> None:
        """Show what came."""
        desk = self._session.scanning
        reading = len(desk.reading)
        self._progress.setText(f"正在识别 {reading} 页…" if reading else "")
        self._progress.setVisible(bool(reading))
        if desk.landings == self._shown:
            return
        self._shown = desk.landings
        clear_layout(self._lines)
        for landing in desk.landings:
            holder = QWidget()
            set_look(holder, role="clear")
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(10)
            row.addWidget(IconLabel(TONE_ICONS.get(landing.tone, "info"), landing.tone))
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(body(landing.words))
            words.addWidget(secondary(landing.file, wrap=False))
            row.addLayout(words, 1)
            self._lines.addWidget(holder)
        if not desk.landings:
            self._lines.addWidget(secondary("扫一页，就会出现一行"))
        self._lines.addStretch(1)


def _how(session: VisitSession) -> str:
    folder = session.tools.wand_folder()
    if folder is None:
        return "还没有选定扫描笔的文件夹，请到“设备”设置。"
    return f"四角都要拍进去，两个页签至少露出一个。扫描笔文件夹：{folder.name}"
