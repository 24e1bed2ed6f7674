"""The leaders' console in a real browser: log in, find the visit, read it, fetch its files, log out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from backend.console.track import lasted
from fieldkit.demo import county, kit_officers
from tests.backend.conftest import Running
from tests.backend.factories import plain
from tests.backend.filled import Filled, filled, send_blob
from tests.backend.kit import PASSWORD, Kit, operation

LEADER = next(o.number for o in county().officers if o.role == "大队长")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, backend: Running) -> Iterator[Page]:
    context = browser.new_context(
        base_url=backend.url, ignore_https_errors=True, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None
    )
    yield opened
    context.close()
    assert complaints == []


def log_in(page: Page, password: str = PASSWORD, number: str = LEADER) -> None:
    page.goto("/")
    page.get_by_label("执法证号").fill(number)
    page.get_by_label("密码").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def sent(kit: Kit) -> Filled:
    """A visit that has come in but for its last blob."""
    rows, _ = kit.all_changes()
    task = next(row["body"] for row in rows if row["kind"] == "task" and row["body"]["state"] in ("下派", "签收"))
    made = filled(kit_officers(), task["id"], (task["enterprise_id"], f"海盐示例{task['id'][:6]}有限公司"))
    results = kit.push(
        operation("visit", made.visit.id, plain(made.visit)), operation("track", made.track.id, plain(made.track))
    )
    assert [result["state"] for result in results] == ["applied", "applied"]
    return made


def test_a_leader_finds_reads_and_fetches_a_done_task(page: Page, kit: Kit, sent: Filled) -> None:
    blobs = list(sent.blobs.values())
    for data in blobs[:-1]:
        send_blob(kit, data)
    last_missing = blobs[-1]

    log_in(page)
    expect(page.get_by_role("heading", name="已结任务")).to_be_visible()
    row = page.get_by_role("row").filter(has_text=sent.visit.enterprise_name)
    row.get_by_role("link").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text(sent.visit.enterprise_name)
    expect(page.get_by_role("heading", level=1)).to_contain_text("演示数据")
    main = page.get_by_role("main")
    for words in (
        "盐环示检〔2026〕0099号",
        "330424-",
        "检查（勘察）人",
        "一号车间",
        "SY20260611-01",
        "3304************34",
    ):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text("330424199001011234")
    for state in ("已签", "空白", "看不清"):
        expect(page.locator("#signed")).to_contain_text(state)
    expect(page.get_by_role("cell", name="排污许可证", exact=True)).to_be_visible()
    expect(page.locator("#track svg polyline")).to_have_attribute("points", re.compile(r"\d"))
    for image in page.get_by_role("main").get_by_role("img").all():
        image.scroll_into_view_if_needed()
    drawn = "() => [...document.images].every(i => i.complete && i.naturalWidth > 0)"
    page.wait_for_function(drawn)
    assert page.locator(".pages img").count() == 2

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("下载 PDF")).click()
    pdf = next(data for data in sent.blobs.values() if data.startswith(b"%PDF"))
    assert download.value.path().read_bytes() == pdf

    send_blob(kit, last_missing)
    page.reload()
    expect(page.locator(".heading")).to_contain_text("已归档")


def test_what_is_missing_is_said(page: Page, sent: Filled) -> None:
    log_in(page)
    row = page.get_by_role("row").filter(has_text=sent.visit.enterprise_name)
    expect(row).to_contain_text(re.compile(r"缺 \d+ 个附件|已归档"))


def test_older_tasks_are_a_page_away(page: Page) -> None:
    log_in(page)
    page.get_by_role("link", name="更早的任务").click()
    expect(page.get_by_role("link", name="回到最新")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(31)


@pytest.mark.parametrize(
    ("number", "password", "words"),
    [
        (LEADER, "wrong password", "执法证号或密码不正确"),
        (kit_officers()[0], PASSWORD, "没有负责人平台的权限"),
        ("<b>x</b>", "wrong password", "执法证号或密码不正确"),
    ],
)
def test_who_may_not_in_is_told_why(page: Page, number: str, password: str, words: str) -> None:
    log_in(page, password, number)
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_label("执法证号")).to_have_value(number)


def test_logging_out_ends_the_session(page: Page) -> None:
    log_in(page)
    cookie = next(c for c in page.context.cookies() if c["name"] == "__Host-fieldkit")
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("密码")).to_be_visible()
    page.context.add_cookies([cookie])
    page.goto("/console")
    expect(page.get_by_label("密码")).to_be_visible()


def test_a_visit_that_is_not_there_says_so(page: Page) -> None:
    log_in(page)
    page.goto("/console/visits/nothing")
    expect(page.get_by_role("heading", name="没有找到这次检查")).to_be_visible()


def test_nothing_is_shown_without_a_session(backend: Running) -> None:
    with requests.Session() as http:
        http.verify, http.trust_env = backend.ca_file, False
        for path in ("/console", "/console/visits/x", f"/console/visits/x/files/{'0' * 64}"):
            reply = http.get(backend.url + path, allow_redirects=False)
            assert (reply.status_code, reply.headers["Location"]) == (303, "/console/login")
        page = http.get(backend.url + "/console/login")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_from_elsewhere_is_refused(backend: Running) -> None:
    with requests.Session() as http:
        http.verify, http.trust_env = backend.ca_file, False
        reply = http.post(backend.url + "/console/login", data={"number": LEADER, "password": PASSWORD, "form": ""})
        assert reply.status_code == 403
        assert "__Host-fieldkit" not in reply.cookies
        token = re.search(r'name="form" value="([^"]+)"', http.get(backend.url + "/console/login").text)
        assert token
        data = {"number": LEADER, "password": PASSWORD, "form": token[1]}
        http.post(backend.url + "/console/login", data=data, allow_redirects=False)
        assert "__Host-fieldkit" in http.cookies
        assert http.post(backend.url + "/console/logout", data={"csrf": "guess"}).status_code == 403


def test_a_kits_token_opens_no_console_and_a_consoles_no_kit(backend: Running, kit: Kit) -> None:
    reply = requests.get(
        backend.url + "/console",
        headers={"Cookie": f"__Host-fieldkit={kit.token}"},
        verify=backend.ca_file,
        allow_redirects=False,
        timeout=10,
    )
    assert reply.status_code == 303


def test_work_set_aside_is_shown_to_a_leader(page: Page, kit: Kit) -> None:
    kit.push(operation("hologram", "held-1", {"any": "thing"}))
    log_in(page)
    page.get_by_role("link", name="待处理").click()
    row = page.get_by_role("row").filter(has_text="hologram").first
    expect(row).to_contain_text("未知类型")
    expect(row).to_contain_text("原样保管")
    expect(row).to_contain_text("试验箱")


def test_a_person_at_a_wrong_address_gets_a_page(page: Page) -> None:
    for place in ("/console/nosuch", "/console/visits", "/console/visits/x/pages"):
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    page.get_by_role("link", name="回到已结任务").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_a_program_at_a_wrong_address_still_gets_a_problem(backend: Running) -> None:
    answer = requests.get(f"{backend.url}/v1/nosuch", verify=str(backend.data / "tls" / "ca.pem"), timeout=10)
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 秒"), (26.4, "26 秒"), (78, "1 分 18 秒"), (120, "2 分钟"), (3725, "62 分钟")]
)
def test_a_track_lasts_as_long_as_it_did(seconds: float, words: str) -> None:
    assert lasted(seconds) == words
