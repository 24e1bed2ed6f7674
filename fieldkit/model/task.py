"""What leaders ask for and what the public complains of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

TaskState = Literal["创建", "下派", "签收", "退回", "在办", "现场办结", "已结", "复核", "归档"]
TaskKind = Literal[
    "日常检查", "双随机", "专项行动", "信访查处", "在线超标核查", "整改复查", "三同时", "应急", "重污染天气"
]


class Task(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """任务: an order to inspect one enterprise."""

    id: str
    kind: TaskKind
    title: str
    enterprise_id: str
    state: TaskState
    squad: str
    dispatched_by: str = ""
    dispatched_at: datetime | None = None
    due_on: date | None = None
    note: str = ""
    petition_id: str | None = None
    visit_id: str | None = None
    demo: bool = False


class Petition(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """信访件 without the petitioner, whose identity never leaves the backend."""

    id: str
    number: str
    topic: str
    summary: str
    received_at: datetime
    state: Literal["来件登记", "交办", "查处", "答复", "结案"]
    enterprise_id: str | None = None
    due_on: date | None = None
    task_id: str | None = None
    demo: bool = False
