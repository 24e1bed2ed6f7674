"""The top bar: where we are, search-everything, the devices, sync and who is logged in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from devices.status import DeviceStatus
from ui.settings.kitdevices import LABELS
from ui.settings.sync_content import Backlog
from ui.settings.syncing import SyncState
from ui.style.buttons import Button
from ui.style.search_field import SearchField
from ui.style.words import label, set_look

_DEVICE_ICONS = {"printer": "printer", "label-printer": "tag", "wand": "scan-line", "receiver": "map-pin"}
_STATE_WORDS = {"ready": "就绪", "attention": "需要处理", "off": "未连接"}


class DeviceChip(Button):
    """One device: its picture, its name, and a mark that says ready, needs a hand, or off."""

    def __init__(self, status: DeviceStatus) -> None:
        super().__init__("", "chip", _DEVICE_ICONS[status.kind])
        self.setCheckable(True)
        self.say(status)

    def say(self, status: DeviceStatus) -> None:
        """Show another state."""
        mark = {"ready": "✓", "attention": "!", "off": "–"}[status.state]
        name = LABELS[status.kind]
        self.setText(f"{name} {mark}")
        self.set_tone({"ready": "ok", "attention": "warn", "off": ""}[status.state])
        self.setAccessibleName(f"设备 {name}")
        self.setAccessibleDescription(f"{_STATE_WORDS[status.state]}：{status.words_zh}")
        self.setToolTip(f"{name}：{status.words_zh}")


class TopBar(QFrame):
    """Always there.

    Signals:
        back: 返回 was pressed.
        devices_pressed, sync_pressed, officer_pressed: a chip was pressed; its panel opens.
    """

    back = Signal()
    devices_pressed = Signal()
    sync_pressed = Signal()
    officer_pressed = Signal()

    def __init__(self, where: str, officer: str, statuses: tuple[DeviceStatus, ...]) -> None:
        super().__init__()
        set_look(self, role="topbar")
        self.setFixedHeight(64)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(2)
        self.back_button = Button("", "quiet", "arrow-left", name="返回")
        self.back_button.setToolTip("返回 (Alt+←)")
        self.back_button.clicked.connect(self.back)
        self.where = label(where, "where")
        self.search = SearchField("全局搜索", "搜索企业、代码、笔录、任务…   Ctrl+K")
        self.search.setMaximumWidth(520)
        row.addWidget(self.back_button)
        row.addWidget(self.where)
        row.addSpacing(16)
        row.addWidget(self.search, 10)
        row.addStretch(1)
        row.addSpacing(8)
        self._chips = {status.kind: DeviceChip(status) for status in statuses}
        for chip in self._chips.values():
            chip.clicked.connect(self.devices_pressed)
            row.addWidget(chip)
        self.sync = Button("", "chip", "cloud", name="同步状态")
        self.sync.setCheckable(True)
        self.sync.clicked.connect(self.sync_pressed)
        row.addWidget(self.sync)
        self.officer = Button(officer, "chip", "users", name="执法人员")
        self.officer.setAccessibleDescription(officer)
        self.officer.setCheckable(True)
        self.officer.clicked.connect(self.officer_pressed)
        row.addWidget(self.officer)
        self.setTabOrder(self.search, self.sync)
        self._narrow = False

    def show_devices(self, statuses: tuple[DeviceStatus, ...]) -> None:
        """Show how the devices are."""
        for status in statuses:
            self._chips[status.kind].say(status)
        self.set_narrow(self._narrow)

    def show_sync(self, state: SyncState, backlog: Backlog) -> None:
        """Show whether we are on line, how much goes up by itself and how much needs a person."""
        words, tone, picture = sync_words(state, backlog)
        parts = tuple(filter(None, (words, backlog.attention_words(), backlog.words())))
        self.sync.setText(" · ".join(parts[:2]))
        self.sync.setAccessibleDescription("，".join(parts))
        self.sync.setToolTip("，".join(parts))
        self.sync.set_icon(picture)
        self.sync.set_tone(tone)

    def set_narrow(self, narrow: bool) -> None:
        """Show devices as pictures with their mark only, when there is little room."""
        self._narrow = narrow
        for chip in self._chips.values():
            mark = chip.text()[-1:]
            name = chip.accessibleName().removeprefix("设备 ")
            chip.setText(mark if narrow else f"{name} {mark}")

    def uncheck(self) -> None:
        """Show no chip as open."""
        for chip in (*self._chips.values(), self.sync, self.officer):
            chip.setChecked(False)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


def sync_words(state: SyncState, backlog: Backlog) -> tuple[str, str, str]:
    """Return words, tone and icon of a sync state; 已同步 only where nothing is left here."""
    words, tone, icon = {
        "never": ("未同步", "", "cloud"),
        "running": ("同步中", "", "refresh-cw"),
        "done": ("已同步", "ok", "cloud"),
        "offline": ("离线", "", "cloud-off"),
        "failed": ("同步受阻", "warn", "triangle-alert"),
    }[state.state]
    if state.state == "done" and (backlog.going or backlog.attention):
        words, tone, icon = "未传完", "", "cloud-upload"
    if backlog.attention:
        tone, icon = "warn", "triangle-alert"
    return words, tone, icon
