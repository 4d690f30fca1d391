"""Conversations that are assigned by themselves, and what happens to those in which somebody falls silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, FloatRect, Locator, Page, Playwright, expect

from scripts.stack import Stack
from tests.browser.branch import Branch
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.sites import visit
from tests.browser.widget import TEXTS, Widget

# Time passes by starting the gateway anew with another clock, so that no test has to be quick: it has a quarter of an
# hour. Users are reminded after twenty minutes and have left after an hour; so long may agents be silent, too.
BEGINNING, LATER, MUCH_LATER = (f"2026-11-23T{time}+08:00" for time in ("10:00:00", "10:40:00", "12:00:00"))
REMINDED, LEFT = "1200", "3600"
ASSIGNED = DESK_TEXTS["alerts"]["assigned"]


@pytest.fixture(scope="module")
def whole_branch(
    _playwright: Playwright, running_stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Branch]:
    branch = Branch(
        _playwright,
        running_stack,
        tmp_path_factory.mktemp("automatic"),
        UWALLET_ASSIGNMENT="automatic",
        UWALLET_AGENT_MAX_CHATS="2",
        UWALLET_CLOCK=BEGINNING,
        # The agents' browsers must come back before anybody gives up on them.
        UWALLET_QUEUE_ABANDONED_AFTER="86400",
        UWALLET_USER_REMIND_AFTER=REMINDED,
        UWALLET_USER_LEFT_AFTER=LEFT,
        UWALLET_AGENT_SILENT_AFTER=LEFT,
        # The clock leaps over hours in which those at the desk would sign in anew.
        UWALLET_DESK_IDLE_MINUTES="1440",
    )
    yield branch
    branch.close()


@pytest.fixture
def branch(whole_branch: Branch, stack: Stack) -> Branch:
    """It assigns, up to two chats at once; nobody is there."""
    assert stack.engine.pid
    whole_branch.staff.tidy()
    return whole_branch


@pytest.fixture
def desk_of(
    new_context: Callable[..., BrowserContext], complaints: Complaints, branch: Branch
) -> Callable[[str], Desk]:
    # Whose chat has gone elsewhere may see no more of it.
    complaints.forgive("status of 403")
    return lambda username: branch.open_desk(new_context, username)


@pytest.fixture
def customer(
    new_context: Callable[..., BrowserContext], complaints: Complaints, branch: Branch
) -> Iterator[Callable[[str], Widget]]:
    def open_widget(name: str) -> Widget:
        widget = visit(new_context(), branch.site, name)
        widget.greeted()
        return widget

    yield open_widget
    complaints.check()


def comes_to(widget: Widget, agent: str) -> None:
    """Asks for a human, who comes without having done anything."""
    widget.say(TEXTS["app"]["human"])
    widget.served_by(agent)


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found
    return found


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def test_the_least_busy_agent_gets_the_next_one_up_to_a_limit(
    desk_of: Callable[[str], Desk], customer: Callable[[str], Widget], screenshot: Callable[[Page, str], None]
) -> None:
    lin, chen = desk_of("lin"), desk_of("chen")
    comes_to(customer("一号"), "小林")
    lin.open("一号")
    comes_to(customer("二号"), "小陈")
    comes_to(customer("三号"), "小林")
    toast = lin.page.get_by_role("alert").filter(has_text=ASSIGNED).filter(has_text="三号")
    expect(toast).to_be_visible()
    # It has come to rest; that of the first one may still be there.
    toast.evaluate("e => Promise.all(e.getAnimations({ subtree: true }).map((a) => a.finished)).then(() => null)")
    screenshot(lin.page, "1-toast")
    # It can be left alone: all that the agent may want to press is free.
    buttons = [*lin.conversation.locator("header").get_by_role("button").all(), lin.page.locator(".composer-send")]
    assert len(buttons) == 5
    for button in buttons:
        assert not overlap(box(toast), box(button)), button
    comes_to(customer("四号"), "小陈")
    rest = customer("五号")
    rest.queues(1)
    lin.lists("mine", "一号", "三号")
    chen.lists("mine", "二号", "四号")
    lin.lists("waiting", "五号")
    screenshot(lin.page, "2-full")
    screenshot(rest.page, "3-waits")
    # Whoever has room first gets who waits.
    chen.open("四号")
    chen.close()
    rest.served_by("小陈")
    chen.lists("mine", "二号", "五号")
    lin.lists("waiting")


def test_the_last_agent_is_preferred_while_they_have_room(
    desk_of: Callable[[str], Desk], customer: Callable[[str], Widget], branch: Branch
) -> None:
    chen = desk_of("chen")
    widget = customer("老熟人")
    comes_to(widget, "小陈")
    chen.open("老熟人")
    chen.close()
    widget.shows("这次的人工服务结束了")
    # Both are free, and the other one would be first.
    desk_of("lin")
    comes_to(widget, "小陈")
    chen.lists("mine", "老熟人")
    chen.open("老熟人")
    # What was before is at hand.
    expect(chen.details.get_by_role("tab", name=DESK_TEXTS["details"]["earlier"].format(count=1))).to_be_visible()
    chen.close()
    chen.lists("mine")
    branch.staff["chen"].ask("PUT", "/presence", {"status": "away"})
    comes_to(widget, "小林")


def test_somebody_falls_silent(
    desk_of: Callable[[str], Desk],
    customer: Callable[[str], Widget],
    branch: Branch,
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    complaints.forgive_lost_connections()
    lin = desk_of("lin")
    quiet, asking = customer("不说话的"), customer("等回答的")
    comes_to(quiet, "小林")
    lin.open("不说话的")
    lin.says("请问订单号是多少？")
    quiet.once("请问订单号是多少？")
    comes_to(asking, "小林")
    asking.say("我的钱去哪了")
    lin.open("等回答的")
    lin.once("我的钱去哪了")
    chen = desk_of("chen")

    branch.set_clock(LATER)
    quiet.shows("您还在吗？客服小林在等您的回复")
    screenshot(quiet.page, "1-reminder")
    quiet.served_by("小林")
    asking.served_by("小林")
    # Whoever waits for an answer is asked nothing.
    expect(asking.log).not_to_contain_text("您还在吗")

    branch.set_clock(MUCH_LATER)
    quiet.shows("这次的人工服务先结束了")
    screenshot(quiet.page, "2-left")
    # The agent who did not answer does not get the chat again, although they have room.
    asking.shows("刚才的客服暂时没能回复您，正在为您安排其他客服")
    asking.served_by("小陈")
    lin.lists("mine")
    chen.lists("mine", "等回答的")
    chen.open("等回答的")
    chen.once("我的钱去哪了")
    screenshot(asking.page, "3-another-agent")
    screenshot(chen.page, "4-taken-over")
    chen.says("您好，我来帮您查")
    asking.once("您好，我来帮您查")
    # The one who had left is the bot's again.
    quiet.say("我忘记密码了")
    quiet.shows("点“忘记密码”")
