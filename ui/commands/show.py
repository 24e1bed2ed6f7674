"""Show one archive: by unified social credit code, or by its id."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from fieldkit.errors import NotFound
from fieldkit.model.enterprise import Enterprise
from fieldkit.model.stamp import local
from fieldkit.replica import Replica
from ui.commands import kit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("key", metavar="USCC|ID", help="unified social credit code, or the archive's id")
    kit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the archive with its visits, tasks and petitions."""
    with kit.open_kit(args) as replica:
        enterprise = replica.archives.by_uscc(args.key) or replica.archives.get(args.key)
        if enterprise is None:
            raise NotFound(what=args.key)
        shown = _shown(replica, enterprise)
    print(msgspec.json.encode(shown).decode() if args.json else _text(enterprise, shown))
    return 0


def _shown(replica: Replica, enterprise: Enterprise) -> dict[str, Any]:
    visits = replica.visits.of_enterprise(enterprise.id)
    return {
        "enterprise": enterprise,
        "visits": [
            {
                "id": visit.id,
                "number": visit.number,
                "opened_at": visit.opened_at.at,
                "state": replica.visits.state(visit.id),
                "officers": visit.officers,
            }
            for visit in visits
        ],
        "tasks": replica.tasks.of_enterprise(enterprise.id),
        "petitions": replica.petitions.of_enterprise(enterprise.id),
    }


def _text(enterprise: Enterprise, shown: dict[str, Any]) -> str:
    lines = [f"{enterprise.name}{'（演示数据）' if enterprise.demo else ''}"]
    lines += [
        f"{label}：{value}"
        for label, value in (
            ("统一社会信用代码", enterprise.uscc),
            ("曾用名", "、".join(enterprise.former_names)),
            ("法定代表人", enterprise.legal_person),
            ("地址", enterprise.address),
            ("行业", f"{enterprise.industry} {enterprise.industry_name}".strip()),
            ("监管级别", enterprise.level),
            ("产品", "、".join(enterprise.products)),
        )
        if value
    ]
    lines += [f"排污许可证：{p.number} {p.permit_class} 有效期至 {p.valid_to}" for p in enterprise.permits]
    lines += [
        f"建设项目：{p.name} {p.eia_class} {p.approval_no} 验收 {p.acceptance_no or '—'}" for p in enterprise.projects
    ]
    lines += [f"排放口：{o.code} {o.name} {o.medium}" for o in enterprise.outfalls]
    lines += [f"检查：{v['number']} {local(v['opened_at']):%Y-%m-%d} {STATES[v['state']]}" for v in shown["visits"]]
    lines += [f"任务：{task.title} {task.state}" for task in shown["tasks"]]
    lines += [f"信访：{petition.number} {petition.topic} {petition.state}" for petition in shown["petitions"]]
    return "\n".join(lines)


STATES = {
    "open": "未完成",
    "waiting": "待上传",
    "sent": "已上传，附件未齐",
    "filed": "已归档",
    "conflict": "有冲突",
    "rejected": "被退回",
    "quarantined": "待负责人核定",
}
"""What an officer reads for each state of a visit."""
