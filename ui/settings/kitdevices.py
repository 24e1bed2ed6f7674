"""The devices of this kit: which ones are set up, how each is, practice mode. Plain Python; the window listens."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devices.config import DeviceConfig, load, place, save
from devices.status import DeviceKind, DeviceState, DeviceStatus
from fieldkit.clock import Clock
from fieldkit.errors import KnownError
from ui.settings.store import SettingsFile

if TYPE_CHECKING:
    from devices.emulators.practice import Practice
    from devices.positioning.nmea import Receiver
    from devices.printing.escpos import LabelPrinter
    from devices.printing.ipp import IppPrinter
    from fieldkit.model.evidence import Fix

logger = logging.getLogger(__name__)

KINDS: tuple[DeviceKind, ...] = ("printer", "label-printer", "wand", "receiver")
LABELS: dict[DeviceKind, str] = {
    "printer": "打印机",
    "label-printer": "标签机",
    "wand": "扫描笔",
    "receiver": "定位接收机",
}
POLL_S = 5.0
TIMEOUT_S = 4.0


class KitDevices:
    """Looks after the devices on one worker thread and tells listeners how they are.

    Args:
        home: the kit's folder; addresses lie beside it.
        settings: remembers practice mode.
        clock: hears the time of satellites.
    """

    def __init__(self, home: Path, settings: SettingsFile, clock: Clock, *, poll_s: float = POLL_S) -> None:
        self._place = place(home)
        self._practice_mark = f"fieldkit-practice-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:8]}-"
        self._practice_folder: Path | None = None
        self._settings, self._clock, self._poll_s = settings, clock, poll_s
        self._config = _config(self._place)
        self._practising = settings.read().practice
        self._practice: Practice | None = None
        self._listeners: list[Callable[[tuple[DeviceStatus, ...]], None]] = []
        self._wake = threading.Event()
        self._stopping = False
        self._receiver: Receiver | None = None
        self._receiver_port = ""
        self._fix: Fix | None = None
        self._fix_listeners: list[Callable[[Fix], None]] = []
        self._statuses = tuple(_status(kind, "off", "正在查看…", "Looking…") for kind in KINDS)
        self._thread = threading.Thread(target=self._loop, name="devices", daemon=True)

    # what is set up

    @property
    def practising(self) -> bool:
        """Whether emulators stand in for the devices."""
        return self._practising

    @property
    def practice_folder(self) -> Path | None:
        """Where the emulators put what they receive, in the clear; None but while they run."""
        return self._practice_folder

    @property
    def config(self) -> DeviceConfig:
        """The addresses in force: the emulators' while practising."""
        if not self._practising:
            return self._config
        return self._practice.config if self._practice is not None else DeviceConfig()

    def choose(self, config: DeviceConfig) -> None:
        """Keep other addresses and look at the devices again."""
        save(self._place, config)
        self._config = config
        self.look()

    def practise(self, on: bool) -> None:
        """Begin or end practice mode; the emulators start and stop on the devices' thread."""
        self._settings.change(practice=on)
        self._practising = on
        self.look()

    def printer(self) -> IppPrinter | None:
        """Return the A4 printer, or None when none is set up."""
        from devices.printing.ipp import IppPrinter

        uri = self.config.printer_uri
        return IppPrinter(uri, timeout_s=TIMEOUT_S) if uri else None

    def label_printer(self) -> LabelPrinter | None:
        """Return the label printer, or None when none is set up."""
        from devices.printing.escpos import LabelPrinter

        config = self.config
        return LabelPrinter(config.label_host, config.label_port, timeout_s=TIMEOUT_S) if config.label_host else None

    def wand_folder(self) -> Path | None:
        """Return the folder the wand fills, or None."""
        folder = self.config.wand_folder
        return Path(folder) if folder else None

    def fix(self) -> Fix | None:
        """Return the last position heard in this session."""
        return self._fix

    def hear_fixes(self, hear: Callable[[Fix], None]) -> None:
        """Call `hear` on the receiver's thread with each position; an emulator's too."""
        self._fix_listeners.append(hear)

    # how they are

    @property
    def statuses(self) -> tuple[DeviceStatus, ...]:
        """The last state of each device, in the order of KINDS."""
        return self._statuses

    def listen(self, hear: Callable[[tuple[DeviceStatus, ...]], None]) -> Callable[[], None]:
        """Call `hear` on the devices' thread when a state changes; returns how to stop that."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear)

    def look(self) -> None:
        """Look at all devices soon."""
        self._wake.set()

    def start(self) -> None:
        """Start looking after them."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread, the receiver and the emulators to end."""
        self._stopping = True
        self._wake.set()

    def join(self) -> None:
        """Wait until all have ended."""
        if self._thread.ident is not None:
            self._thread.join()

    def _loop(self) -> None:
        self._sweep_practice()
        while not self._stopping:
            self._wake.clear()
            try:
                self._practise()
                self._listen_to_receiver()
                self._tell((self._printer(), self._label_printer(), self._wand(), self._positioning()))
            except Exception:  # the worker's top: the chips must not die with one odd device
                logger.exception("looking at the devices failed")
            self._wake.wait(self._poll_s)
        self._drop_receiver()
        self._end_practice()

    def _practise(self) -> None:
        if not self._practising:
            self._end_practice()
        elif self._practice is None and not self._stopping:
            from devices.emulators.practice import Practice

            try:
                self._practice_folder = Path(tempfile.mkdtemp(prefix=self._practice_mark))  # only this user reads it
                self._practice = Practice(self._practice_folder)
            except (KnownError, OSError) as error:
                logger.info("no practice devices: %s", error)
                self._sweep_practice()

    def _end_practice(self) -> None:
        if self._practice is not None:
            self._practice.stop()
            self._practice = None
            self._drop_receiver()
            self._receiver_port = ""
            self._sweep_practice()

    def _sweep_practice(self) -> None:
        """Delete what emulators received: at the end of practice and, after a crash, at the next start."""
        self._practice_folder = None
        for left in Path(tempfile.gettempdir()).glob(f"{self._practice_mark}*"):
            try:
                shutil.rmtree(left)
            except OSError as error:
                logger.warning("practice prints are left at %s: %s", left, error)

    def _printer(self) -> DeviceStatus:
        printer = self.printer()
        if printer is None:
            return _missing("printer")
        return _asked("printer", printer.status)

    def _label_printer(self) -> DeviceStatus:
        printer = self.label_printer()
        if printer is None:
            return _missing("label-printer")
        return _asked("label-printer", printer.status)

    def _wand(self) -> DeviceStatus:
        folder = self.wand_folder()
        if folder is None:
            return _missing("wand")
        if folder.is_dir():
            return _status(
                "wand", "ready", "就绪：扫描的页面会自己进来", "Ready: pages come in by themselves", str(folder)
            )
        return _status(
            "wand", "off", "没有接上：找不到它的文件夹", "Not connected: its folder is not there", str(folder)
        )

    def _positioning(self) -> DeviceStatus:
        if self._receiver is None:
            return _missing("receiver")
        return _asked("receiver", self._receiver.status)

    def _listen_to_receiver(self) -> None:
        from devices.positioning.nmea import Receiver

        port = self.config.gps_port
        if port != self._receiver_port:
            self._drop_receiver()
            if port:
                self._receiver = Receiver(port, self._hear_fix, on_time=self._clock.hear_gps, baud=self.config.gps_baud)
                self._receiver.start()
            self._receiver_port = port

    def _drop_receiver(self) -> None:
        if self._receiver is not None:
            self._receiver.stop()
            self._receiver.join()
            self._receiver = None

    def _hear_fix(self, fix: Fix) -> None:
        self._fix = fix
        for hear in tuple(self._fix_listeners):
            hear(fix)

    def _tell(self, statuses: tuple[DeviceStatus, ...]) -> None:
        kept = tuple(
            old if (old.state, old.words_zh, old.name) == (new.state, new.words_zh, new.name) else new
            for old, new in zip(self._statuses, statuses, strict=True)
        )
        if kept != self._statuses:
            self._statuses = kept
            for hear in tuple(self._listeners):
                with suppress(RuntimeError):  # a window that closes meanwhile
                    hear(kept)


def _asked(kind: DeviceKind, ask: Callable[[], DeviceStatus]) -> DeviceStatus:
    try:
        return msgspec.structs.replace(ask(), kind=kind)
    except KnownError as error:
        return _status(kind, "attention" if error.retryable else "off", error.zh, error.en)


def _config(path: Path) -> DeviceConfig:
    try:
        return load(path)
    except KnownError as error:
        logger.info("device addresses not readable, taking none: %s", error)
        return DeviceConfig()


def _missing(kind: DeviceKind) -> DeviceStatus:
    return _status(kind, "off", "还没有设置", "Not set up yet")


def _status(kind: DeviceKind, state: DeviceState, zh: str, en: str, name: str = "") -> DeviceStatus:
    return DeviceStatus(
        name=name or LABELS[kind], kind=kind, state=state, words_zh=zh, words_en=en, since=datetime.now(UTC)
    )
