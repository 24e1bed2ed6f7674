"""设备: one card a device with its state in words, what to set, a test; and practice mode."""

from __future__ import annotations

from datetime import datetime

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from devices.config import DeviceConfig
from devices.status import DeviceKind, DeviceStatus
from ui.settings.device_tests import TESTS
from ui.settings.kitdevices import KINDS, LABELS
from ui.shell.places import Page
from ui.shell.session import Session
from ui.shell.when import moment
from ui.style.buttons import Button
from ui.style.icons import IconLabel
from ui.style.surfaces import Card, Notice, Progress, Scroll, page_head
from ui.style.words import Tag, body, label, secondary, set_look

ICONS: dict[DeviceKind, str] = {
    "printer": "printer",
    "label-printer": "tag",
    "wand": "scan-line",
    "receiver": "satellite",
}
NAMES: dict[DeviceKind, str] = {
    "printer": "A4 打印机",
    "label-printer": "标签机",
    "wand": "扫描笔",
    "receiver": "定位接收机",
}
HINTS: dict[DeviceKind, str] = {
    "printer": "地址，如 ipp://192.168.1.20:631/ipp/print",
    "label-printer": "地址，如 192.168.1.21:9100",
    "wand": "扫描笔存图的文件夹",
    "receiver": "串口，如 /dev/ttyUSB0 或 COM3",
}
PRACTISING = "模拟设备"
_STATES = {"ready": ("就绪", "ok", ""), "attention": ("需要处理", "warn", ""), "off": ("未连接", "", "circle")}


def setting_text(kind: DeviceKind, config: DeviceConfig) -> str:
    """Return a device's address as typed."""
    if kind == "label-printer":
        return f"{config.label_host}:{config.label_port}" if config.label_host else ""
    return {"printer": config.printer_uri, "wand": config.wand_folder, "receiver": config.gps_port}[kind]


def with_setting(kind: DeviceKind, text: str, config: DeviceConfig) -> DeviceConfig:
    """Return the addresses with one replaced."""
    text = text.strip()
    if kind == "label-printer":
        host, _, port = text.partition(":")
        return msgspec.structs.replace(config, label_host=host, label_port=int(port) if port.isdigit() else 9100)
    field = {"printer": "printer_uri", "wand": "wand_folder", "receiver": "gps_port"}[kind]
    return msgspec.structs.replace(config, **{field: text})


class DeviceCard(Card):
    """One device."""

    def __init__(self, kind: DeviceKind, session: Session) -> None:
        super().__init__()
        self.kind, self._session = kind, session
        self.setAccessibleName(NAMES[kind])
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(IconLabel(ICONS[kind], "accent", 32))
        head.addWidget(label(NAMES[kind], "section"), 1)
        self._tag = Tag("")
        head.addWidget(self._tag)
        self.column.addLayout(head)
        self._words, self._english = body(""), secondary("")
        self._since = secondary("")
        words = QVBoxLayout()
        words.setSpacing(2)
        for line in (self._words, self._english, self._since):
            words.addWidget(line)
        self.column.addLayout(words)
        self.notice = Notice()
        self.column.addWidget(self.notice)
        self.progress = Progress()
        self.column.addWidget(self.progress)
        self.column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.address = QLineEdit()
        self.address.setAccessibleName(f"{NAMES[kind]}地址")
        self.address.setPlaceholderText(HINTS[kind])
        self.address.editingFinished.connect(self._keep)
        row.addWidget(self.address, 1)
        self.test = Button(TESTS[kind].verb, name=f"{TESTS[kind].verb} {NAMES[kind]}")
        self.test.clicked.connect(self._try)
        row.addWidget(self.test)
        self.column.addLayout(row)

    def say(self, status: DeviceStatus, now: datetime) -> None:
        """Show its state."""
        self._tag.say(*_STATES[status.state])
        self._words.setText(status.words_zh)
        self._english.setText(status.words_en)
        devices = self._session.devices
        text = setting_text(self.kind, devices.config)
        self._since.setText(f"{moment(status.since, now)} 起" if text else "")
        shown = PRACTISING if devices.practising else text
        if not self.address.hasFocus() and self.address.text() != shown:
            self.address.setText(shown)
        self.address.setReadOnly(devices.practising)
        self.address.setToolTip(text)
        self.test.setEnabled(bool(text) and not self.progress.isVisible())

    def _keep(self) -> None:
        devices = self._session.devices
        if not self.address.isReadOnly():
            changed = with_setting(self.kind, self.address.text(), devices.config)
            if changed != devices.config:
                devices.choose(changed)

    def _try(self) -> None:
        self.notice.hide()
        self.test.setEnabled(False)
        check = TESTS[self.kind]
        self.progress.start(check.doing, name=f"取消{check.verb}")
        devices = self._session.devices
        job = self._session.bridge.run(
            lambda ticket: check.run(devices, ticket),
            self,
            lambda words: self.notice.tell("ok", words),
            self.notice.fail,
            doing=check.doing,
        )
        job.progressed.connect(self.progress.step)
        self.progress.cancelled.connect(job.cancel)
        job.ended.connect(self._tried)

    def _tried(self) -> None:
        self.progress.hide()
        self.test.setEnabled(True)
        self._session.devices.look()


class DevicesPage(Page):
    """All devices."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll()
        whole.addWidget(scroll)
        scroll.column.setSpacing(16)
        self.practice = Button("", "secondary", "flask-conical", name="练习模式")
        self.practice.clicked.connect(self._toggle_practice)
        look = Button("重新查看", "quiet", "refresh-cw")
        look.clicked.connect(session.devices.look)
        scroll.column.addLayout(page_head("设备", look, self.practice))
        self._practice_note = Notice()
        scroll.column.addWidget(self._practice_note)
        holder = QWidget()
        set_look(holder, role="clear")
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(16)
        self.cards = {kind: DeviceCard(kind, session) for kind in KINDS}
        for place, card in enumerate(self.cards.values()):
            grid.addWidget(card, place // 2, place % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        scroll.column.addWidget(holder)
        scroll.column.addStretch(1)
        self.show_devices(session.devices.statuses)

    def refresh(self) -> None:
        """Show the last state known and look anew."""
        self.show_devices(self._session.devices.statuses)
        self._session.devices.look()

    def show_devices(self, statuses: tuple[DeviceStatus, ...]) -> None:
        """Show how the devices are."""
        now = self._session.clock.now().at
        for status in statuses:
            self.cards[status.kind].say(status, now)
        on = self._session.devices.practising
        self.practice.setText("结束练习模式" if on else "开始练习模式")
        if on:
            self._practice_note.tell(
                "info",
                "练习模式：打印机、标签机、扫描笔和定位由模拟程序代替，不会打到纸上。练习时的打印件和扫描件不加密，"
                "只放在本机临时文件夹，结束练习、退出时删除，意外关机的下次打开时删除；检查内容照常保存、上传，"
                "不要用真案子练习。",
                "Practice mode: emulated devices stand in for the real ones. What they print and scan lies unencrypted "
                "in a temporary folder and is deleted when practice ends, at exit, or at the next start. Visits are "
                "kept and synced as ever: don't practise with real cases.",
            )
        else:
            self._practice_note.hide()

    def _toggle_practice(self) -> None:
        devices = self._session.devices
        devices.practise(not devices.practising)
        self.show_devices(devices.statuses)


def device_line(status: DeviceStatus) -> QWidget:
    """Return a device's state in a line or two, for the side panel."""
    holder = QWidget()
    set_look(holder, role="clear")
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(IconLabel(ICONS[status.kind], "ink"), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    head = QHBoxLayout()
    head.addWidget(label(LABELS[status.kind]))
    head.addStretch(1)
    head.addWidget(Tag(*_STATES[status.state]))
    words.addLayout(head)
    words.addWidget(secondary(status.words_zh))
    row.addLayout(words, 1)
    return holder
