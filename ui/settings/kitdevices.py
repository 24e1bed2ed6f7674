"""The devices of this kit: which ones are set up, how each is, practice mode. Plain Python; the window listens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devices.status import DeviceKind, DeviceState, DeviceStatus
from fieldkit.clock import Clock
from fieldkit.errors import KnownError
from ui.settings.practice import Emulator, EmulatorName
from ui.settings.store import Settings, SettingsFile

if TYPE_CHECKING:
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
    "receiver": "定位",
}
POLL_S = 5.0
TIMEOUT_S = 4.0


class KitDevices:
    """Looks after the devices on one worker thread and tells listeners how they are.

    Args:
        settings: where the choices are kept.
        clock: hears the time of satellite fixes.
        practice_folder: where emulators leave what they receive; beside the kit's folder, never inside.
    """

    def __init__(self, settings: SettingsFile, clock: Clock, practice_folder: Path, *, poll_s: float = POLL_S) -> None:
        self._file, self._clock, self._practice_folder, self._poll_s = settings, clock, practice_folder, poll_s
        self._settings = settings.read()
        self._listeners: list[Callable[[tuple[DeviceStatus, ...]], None]] = []
        self._wake = threading.Event()
        self._stopping = False
        self._emulators: dict[EmulatorName, Emulator] = {}
        self._receiver: Receiver | None = None
        self._receiver_port = ""
        self._fix: Fix | None = None
        self._statuses = tuple(_status(kind, "off", "正在查看…", "Looking…") for kind in KINDS)
        self._thread = threading.Thread(target=self._loop, name="devices", daemon=True)

    # what is set up

    @property
    def settings(self) -> Settings:
        """The choices in force; in practice mode the emulators' addresses stand in for the devices'."""
        settings = self._settings
        if not settings.practice:
            return settings
        ready = {name: emulator.ready for name, emulator in self._emulators.items()}
        return msgspec.structs.replace(
            settings,
            printer_uri=str(ready.get("printer", {}).get("uri", "")),
            label_host=str(ready.get("label-printer", {}).get("host", "")),
            label_port=int(ready.get("label-printer", {}).get("port", 0)),
            gps_port=str(ready.get("gps", {}).get("port", "")),
            wand_folder=str(ready.get("wand", {}).get("folder", "")),
        )

    def choose(self, settings: Settings) -> None:
        """Keep other choices and look at the devices again."""
        self._file.write(settings)
        self._settings = settings
        self.look()

    def printer(self) -> IppPrinter | None:
        """Return the A4 printer, or None when none is set up."""
        from devices.printing.ipp import IppPrinter

        uri = self.settings.printer_uri
        return IppPrinter(uri, timeout_s=TIMEOUT_S) if uri else None

    def label_printer(self) -> LabelPrinter | None:
        """Return the label printer, or None when none is set up."""
        from devices.printing.escpos import LabelPrinter

        settings = self.settings
        if not settings.label_host:
            return None
        return LabelPrinter(settings.label_host, settings.label_port, timeout_s=TIMEOUT_S)

    def wand_folder(self) -> Path | None:
        """Return the folder the wand fills, or None."""
        folder = self.settings.wand_folder
        return Path(folder) if folder else None

    def fix(self) -> Fix | None:
        """Return the last position heard in this session."""
        return self._fix

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
        for emulator in self._emulators.values():
            emulator.stop()
        self._emulators.clear()

    def _practise(self) -> None:
        names: tuple[EmulatorName, ...] = ("printer", "label-printer", "gps", "wand")
        if self._settings.practice:
            for name in names:
                if name not in self._emulators and not self._stopping:
                    try:
                        self._emulators[name] = Emulator(name, self._practice_folder / name)
                    except (KnownError, OSError) as error:
                        logger.info("no emulated %s: %s", name, error)
        else:
            while self._emulators:
                self._emulators.popitem()[1].stop()

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

        port = self.settings.gps_port
        if port != self._receiver_port:
            self._drop_receiver()
            if port:
                self._receiver = Receiver(port, self._hear_fix)
                self._receiver.start()
            self._receiver_port = port

    def _drop_receiver(self) -> None:
        if self._receiver is not None:
            self._receiver.stop()
            self._receiver.join()
            self._receiver = None

    def _hear_fix(self, fix: Fix) -> None:
        self._fix = fix
        self._clock.hear_gps(fix.at)

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


def _missing(kind: DeviceKind) -> DeviceStatus:
    return _status(kind, "off", "还没有设置", "Not set up yet")


def _status(kind: DeviceKind, state: DeviceState, zh: str, en: str, name: str = "") -> DeviceStatus:
    return DeviceStatus(
        name=name or LABELS[kind], kind=kind, state=state, words_zh=zh, words_en=en, since=datetime.now(UTC)
    )
