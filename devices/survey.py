"""Every device of the case asked once how it is: each status comes from a conversation, not from a setting."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devices.config import DeviceConfig
from devices.status import DeviceStatus

LISTEN_S = 6.0
"""How long a receiver is listened to: it speaks once a second, and a fresh one searches first."""


def survey(config: DeviceConfig, *, timeout_s: float = 4.0, listen_s: float = LISTEN_S) -> tuple[DeviceStatus, ...]:
    """Ask each configured device at the same time and return their states in the order A4, label, wand, receiver.

    Args:
        config: which there are.
        timeout_s: seconds a printer may take to answer.
        listen_s: seconds a receiver may take to a position.

    Raises:
        InvalidInput: the printer's address is none.
    """
    questions = tuple(_questions(config, timeout_s, listen_s))
    if not questions:
        return ()
    with ThreadPoolExecutor(len(questions), thread_name_prefix="survey") as pool:
        return tuple(pool.map(lambda ask: ask(), questions))


def _questions(config: DeviceConfig, timeout_s: float, listen_s: float) -> Sequence[Callable[[], DeviceStatus]]:
    questions: list[Callable[[], DeviceStatus]] = []
    if config.printer_uri:
        from devices.printing.ipp import IppPrinter

        questions.append(IppPrinter(config.printer_uri, timeout_s).status)
    if config.label_host:
        from devices.printing.escpos import LabelPrinter

        questions.append(LabelPrinter(config.label_host, config.label_port, timeout_s).status)
    if config.wand_folder:
        questions.append(lambda: _wand(Path(config.wand_folder)))
    if config.gps_port:
        questions.append(lambda: _receiver(config.gps_port, config.gps_baud, listen_s))
    return questions


def _wand(folder: Path) -> DeviceStatus:
    from devices.scanning.wand import WandFolder

    wand = WandFolder(folder, lambda file: None)
    wand.look()  # the first look takes nothing: it only sees what lies there
    return wand.status()


def _receiver(port: str, baud: int, listen_s: float) -> DeviceStatus:
    from devices.positioning.nmea import Receiver

    receiver = Receiver(port, lambda fix: None, baud=baud, reopen_s=0.2, quiet_s=max(0.5, listen_s - 1))
    receiver.start()
    until = time.monotonic() + listen_s
    while receiver.status().state != "ready" and time.monotonic() < until:
        time.sleep(0.05)
    receiver.stop()
    receiver.join()
    return receiver.status()
