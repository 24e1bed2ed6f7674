"""Papers an enterprise hands over, made up: a licence for practice, and a foreign page with somebody else's code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFont

from devices.emulators.paper import Picture, stamp
from fieldkit.resource import resource

DEMO_MARK = "演示数据"


def licence(
    name: str = "海盐示例紧固件有限公司",
    code: str = "91330424MA2EXAMP1X",
    person: str = "示例人",
    address: str = "浙江省嘉兴市海盐县示例路1号",
    dpi: int = 200,
    seed: int = 1,
) -> Picture:
    """Draw a business-licence-like page: border, title, fields, a QR code and a red seal; marked as demo data."""
    sheet = _Sheet(dpi)
    draw, mm = sheet.draw, sheet.mm
    for inset, width in ((12, 1.2), (14.5, 0.4)):
        draw.rectangle(
            (mm(inset), mm(inset), mm(210 - inset), mm(297 - inset)), outline=(176, 140, 70), width=max(1, mm(width))
        )
    sheet.text(105, 46, "营业执照", 15, anchor="mm")
    sheet.text(105, 60, f"（{DEMO_MARK}　仅供练习）", 4.5, anchor="mm", colour=(150, 30, 30))
    sheet.text(28, 74, f"统一社会信用代码  {code}", 4.6)
    rows = (
        ("名　　称", name),
        ("类　　型", "有限责任公司（自然人投资或控股）"),
        ("法定代表人", person),
        ("住　　所", address),
        ("注册资本", "伍佰万元整"),
        ("成立日期", "2016年03月18日"),
        ("经营范围", "紧固件、五金件制造、加工；金属表面处理。"),
    )
    for i, (label, value) in enumerate(rows):
        sheet.text(28, 94 + 16 * i, label, 4.8, colour=(90, 70, 30))
        sheet.text(64, 94 + 16 * i, value, 5.2)
    sheet.text(182, 240, "示例登记机关", 5, anchor="rm")
    sheet.text(182, 250, "2024 年 06 月 11 日", 4.6, anchor="rm")
    sheet.code(f"https://licence.example/{code}", 28, 222, 32)
    return stamp(sheet.picture, (152, 240), seed, "示例登记机关专用章")


def foreign_page(text: str = "https://shop.example/order/20260611-7734", dpi: int = 200, seed: int = 1) -> Picture:
    """Draw a delivery note with a QR code that is no page seal."""
    rng = np.random.default_rng(seed)
    sheet = _Sheet(dpi)
    sheet.text(105, 28, f"送货单（{DEMO_MARK}）", 9, anchor="mm")
    words = ("盐酸", "片碱", "除油剂", "镀锌光亮剂", "滤袋", "阀门", "酸泵", "聚丙烯酰胺")
    for row in range(14):
        y = 48 + 11 * row
        sheet.draw.line((sheet.mm(18), sheet.mm(y), sheet.mm(192), sheet.mm(y)), fill=(60, 60, 60), width=2)
        if row:
            cells = (
                str(row),
                str(rng.choice(words)),
                f"{int(rng.integers(1, 90))}",
                "件",
                f"{rng.uniform(5, 900):.2f}",
            )
        else:
            cells = ("序号", "品名", "数量", "单位", "金额")
        for x, cell in zip((20, 42, 105, 130, 158), cells, strict=True):
            sheet.text(x, y + 2.5, cell, 4.6)
    sheet.code(text, 150, 225, 34)
    sheet.text(20, 232, "收货单位：示例商贸有限公司", 5)
    sheet.text(20, 246, "签收：", 5)
    return sheet.picture


def text_page(title: str, paragraphs: Sequence[str], dpi: int = 200) -> Picture:
    """Draw a plain page of text: a statement, an agreement, a report."""
    sheet = _Sheet(dpi)
    sheet.text(105, 30, title, 8, anchor="mm")
    y = 48.0
    for paragraph in paragraphs:
        letters = f"　　{paragraph}"
        for start in range(0, len(letters), 34):
            sheet.text(22, y, letters[start : start + 34], 4.7)
            y += 8.2
            if y > 280:
                return sheet.picture
    return sheet.picture


class _Sheet:
    """A white A4 page drawn in millimetres."""

    def __init__(self, dpi: int) -> None:
        self.k = dpi / 25.4
        self.picture = Image.new("RGB", (self.mm(210), self.mm(297)), (252, 252, 250))
        self.draw = ImageDraw.Draw(self.picture)

    def mm(self, value: float) -> int:
        return round(value * self.k)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size_mm: float,
        anchor: str = "la",
        colour: tuple[int, int, int] = (28, 28, 28),
    ) -> None:
        font = ImageFont.truetype(str(resource("fonts") / "NotoSerifSC-Regular.ttf"), self.mm(size_mm))
        self.draw.text((self.mm(x), self.mm(y)), text, font=font, fill=colour, anchor=anchor)

    def code(self, text: str, x: float, y: float, size_mm: float) -> None:
        matrix = np.array([[bool(cell) for cell in row] for row in segno.make(text, error="q").matrix_iter(border=2)])
        face = Image.fromarray(np.where(matrix, 0, 255).astype(np.uint8)).convert("RGB")
        side = self.mm(size_mm)
        self.picture.paste(face.resize((side, side), Image.Resampling.NEAREST), (self.mm(x), self.mm(y)))
