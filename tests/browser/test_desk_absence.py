"""Nobody is there: outside of the opening hours, with no agent online, or for too long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from scripts.stack import Stack
from tests.browser.branch import Branch
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.sites import visit
from tests.browser.staff import Staff
from tests.browser.widget import TEXTS, Widget
from tests.paths import ROOT

MESSAGE = TEXTS["app"]["support"]["message"]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A Monday. Later is long enough for whoever has come to the queue a quarter of an hour after the morning's time.
NIGHT, MORNING, LATER = "2026-11-23T03:00:00+08:00", "2026-11-23T09:05:00+08:00", "2026-11-23T09:35:00+08:00"


@pytest.fixture
def branch(_playwright: Playwright, stack: Stack, tmp_path: Path) -> Iterator[Branch]:
    """It has opening hours, and it is night."""
    hours = json.dumps({day: ["09:00-12:00", "13:30-21:00"] for day in DAYS})
    unknown, filled_in = "\nopening_hours: null\n", f"\nopening_hours: {hours}\n"
    organisation = (ROOT / "data/knowledge/organisation.yml").read_text(encoding="utf-8")
    assert unknown in organisation
    file = tmp_path / "organisation.yml"
    file.write_text(organisation.replace(unknown, filled_in), encoding="utf-8")
    branch = Branch(
        _playwright,
        stack,
        tmp_path,
        UWALLET_ORGANISATION_FILE=str(file),
        UWALLET_CLOCK=NIGHT,
        # Browsers must come back before anybody gives up on them.
        UWALLET_QUEUE_ABANDONED_AFTER="86400",
        # The clock leaps over the hours in which those at the desk would sign in anew.
        UWALLET_DESK_IDLE_MINUTES="1440",
    )
    yield branch
    branch.close()


def test_out_of_hours_and_the_next_morning(
    branch: Branch,
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    complaints.forgive_lost_connections()
    # Somebody is online, but it is night.
    night = branch.open_desk(new_context, "lin")
    widget = visit(new_context(), branch.site, "夜猫子")
    widget.greeted()
    widget.say("转人工")
    # The bot says that nobody is there, the gateway adds until when.
    widget.shows("现在没有人工客服在线")
    widget.shows("人工客服今天09:00开始服务")
    night.lists("waiting")
    screenshot(widget.page, "1-closed")
    widget.button(MESSAGE["open"]).last.click()
    # As people do: first without a contact, then with half of one.
    widget.leave_message("转账一直没到账，订单尾号是8812", "")
    expect(widget.window.get_by_text(MESSAGE["contact_missing"])).to_be_visible()
    widget.leave_message("转账一直没到账，订单尾号是8812", "1380013800")
    expect(widget.window.get_by_text(MESSAGE["contact_mobile"].format(count=10))).to_be_visible()
    screenshot(widget.page, "2-form")
    widget.leave_message("转账一直没到账，订单尾号是8812", "13800138000")
    expect(widget.window.get_by_text(MESSAGE["done"], exact=True)).to_be_visible()
    screenshot(widget.page, "3-taken")
    night.lists("messages", "夜猫子")
    night.page.close()
    widget.page.close()

    branch.set_clock(MORNING)
    desk = branch.open_desk(new_context, "chen")
    desk.lists("messages", "夜猫子")
    desk.open("夜猫子")
    expect(desk.summary).to_contain_text("转账一直没到账，订单尾号是8812")
    expect(desk.summary).to_contain_text("138****8000")
    desk.summary.get_by_role("button", name=DESK_TEXTS["contact"]["show"]).click()
    expect(desk.summary.get_by_role("link", name="13800138000")).to_have_attribute("href", "tel:13800138000")
    screenshot(desk.page, "4-morning")
    desk.conversation.get_by_role("button", name=DESK_TEXTS["actions"]["take_up"], exact=True).click()
    desk.says("您好，款项已经到账了，麻烦您核对一下")
    desk.once("您好，款项已经到账了，麻烦您核对一下")
    back = visit(new_context(), branch.site, "夜猫子")
    back.shows("人工客服小陈看到了您的留言")
    back.once("您好，款项已经到账了，麻烦您核对一下")
    screenshot(back.page, "5-answered")

    # By day people are queued, and after ten minutes they are offered to leave a message.
    other = visit(new_context(), branch.site, "早起的")
    other.greeted()
    other.queues()
    desk.lists("waiting", "早起的")
    branch.set_clock(LATER)
    other.shows("不好意思，让您久等了，客服还没有空下来")
    screenshot(other.page, "6-timeout")
    other.waits(1)
    other.button("继续等").last.click()
    other.shows("您的位置还留着")
    # The user who had been answered and has said nothing since was not there; their chat is still open.
    desk.lists("mine", "夜猫子")
    complaints.check()


def test_nobody_is_online(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    staff: Staff,
    screenshot: Callable[[Page, str], None],
) -> None:
    widget = customer("没等到的")
    widget.say("转人工")
    widget.shows("现在没有人工客服在线")
    screenshot(widget.page, "1-nobody")
    # The bot is still there.
    widget.say("我忘记密码了")
    widget.shows("点“忘记密码”")
    widget.window.get_by_role("button", name=MESSAGE["open"], exact=True).first.click()
    widget.leave_message("密码找回不了，短信一直不来", "lan@example.com")
    expect(widget.window.get_by_text(MESSAGE["done"], exact=True)).to_be_visible()
    widget.window.get_by_role("button", name=MESSAGE["done_close"]).click()
    desk = desk_of("lin")
    desk.lists("messages", "没等到的")
    desk.open("没等到的")
    expect(desk.summary).to_contain_text("密码找回不了，短信一直不来")
    desk.summary.get_by_role("button", name=DESK_TEXTS["contact"]["show"]).click()
    expect(desk.summary.get_by_role("link", name="lan@example.com")).to_be_visible()
    # Dealt with outside of the chat.
    desk.conversation.get_by_role("button", name=DESK_TEXTS["actions"]["finish"], exact=True).click()
    desk.finish("solved", "已邮件回复")
    desk.lists("messages")
    widget.say("我的工单怎么样了")
    widget.shows("客服已经处理完，结果是已解决")


def test_an_agent_who_is_away_gets_nobody(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of("lin")
    menu = DESK_TEXTS["menu"]["label"]
    presence = DESK_TEXTS["presence"]
    desk.page.get_by_role("button", name=menu.format(name="小林", presence=presence["online"])).click()
    desk.page.get_by_role("menuitem", name=presence["away"]).click()
    expect(desk.page.get_by_text(DESK_TEXTS["banner"]["away"])).to_be_visible()
    screenshot(desk.page, "away")
    widget = customer("小空")
    widget.say("转人工")
    widget.shows("现在没有人工客服在线")
    desk.page.get_by_role("button", name=DESK_TEXTS["banner"]["go_online"]).click()
    expect(desk.page.get_by_text(DESK_TEXTS["banner"]["away"])).to_be_hidden()
    widget.queues()
    desk.lists("waiting", "小空")
