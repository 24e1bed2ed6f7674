"""The test of each device: something small, real and harmless, and a sentence that says what came of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from devices.status import DeviceKind
from fieldkit.errors import DeviceUnavailable

if TYPE_CHECKING:
    from ui.bridge import Ticket
    from ui.settings.kitdevices import KitDevices


class DeviceTest(msgspec.Struct, frozen=True):
    """A test: the verb on its button, what is said while it runs, and what it does (returns a sentence)."""

    verb: str
    doing: str
    run: Callable[[KitDevices, Ticket], str]


def _print_page(devices: KitDevices, ticket: Ticket) -> str:
    printer = devices.printer()
    if printer is None:
        raise DeviceUnavailable(device="打印机", why="还没有设置")
    job = printer.print_pdf(_test_page(), "fieldkit test page")
    printer.wait(job.id, ticket.cancelled, lambda state: ticket.progress(0, 0, state.words[0]))
    return "测试页已被打印机收下。请看看纸是否出来了。"


def _test_page() -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from fieldkit.resource import resource

    pdfmetrics.registerFont(TTFont("TestPage", str(resource("fonts", "NotoSansSC-Regular.ttf"))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("TestPage", 24)
    canvas.drawString(25 * mm, 260 * mm, "移动执法箱 打印测试页")
    canvas.setFont("TestPage", 12)
    canvas.drawString(25 * mm, 248 * mm, "四边框线应完整，右下角方块边长 24 毫米。")
    canvas.rect(10 * mm, 10 * mm, 190 * mm, 277 * mm)
    canvas.rect(170 * mm, 16 * mm, 24 * mm, 24 * mm, fill=1)
    canvas.save()
    return out.getvalue()


def _print_label(devices: KitDevices, ticket: Ticket) -> str:
    from PIL import Image, ImageDraw, ImageFont

    from fieldkit.resource import resource

    printer = devices.label_printer()
    if printer is None:
        raise DeviceUnavailable(device="标签机", why="还没有设置")
    picture = Image.new("1", (576, 160), 1)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(resource("fonts", "NotoSansSC-Regular.ttf")), 44)
    draw.rectangle((2, 2, 573, 157), outline=0, width=3)
    draw.text((32, 46), "移动执法箱 标签测试", font=font, fill=0)
    ticket.check()
    printer.print_image(picture)
    return "测试标签已送到标签机。请看看标签是否出来了。"


def _look_into_folder(devices: KitDevices, ticket: Ticket) -> str:
    folder = devices.wand_folder()
    if folder is None or not folder.is_dir():
        raise DeviceUnavailable(device="扫描笔", why="找不到它的文件夹")
    pictures = sum(1 for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    return f"文件夹可以读取，里面有 {pictures} 张图。"


def _ask_position(devices: KitDevices, ticket: Ticket) -> str:
    fix = devices.fix()
    if fix is None:
        raise DeviceUnavailable(device="定位接收机", why="还没有收到定位")
    return f"最近定位 {fix.lon:.5f}, {fix.lat:.5f}。"


TESTS: dict[DeviceKind, DeviceTest] = {
    "printer": DeviceTest("打印测试页", "正在打印测试页", _print_page),
    "label-printer": DeviceTest("打印测试标签", "正在打印测试标签", _print_label),
    "wand": DeviceTest("查看文件夹", "正在查看文件夹", _look_into_folder),
    "receiver": DeviceTest("查看定位", "正在查看定位", _ask_position),
}
