"""设置: the look, who may open this kit, and what this kit is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from fieldkit import __version__
from fieldkit.access import keys as kit_keys
from fieldkit.model.officer import Officer
from fieldkit.replica import Enrolment
from ui.archives.facts import Facts
from ui.bridge import Ticket
from ui.settings.account import taken_by_the_backend
from ui.shell.password_field import PasswordField
from ui.shell.places import Page
from ui.shell.session import Session
from ui.shell.when import day
from ui.style.buttons import Button, Choices
from ui.style.surfaces import Card, Notice, Scroll, clear_layout, page_head
from ui.style.tokens import THEMES, current_theme, load_theme
from ui.style.words import Tag, body, rule, secondary, section


class SettingsPage(Page):
    """Few things, set rarely.

    Signals:
        theme_chosen: the ThemeName.
    """

    theme_chosen = Signal(str)
    wants = frozenset({"officer", "enrolment"})

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll(width=880)
        whole.addWidget(scroll)
        scroll.column.setSpacing(16)
        scroll.column.addLayout(page_head("设置"))
        scroll.column.addWidget(self._look())
        scroll.column.addWidget(self._officers())
        self._about = Card("本机")
        self._about_rows = QVBoxLayout()
        self._about.column.addLayout(self._about_rows)
        scroll.column.addWidget(self._about)
        scroll.column.addStretch(1)

    def _look(self) -> Card:
        card = Card("外观")
        options = [(name, load_theme(name).label, "") for name in THEMES]
        self.theme = Choices("外观", options, compact=True, value=current_theme().name)
        self.theme.chosen.connect(self.theme_chosen)
        card.column.addWidget(self.theme)
        card.column.addWidget(secondary("户外：近黑配白、粗线条，强光下也看得清。"))
        return card

    def _officers(self) -> Card:
        card = Card("可以打开本机的执法人员")
        self._officer_rows = QVBoxLayout()
        self._officer_rows.setSpacing(8)
        card.column.addLayout(self._officer_rows)
        card.column.addWidget(rule())
        card.column.addWidget(section("添加执法人员"))
        card.column.addWidget(
            secondary(
                "请本人输入执法证号和后台账户现在的密码：打开本机和同步登录用的是同一个密码。"
                "有网络时先向后台核对再添加；没有网络时先添加，第一次同步时核对。"
            )
        )
        self.new_number = QLineEdit()
        self.new_number.setAccessibleName("新执法人员证号")
        self.new_number.setPlaceholderText("执法证号")
        self.new_password = PasswordField("新执法人员密码")
        self.new_password.line.setPlaceholderText("密码")
        self.add = Button("添加", name="添加执法人员")
        self.add.clicked.connect(self._add)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.new_number, 1)
        row.addWidget(self.new_password, 1)
        row.addWidget(self.add)
        card.column.addLayout(row)
        self.officer_notice = Notice()
        card.column.addWidget(self.officer_notice)
        return card

    def refresh(self) -> None:
        """Read who may open this kit."""
        home, replica = self._session.home, self._session.replica

        def read(_: Ticket) -> tuple[list[tuple[str, Officer | None]], Enrolment | None]:
            numbers = kit_keys.officers(home)
            return [(number, replica.officers.get(number)) for number in numbers], replica.enrolment.get()

        self._session.bridge.run(read, self, self._show, self.officer_notice.fail, doing="打开设置")

    def _show(self, known: tuple[list[tuple[str, Officer | None]], Enrolment | None]) -> None:
        officers, enrolment = known
        clear_layout(self._officer_rows)
        today = self._session.today()
        for number, officer in officers:
            row = QHBoxLayout()
            row.setSpacing(8)
            name = f"{officer.name}　{officer.squad}" if officer else "名册中没有这个证号"
            row.addWidget(body(f"{number}　{name}"), 1)
            if officer is None:
                row.addWidget(Tag("未核实", "warn"))
            elif officer.expires_on is None:
                row.addWidget(Tag("没有执法证有效期", "danger"))
            elif officer.expires_on < today:
                row.addWidget(Tag(f"执法证已于{day(officer.expires_on, today)}过期", "danger"))
            else:
                row.addWidget(Tag(f"执法证有效至{day(officer.expires_on)}", "ok"))
            if number == self._session.officer.number:
                row.addWidget(Tag("已登录", "accent", "circle-dot"))
            self._officer_rows.addLayout(row)
        clear_layout(self._about_rows)
        pairs = [("版本", __version__), ("数据文件夹", str(self._session.home))]
        if enrolment is not None:
            pairs += [
                ("行政区", f"{enrolment.county_name}（{enrolment.county}）"),
                ("服务器", enrolment.server_url),
                ("本机编号", enrolment.device_id),
            ]
        self._about_rows.addWidget(Facts(pairs))

    def _add(self) -> None:
        session, number, password = self._session, self.new_number.text().strip(), self.new_password.text()
        if not number or not password:
            self.officer_notice.tell("info", "请输入执法证号和密码。", "Type number and password.")
            return
        self.add.setEnabled(False)

        def add(_: Ticket) -> bool:
            known = taken_by_the_backend(session.replica, session.clock, number, password)
            kit_keys.add_officer(session.home, session.keys, number, password)
            return known

        job = session.bridge.run(
            add, self, lambda known: self._added(number, known), self.officer_notice.fail, doing="添加执法人员"
        )
        job.ended.connect(lambda: self.add.setEnabled(True))

    def _added(self, number: str, known: bool) -> None:
        self.new_number.clear()
        self.new_password.clear()
        if known:
            self.officer_notice.tell("ok", f"已添加 {number}，后台已核对密码，现在可以用这个证号登录本机。")
        else:
            self.officer_notice.tell(
                "warn",
                f"已添加 {number}，可以登录本机。现在连不上服务器，密码还没有向后台核对：此人第一次同步时核对，"
                "不一致就不能同步。",
            )
        self.refresh()
