"""设置: the look, who may open this kit, one's own password, and what this kit is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from fieldkit import __version__
from fieldkit.access import keys as kit_keys
from fieldkit.errors import KnownError
from fieldkit.model.officer import Officer
from fieldkit.replica import Enrolment
from ui.archives.facts import Facts
from ui.bridge import Ticket
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
        scroll.column.addWidget(self._password())
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
        card.column.addWidget(secondary("请本人输入执法证号，并设一个只有自己知道的密码（至少 10 个字符）。"))
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

    def _password(self) -> Card:
        card = Card("修改我的密码")
        self.old = PasswordField("现在的密码")
        self.old.line.setPlaceholderText("现在的密码")
        self.new = PasswordField("新密码")
        self.new.line.setPlaceholderText("新密码，至少 10 个字符")
        self.change = Button("修改密码")
        self.change.clicked.connect(self._change)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.old, 1)
        row.addWidget(self.new, 1)
        row.addWidget(self.change)
        card.column.addLayout(row)
        card.column.addWidget(secondary("这里改的是打开本机的密码；后台账户的密码由管理员重设。"))
        self.password_notice = Notice()
        card.column.addWidget(self.password_notice)
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
        job = session.bridge.run(
            lambda _: kit_keys.add_officer(session.home, session.keys, number, password),
            self,
            lambda _: self._added(number),
            self.officer_notice.fail,
            doing="添加执法人员",
        )
        job.ended.connect(lambda: self.add.setEnabled(True))

    def _added(self, number: str) -> None:
        self.new_number.clear()
        self.new_password.clear()
        self.officer_notice.tell("ok", f"已添加 {number}，现在可以用这个证号登录本机。")
        self.refresh()

    def _change(self) -> None:
        session, old, new = self._session, self.old.text(), self.new.text()
        if not old or not new:
            self.password_notice.tell("info", "请输入现在的密码和新密码。", "Type both passwords.")
            return
        self.change.setEnabled(False)
        job = session.bridge.run(
            lambda _: kit_keys.change_password(session.home, session.officer.number, old, new),
            self,
            lambda _: self._changed(),
            self._not_changed,
            doing="修改密码",
        )
        job.ended.connect(lambda: self.change.setEnabled(True))

    def _changed(self) -> None:
        self.old.clear()
        self.new.clear()
        self.password_notice.tell("ok", "密码已修改，下次登录生效。")

    def _not_changed(self, error: KnownError) -> None:
        self.password_notice.fail(error)
        self.old.setFocus()
