"""The desk for people who see badly, or use the keyboard only; and with Chinese input methods."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.composing import compose
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.staff import Staff
from tests.browser.test_accessibility import SETTLED, findings
from tests.browser.test_procedures import step
from tests.browser.widget import Widget


# One after the other: the desk is drawn anew for another scheme, and is empty for a moment. With users of their own,
# who have said nothing before.
@pytest.mark.parametrize(("scheme", "name", "other_name"), [("light", "小看", "被盗"), ("dark", "小夜", "失窃")])
def test_axe_finds_nothing_serious_at_the_desk(
    scheme: str,
    name: str,
    other_name: str,
    new_context: Callable[..., BrowserContext],
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    stack: Stack,
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    # Asking who is signed in is answered with 401 if nobody is.
    complaints.forgive("status of 401")
    found: dict[str, list[str]] = {}

    def look(page: Page, place: str) -> None:
        screenshot(page, place)
        page.evaluate(SETTLED)
        if problems := findings(page, scheme):
            found[place] = problems

    page = new_context(color_scheme=scheme).new_page()
    page.goto(f"{stack.address}/desk")
    expect(page.get_by_role("button", name=DESK_TEXTS["sign_in"]["submit"])).to_be_visible()
    look(page, "sign-in")

    desk = desk_of("admin", color_scheme=scheme)
    look(desk.page, "empty")
    user = customer(name)
    user.say("我忘记密码了")
    user.shows(step(1))
    user.queues()
    other = customer(other_name)
    other.queues(2)
    desk.lists("waiting", name, other_name)
    desk.open(name)
    look(desk.page, "waiting")
    desk.claim()
    expect(desk.reply).to_be_visible()
    desk.says("您好，有什么可以帮您？")
    desk.write_note("用户比较着急")
    user.say("收不到验证码")
    desk.once("收不到验证码")
    look(desk.page, "chat")
    desk.reply.fill("/")
    expect(desk.canned).to_be_visible()
    look(desk.page, "canned")
    desk.reply.fill("")
    for action in ("transfer", "return_to_bot", "close"):
        desk.act(action)
        expect(desk.dialog).to_be_visible()
        # Those who want no motion need not wait for its end.
        expect(desk.page.locator("[class*='-appear'], [class*='-enter']")).to_have_count(0)
        look(desk.page, action)
        desk.page.keyboard.press("Escape")
        expect(desk.dialog).to_have_count(0)
    _look_at_pages(desk, look)
    assert not found, "\n".join(f"{place}: {problem}" for place, problems in found.items() for problem in problems)


def _look_at_pages(desk: Desk, look: Callable[[Page, str], None]) -> None:
    """Opens the pages beside the workspace one after the other."""
    for name in ("search", "replies", "team", "accounts", "settings", "studio", "insight"):
        desk.go(name)
        expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
        expect(desk.page.locator(".ant-spin-spinning")).to_have_count(0)
        look(desk.page, name)
    for name in ("groups", "misunderstood", "coverage"):
        desk.page.get_by_role("tab", name=DESK_TEXTS["insight"]["tabs"][name]).click()
        expect(desk.page.locator(".ant-spin-spinning")).to_have_count(0)
        look(desk.page, name)
    desk.go("studio")
    for name in ("figures", "review", "versions"):
        desk.page.get_by_role("tab", name=DESK_TEXTS["studio"]["tabs"][name]).click()
        expect(desk.page.locator(".ant-spin-spinning")).to_have_count(0)
        look(desk.page, name)
    # By the keyboard: the mouse would stand over a button of the next page.
    desk.page.get_by_role("button", name=DESK_TEXTS["studio"]["new_faq"]).press("Enter")
    expect(desk.page.get_by_role("textbox", name=DESK_TEXTS["studio"]["question"])).to_be_visible()
    look(desk.page, "question")


def test_sign_in_claim_reply_and_close_with_the_keyboard_only(
    new_context: Callable[..., BrowserContext],
    customer: Callable[..., Widget],
    stack: Stack,
    staff: Staff,
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    # Nobody is signed in; the password is wrong.
    complaints.forgive("status of 401", "status of 422")
    account = staff["chen"]
    account.ask("PUT", "/presence", {"status": "online"})
    page = new_context().new_page()
    page.goto(f"{stack.address}/desk")
    keyboard = page.keyboard
    # The cursor is in the first field already.
    expect(page.get_by_role("textbox", name=DESK_TEXTS["sign_in"]["username"])).to_be_focused()
    keyboard.type(account.username)
    keyboard.press("Tab")
    keyboard.type("wrong-password")
    keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("密码不对")
    keyboard.type(account.password)
    keyboard.press("Enter")
    desk = Desk(page)
    expect(desk.queue).to_be_visible()

    claim_reply_and_close(desk, customer("小键"), screenshot)


def claim_reply_and_close(desk: Desk, user: Widget, screenshot: Callable[[Page, str], None]) -> None:
    page, keyboard = desk.page, desk.page.keyboard
    user.queues()
    desk.lists("waiting", "小键")
    keyboard.press("Alt+n")
    desk.shows_conversation("小键")
    expect(desk.reply).to_be_focused()
    keyboard.type("您好，")
    keyboard.press("Shift+Enter")
    keyboard.type("请讲")
    keyboard.press("Enter")
    user.shows("您好，\n请讲")
    user.say("我想问下进度")
    desk.once("我想问下进度")
    # A note, and back.
    keyboard.press("Alt+i")
    expect(desk.note).to_be_focused()
    keyboard.type("查过了，明天到账")
    keyboard.press("Enter")
    desk.shows("查过了，明天到账")
    keyboard.press("Alt+i")
    expect(desk.reply).to_be_focused()
    keyboard.type("明天到账")
    keyboard.press("Enter")
    user.once("明天到账")
    keyboard.press("Alt+w")
    expect(desk.dialog).to_be_visible()
    keyboard.type("已答复")
    screenshot(page, "close")
    button = desk.dialog.get_by_role("button", name=DESK_TEXTS["actions"]["close"], exact=True)
    for _ in range(5):
        keyboard.press("Tab")
        if button.evaluate("e => e.matches(':focus')"):
            break
    expect(button).to_be_focused()
    keyboard.press("Enter")
    user.shows("这次的人工服务结束了")
    expect(user.log).not_to_contain_text("查过了，明天到账")
    expect(user.log).not_to_contain_text("已答复")
    expect(desk.dialog).to_have_count(0)
    keyboard.press("?")
    expect(page.get_by_role("dialog", name=DESK_TEXTS["shortcuts"]["title"])).to_be_visible()
    screenshot(page, "shortcuts")


def test_enter_that_ends_a_composition_does_not_send_at_the_desk(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk]
) -> None:
    desk = desk_of("lin")
    user = customer("小拼")
    user.queues()
    desk.serve("小拼")
    desk.reply.focus()
    keyboard = compose(desk.page, "ninhao")
    expect(desk.reply).to_have_value("ninhao")
    # As Safari does: the key itself, while it composes.
    desk.reply.dispatch_event(
        "keydown", {"key": "Enter", "keyCode": 229, "bubbles": True, "cancelable": True, "composed": True}
    )
    expect(desk.reply).to_have_value("ninhao")
    keyboard.send("Input.insertText", {"text": "您好"})
    expect(desk.reply).to_have_value("您好")
    # Nor does it run a shortcut, or choose a canned reply.
    desk.reply.press("Enter")
    user.once("您好")
    expect(user.log.get_by_text("ninhao")).to_have_count(0)
    expect(desk.log.get_by_text("ninhao")).to_have_count(0)
