"""What is connected and how it is: each device is asked, and answers in words.

Addresses come from the options, else from the file beside the kit (`$FIELDKIT_HOME-devices.json`). `--save` keeps
the options there. `--practice` starts an emulator of each device and asks those.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from devices.config import DeviceConfig, load, place, save
from devices.status import DeviceStatus
from devices.survey import survey
from ui.home import home

_NAMES = {"printer": "A4 打印机", "label-printer": "标签机", "wand": "扫描笔", "receiver": "定位接收机"}
_STATES = {"ready": "就绪", "attention": "请处理", "off": "未连接"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--printer", metavar="URI", help="A4 printer: ipp://host/ipp/print")
    parser.add_argument("--label", type=_label, metavar="HOST[:PORT]", help="label printer (ESC/POS)")
    parser.add_argument("--gps", metavar="PORT", help="receiver: serial port")
    parser.add_argument("--wand", metavar="FOLDER", help="folder that the wand fills")
    parser.add_argument("--save", action="store_true", help="keep these addresses for the kit")
    parser.add_argument("--practice", action="store_true", help="start the emulators and ask those")
    parser.add_argument("--json", action="store_true", help="for machines")


def run(args: argparse.Namespace) -> int:
    """Ask every device and print how it is."""
    if args.practice:
        from devices.emulators.practice import Practice

        with tempfile.TemporaryDirectory(prefix="fieldkit-practice-") as folder, Practice(Path(folder)) as practice:
            _print(survey(practice.config), args.json)
        return 0
    config = configured(args)
    if args.save:
        save(_file(), config)
    _print(survey(config), args.json)
    return 0


def _label(text: str) -> tuple[str, int]:
    """Return host and port of HOST[:PORT]."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or 9100
    except ValueError:
        host, port = None, 0
    if not host or parts.path or parts.query or parts.username is not None:
        raise argparse.ArgumentTypeError(f"地址写法不对，请写成 主机[:端口] (write HOST[:PORT]): {text}")
    return host, port


def configured(args: argparse.Namespace) -> DeviceConfig:
    """Return the kit's addresses with the options over them."""
    given: dict[str, object] = {}
    if args.printer:
        given["printer_uri"] = args.printer
    if args.label:
        given["label_host"], given["label_port"] = args.label
    if args.gps:
        given["gps_port"] = args.gps
    if args.wand:
        given["wand_folder"] = str(Path(args.wand).resolve())
    return msgspec.structs.replace(load(_file()), **given)


def _file() -> Path:
    return place(home())


def _print(found: tuple[DeviceStatus, ...], as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        return
    if not found:
        print("还没有登记设备：用 --printer --label --gps --wand 指定，加 --save 保存；没有设备可用 --practice 练习。")
        print("No device is set: give --printer, --label, --gps or --wand (--save keeps them), or --practice.")
    for status in found:
        print(f"{_NAMES[status.kind]}  {_STATES[status.state]}  {status.name}")
        print(f"    {status.words_zh}\n    {status.words_en}")
