"""What supervisors learn from conversations, and what they teach."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.staff import ADMIN
from tests.browser.test_accessibility import findings
from tests.browser.test_procedures import step
from tests.browser.widget import Widget

INSIGHT = DESK_TEXTS["insight"]
# A step problem, as the bot understands it, and what a spreadsheet would take for a formula.
MISTAKEN = "=1+1 这一步点了没反应"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def title_of(desk: Desk, name: str) -> Locator:
    """The title of one of the figures at the top of the page; an entry of the navigation is called the same."""
    return desk.page.get_by_role("main").get_by_text(INSIGHT["figures"][name], exact=True).first


def figure(desk: Desk, name: str) -> int:
    """Returns one of the figures at the top of the page."""
    return int(title_of(desk, name).locator("xpath=following-sibling::*[1]").inner_text())


def test_figures_and_labels(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    screenshot: Callable[[Page, str], None],
    tmp_path: Path,
) -> None:
    desk = desk_of("wang")
    desk.go("insight")
    expect(desk.page.get_by_role("heading", name=INSIGHT["title"])).to_be_visible()
    expect(
        desk.page.get_by_role("main").get_by_text(INSIGHT["figures"]["conversations"], exact=True).first
    ).to_be_visible()
    conversations, handed_off, solved = (figure(desk, name) for name in ("conversations", "handed_off", "solved"))

    first = customer("解决的")
    first.say("我忘记密码了")
    first.shows(step(1))
    first.say("搞定了谢谢")
    first.shows("问题解决了就好")
    second = customer("没听懂的")
    second.say("我忘记密码了")
    second.shows(step(1))
    second.say(MISTAKEN)
    second.shows("第1步卡住了")
    second.queues()
    desk.go("workspace")
    desk.serve("没听懂的")
    desk.says("您好")
    second.once("您好")
    desk.close()
    second.rate(3, "@SUM(1+1)*cmd")
    second.shows("谢谢您的评分")

    desk.page.reload()
    desk.go("insight")
    expect(
        desk.page.get_by_role("main").get_by_text(INSIGHT["figures"]["conversations"], exact=True).first
    ).to_be_visible()
    assert figure(desk, "conversations") == conversations + 2
    assert figure(desk, "handed_off") == handed_off + 1
    assert figure(desk, "solved") == solved + 1
    screenshot(desk.page, "1-figures")

    label(desk, screenshot)
    export(desk, tmp_path)


def label(desk: Desk, screenshot: Callable[[Page, str], None]) -> None:
    desk.page.get_by_role("tab", name=INSIGHT["tabs"]["misunderstood"]).click()
    row = desk.page.get_by_role("row").filter(has_text=MISTAKEN)
    expect(row).to_be_visible()
    screenshot(desk.page, "2-misunderstood")
    field = row.get_by_role("combobox")
    field.fill("找回登录密码")
    expect(desk.page.get_by_title("找回登录密码").first).to_be_visible()
    with desk.page.expect_response("**/insight/labels/**") as answer:
        field.press("Enter")
    assert answer.value.ok
    expect(row.get_by_role("combobox")).to_have_count(0)
    screenshot(desk.page, "3-labelled")
    desk.page.reload()
    desk.page.get_by_role("tab", name=INSIGHT["tabs"]["misunderstood"]).click()
    expect(desk.page.get_by_role("row").filter(has_text=MISTAKEN)).to_have_count(0)
    desk.page.get_by_role("checkbox", name=INSIGHT["with_labelled"]).check()
    expect(desk.page.get_by_role("row").filter(has_text=MISTAKEN)).to_be_visible()


def export(desk: Desk, tmp_path: Path) -> None:
    for content in ("statistics", "misunderstood"):
        desk.page.get_by_role("button", name=INSIGHT["export"]).hover()
        with desk.page.expect_download() as download:
            desk.page.get_by_role("link", name=INSIGHT["exports"][content]).click()
        path = tmp_path / f"{content}.csv"
        download.value.save_as(path)
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert len(rows) > 1
        assert not [cell for line in rows for cell in line if cell.startswith(FORMULA)]
        if content == "misunderstood":
            assert [line for line in rows if any(MISTAKEN in cell for cell in line)]


def test_an_answer_of_an_agent_becomes_a_draft(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    """The page of drafts is filled in; nobody has typed anything."""
    question, answer = "账单怎么导出来", "在“账单”右上角点“导出”，选好时间，文件会发到您的邮箱。"
    desk, studio = desk_of("wang"), DESK_TEXTS["studio"]
    words = DESK_TEXTS["agent_answers"]
    for name in ("问账单的", "也问账单的"):
        user = customer(name)
        user.say("转人工")
        user.queues()
        desk.serve(name)
        user.say(question)
        expect(desk.log).to_contain_text(question)
        desk.says("稍等")
        desk.says(answer)
        user.once(answer)
        user.say("谢谢，导出来了")
        expect(desk.log).to_contain_text("导出来了")
        desk.close()
    admin = desk_of(ADMIN)
    page = admin.page
    admin.go("insight")
    page.get_by_role("tab", name=words["tab"]).click()
    card = page.get_by_role("listitem").filter(has_text=answer)
    expect(card).to_contain_text(words["same"].replace("{count}", "2"))
    assert not findings(page)
    screenshot(page, "1-agents")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(color_scheme="dark")
    expect(card).to_be_visible()
    screenshot(page, "2-narrow-dark")
    page.set_viewport_size({"width": 1280, "height": 800})
    card.get_by_role("button", name=words["new_faq"]).click()
    expect(page.get_by_role("textbox", name=studio["question"])).to_have_value(question)
    expect(page.get_by_role("textbox", name=studio["answer"])).to_have_value(answer)
    expect(page.get_by_role("textbox", name=studio["source"])).to_have_value(re.compile("^来自坐席"))
    screenshot(page, "3-draft")
