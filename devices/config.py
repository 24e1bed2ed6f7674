"""Which devices this case has: their addresses, kept beside the kit's folder, never inside it.

Addresses of printers are not personal and are needed before anyone has logged in; `$FIELDKIT_HOME` itself holds only
ciphertext. So they stand in `<home>-devices.json` next to it.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from fieldkit.errors import InvalidInput


class DeviceConfig(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Addresses as the officer entered them; an empty one means that the case has no such device."""

    printer_uri: str = ""
    label_host: str = ""
    label_port: int = 9100
    gps_port: str = ""
    gps_baud: int = 9600
    wand_folder: str = ""


def place(home: Path) -> Path:
    """Return the file of a kit's device addresses: `kit` has `kit-devices.json` beside it."""
    return home.with_name(f"{home.name}-devices.json")


def load(path: Path) -> DeviceConfig:
    """Return the addresses; none where there is no such file.

    Raises:
        InvalidInput: the file is not what `save` writes.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=DeviceConfig)
    except FileNotFoundError:
        return DeviceConfig()
    except (msgspec.MsgspecError, OSError) as error:
        raise InvalidInput(what=str(path), why=str(error)) from error


def save(path: Path, config: DeviceConfig) -> None:
    """Write the addresses; a power cut leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(config)))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
