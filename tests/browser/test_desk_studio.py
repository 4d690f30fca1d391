"""The life of a question at the studio: written, tried, checked, live for users, and taken back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.sites import Site
from tests.browser.staff import ADMIN
from tests.browser.widget import Widget

STUDIO = DESK_TEXTS["studio"]
QUESTION = "会员积分能换话费吗"
ANSWER = "这里没有会员积分，换话费的活动都不是我们的。"
# What is asked before a publication takes some fifteen seconds of a core, and others may want it.
CHECKED_MS = 240_000
WORDINGS = ("积分怎么换话费", "我的积分可以兑换话费吗", "话费能用积分换不", "想拿积分换点话费", "积分兑话费在哪里弄")


def test_a_question_is_tried_at_one_site_goes_live_and_is_taken_back(
    site: Site, customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of(ADMIN)
    page = desk.page
    desk.go("studio")
    page.get_by_role("button", name=STUDIO["new_faq"]).click()
    write(page)
    page.get_by_role("textbox", name=STUDIO["trial_type"]).fill(QUESTION)
    page.get_by_role("textbox", name=STUDIO["trial_type"]).press("Enter")
    # What was typed is stored first.
    expect(page.get_by_role("log").get_by_text(ANSWER)).to_be_visible()
    screenshot(page, "1-tried")
    page.get_by_role("link", name=STUDIO["to_review"]).click()
    page.get_by_role("button", name=STUDIO["check"], exact=True).click()
    expect(page.get_by_role("button", name=STUDIO["check_again"])).to_be_visible(timeout=CHECKED_MS)
    screenshot(page, "2-checked")

    first_at_one_site(desk, site, screenshot)
    first = customer("试行时问的")
    first.say(QUESTION)
    first.shows(ANSWER)
    withdraw(page, screenshot)
    second = customer("撤回后问的")
    second.say(QUESTION)
    expect(second.log).not_to_contain_text(ANSWER)
    page.get_by_role("tab", name=STUDIO["tabs"]["review"]).click()
    # It is the draft again, which the checks have passed: they take a minute.
    expect(page.get_by_role("button", name=STUDIO["check_again"])).to_be_visible()

    confirm(page, STUDIO["publish"])
    expect(page.get_by_text("已发布，用时")).to_be_visible()
    first = customer("问积分的")
    first.say(QUESTION)
    first.shows(ANSWER)
    page.get_by_role("tab", name=STUDIO["tabs"]["versions"]).click()
    confirm(page, STUDIO["roll_back"])
    expect(page.get_by_text("已退回到第")).to_be_visible()
    screenshot(page, "6-rolled-back")
    second = customer("后来问积分的")
    second.say(QUESTION)
    expect(second.log).not_to_contain_text(ANSWER)


def test_what_a_question_takes_over_is_listed_before_it_is_published(
    desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of(ADMIN)
    page = desk.page
    desk.go("studio")
    page.get_by_role("button", name=STUDIO["new_faq"]).click()
    write(page, "登录密码想不起来了怎么重设", ("登录密码忘记了如何重设", "想重设登录密码", "登录密码想不起来怎么办"))
    page.get_by_role("button", name=STUDIO["save"]).click()
    page.get_by_role("link", name=STUDIO["to_review"]).click()
    page.get_by_role("button", name=STUDIO["check"], exact=True).click()
    expect(page.get_by_role("button", name=STUDIO["check_again"])).to_be_visible(timeout=CHECKED_MS)
    finding = page.get_by_role("listitem").filter(has_text=STUDIO["check_names"]["regression"]).first
    finding.get_by_role("button", name="看看哪1处").click()
    expect(finding.get_by_text("找回登录密码", exact=True)).to_be_visible()
    expect(finding.get_by_text(ANSWER)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name=STUDIO["publish"], exact=True)).to_be_disabled()
    screenshot(page, "desktop")
    # The desk is drawn anew for another scheme.
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    finding.get_by_role("button", name="看看哪1处").click()
    finding.get_by_text(ANSWER).scroll_into_view_if_needed()
    screenshot(page, "phone")
    page.get_by_role("main").get_by_role("button", name=STUDIO["discard"], exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=STUDIO["discard"], exact=True).click()
    expect(page.get_by_text(STUDIO["no_draft"], exact=True).first).to_be_visible()


def first_at_one_site(desk: Desk, site: Site, screenshot: Callable[[Page, str], None]) -> None:
    """Lets one site have what was checked first."""
    page, pilot = desk.page, STUDIO["pilot"]
    page.get_by_role("main").get_by_role("button", name=STUDIO["publish"], exact=True).click()
    page.get_by_role("radio", name=pilot["share"]).check()
    screenshot(page, "3-share")
    page.get_by_role("radio", name=pilot["site"]).check()
    start = desk.dialog.get_by_role("button", name=pilot["start"], exact=True)
    # Which site is still to be said.
    expect(start).to_be_disabled()
    desk.dialog.get_by_role("combobox").fill(site.key)
    page.keyboard.press("Enter")
    screenshot(page, "4-site")
    start.click()
    expect(page.get_by_text("开始试行，用时")).to_be_visible()


def withdraw(page: Page, screenshot: Callable[[Page, str], None]) -> None:
    """Takes back what one site had, after a look at its figures beside those of the others."""
    pilot = STUDIO["pilot"]
    page.get_by_role("link", name=pilot["to_versions"]).click()
    panel = page.get_by_role("region", name=pilot["panel"])
    row = panel.get_by_role("row", name=pilot["figures"]["conversations"])
    expect(row.get_by_role("cell").nth(1)).to_have_text("1", timeout=30_000)
    # One conversation says nothing.
    expect(panel.get_by_text(pilot["few"])).to_be_visible()
    screenshot(page, "5-beside")
    confirm(page, pilot["withdraw"])
    expect(panel).to_be_hidden()


def write(page: Page, question: str = QUESTION, wordings: tuple[str, ...] = WORDINGS) -> None:
    page.get_by_role("textbox", name=STUDIO["question"]).fill(question)
    page.get_by_role("textbox", name=STUDIO["similar"]).fill("\n".join(wordings))
    page.get_by_role("textbox", name=STUDIO["answer"]).fill(ANSWER)
    page.get_by_role("textbox", name=STUDIO["source"]).fill("客服手册第3页")
    page.get_by_role("combobox", name=STUDIO["category"]).fill("活动")


def confirm(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
