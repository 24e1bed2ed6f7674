"""Days and times as an officer says them, in Beijing time: the whole country and every paper have that one."""

from __future__ import annotations

from datetime import date, datetime

from fieldkit.model.stamp import local

_WEEKDAYS = "一二三四五六日"


def day(when: date, today: date | None = None) -> str:
    """Return 6月11日, with the year where it is another one: 2025年6月11日."""
    text = f"{when.month}月{when.day}日"
    return text if today is not None and when.year == today.year else f"{when.year}年{text}"


def weekday(when: date) -> str:
    """Return 星期四."""
    return f"星期{_WEEKDAYS[when.weekday()]}"


def clock_time(when: datetime) -> str:
    """Return 09:30."""
    return f"{local(when):%H:%M}"


def moment(when: datetime, now: datetime) -> str:
    """Return 今天 09:30, 昨天 16:05 or 6月11日 09:30."""
    there, here = local(when), local(now)
    days = (here.date() - there.date()).days
    near = {0: "今天", 1: "昨天", -1: "明天"}.get(days)
    return f"{near or day(there.date(), here.date())} {there:%H:%M}"


def days_left(until: date, today: date) -> str:
    """Return how many days are left until a day, in words: 今天到期, 还剩 3 天, 已超期 2 天."""
    days = (until - today).days
    if days == 0:
        return "今天到期"
    return f"还剩 {days} 天" if days > 0 else f"已超期 {-days} 天"


def size(count: int) -> str:
    """Return bytes as 640 B, 12.3 KB or 4.5 MB."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} KB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
