"""The groups of an archive (DOMAIN, 3), a card each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from fieldkit.model.enterprise import Enterprise, Outfall, Permit, Project
from fieldkit.model.place import Point
from fieldkit.model.stamp import local
from ui.archives.content import Archive
from ui.archives.facts import Facts
from ui.archives.reminders import SOON_DAYS
from ui.archives.timeline import TimelineEntry
from ui.shell.when import day, days_left, size
from ui.style.icons import IconLabel
from ui.style.surfaces import Card
from ui.style.words import Tag, body, label, rule, secondary

_FIRST = 3
"""So many visits show at once; the newest is open."""


def history(archive: Archive, today: date, open_visit: Callable[[str], None]) -> Card:
    """执法史: the visits as a timeline, the newest opened."""
    card = Card("检查历史")
    card.column.setSpacing(0)
    if not archive.visits:
        card.column.addWidget(secondary("还没有检查过。每次检查完成后，记录、照片和扫描件自动归到这里。"))
    for place, visit in enumerate(archive.visits):
        entry = TimelineEntry(visit, archive.states.get(visit.id, ""), archive.officers, today, open_visit)
        entry.unfold(place == 0)
        card.column.addWidget(entry)
    return card


def permits(enterprise: Enterprise, today: date) -> Card:
    """排污许可证."""
    card = Card("排污许可")
    if not enterprise.permits:
        card.column.addWidget(secondary("档案中没有排污许可证。"))
    for place, permit in enumerate(enterprise.permits):
        if place:
            card.column.addWidget(rule())
        card.column.addLayout(_permit(permit, today))
    return card


def _permit(permit: Permit, today: date) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(label(permit.number, selectable=True))
    head.addWidget(Tag(permit.permit_class))
    days = (permit.valid_to - today).days
    if days < 0:
        head.addWidget(Tag(f"已过期 {-days} 天", "danger"))
    elif days <= SOON_DAYS:
        head.addWidget(Tag(days_left(permit.valid_to, today), "warn"))
    else:
        head.addWidget(Tag("有效", "ok"))
    head.addStretch(1)
    column.addLayout(head)
    column.addWidget(
        Facts((("有效期", f"{day(permit.valid_from)} 至 {day(permit.valid_to)}"), ("发证机关", permit.authority)))
    )
    return column


def projects(enterprise: Enterprise) -> Card:
    """建设项目: approval and acceptance."""
    card = Card("建设项目")
    if not enterprise.projects:
        card.column.addWidget(secondary("档案中没有建设项目。"))
    for place, project in enumerate(enterprise.projects):
        if place:
            card.column.addWidget(rule())
        card.column.addLayout(_project(project))
    return card


def _project(project: Project) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(body(project.name), 1)
    head.addWidget(Tag(project.eia_class), 0, Qt.AlignmentFlag.AlignTop)
    accepted = bool(project.acceptance_no or project.acceptance_date)
    if accepted:
        head.addWidget(Tag("已验收", "ok"), 0, Qt.AlignmentFlag.AlignTop)
    elif project.eia_class != "登记表":
        head.addWidget(Tag("未见验收", "warn"), 0, Qt.AlignmentFlag.AlignTop)
    column.addLayout(head)
    approval = "　".join(
        filter(None, (project.approval_no, day(project.approval_date) if project.approval_date else ""))
    )
    acceptance = "　".join(
        filter(
            None,
            (
                project.acceptance_kind,
                project.acceptance_no,
                day(project.acceptance_date) if project.acceptance_date else "",
            ),
        )
    )
    column.addWidget(Facts((("批复", approval), ("审批机关", project.authority), ("验收", acceptance))))
    return column


def outfalls(enterprise: Enterprise) -> Card:
    """废水、废气排放口."""
    card = Card("排放口")
    if not enterprise.outfalls:
        card.column.addWidget(secondary("档案中没有排放口。"))
    for place, outfall in enumerate(enterprise.outfalls):
        if place:
            card.column.addWidget(rule())
        card.column.addLayout(_outfall(outfall))
    return card


def _outfall(outfall: Outfall) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(
        IconLabel("droplets" if outfall.medium == "废水" else "wind", "ink-quiet"), 0, Qt.AlignmentFlag.AlignTop
    )
    column = QVBoxLayout()
    column.setSpacing(2)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(label(f"{outfall.code}　{outfall.name}"))
    if outfall.online:
        head.addWidget(Tag("在线监控", "info", "circle-dot"))
    head.addStretch(1)
    column.addLayout(head)
    height = f"高 {outfall.height_m:g} m" if outfall.height_m else ""
    detail = "　".join(filter(None, (outfall.medium, "、".join(outfall.pollutants), outfall.destination, height)))
    column.addWidget(secondary(detail))
    row.addLayout(column, 1)
    return row


def basics(enterprise: Enterprise) -> Card:
    """基本信息 and 管理属性."""
    card = Card("基本信息")
    industry = f"{enterprise.industry_name}（{enterprise.industry}）" if enterprise.industry else ""
    legal = "　".join(filter(None, (enterprise.legal_person, enterprise.legal_person_title)))
    contact = "　".join(filter(None, (enterprise.contact, enterprise.phone)))
    card.column.addWidget(
        Facts(
            (
                ("曾用名", "、".join(enterprise.former_names)),
                ("法定代表人", legal),
                ("环保联系人", contact),
                ("地址", enterprise.address),
                ("所属中队", enterprise.squad),
                ("行业", industry),
                ("企业类型", enterprise.enterprise_type),
                ("规模", enterprise.scale),
                ("信用等级", enterprise.credit),
                ("主要产品", "、".join(enterprise.products)),
                ("受纳水体", enterprise.receiving_water),
                ("坐标", _coordinates(enterprise.point)),
            )
        )
    )
    return card


def _coordinates(point: Point | None) -> str:
    if point is None:
        return ""
    return f"{point.lon:.5f}, {point.lat:.5f}　{point.crs}" + (f"（{point.source}）" if point.source else "")


def tasks(archive: Archive, today: date) -> Card:
    """任务 of this enterprise."""
    card = Card("任务")
    if not archive.tasks:
        card.column.addWidget(secondary("没有任务。"))
    for task in archive.tasks[:5]:
        card.column.addWidget(body(task.title))
        due = f"{day(task.due_on, today)}前" if task.due_on else ""
        card.column.addWidget(secondary("　".join(filter(None, (task.kind, task.state, due)))))
    return card


def petitions(archive: Archive, today: date) -> Card:
    """信访 about this enterprise, without who complained."""
    card = Card("信访")
    if not archive.petitions:
        card.column.addWidget(secondary("没有信访件。"))
    for petition in archive.petitions[:5]:
        card.column.addWidget(body(f"{petition.topic}：{petition.summary}"))
        received = day(local(petition.received_at).date(), today)
        card.column.addWidget(secondary(f"{petition.number}　{petition.state}　{received}收到"))
    return card


def papers(enterprise: Enterprise) -> Card:
    """附件: the documents of the archive."""
    card = Card("附件")
    if not enterprise.papers:
        card.column.addWidget(secondary("还没有附件。检查时扫描的证照会归到这里。"))
    for paper in enterprise.papers:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(IconLabel("file-text", "ink-quiet"))
        row.addWidget(body(paper.title), 1)
        row.addWidget(label(f"{paper.kind}　{size(paper.size)}", "secondary"))
        card.column.addLayout(row)
    return card
