"""What goes wrong while people wait and chat: all is afterwards as it was, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.widget import TEXTS, Widget


def test_the_gateway_is_killed_with_users_in_the_queue_and_in_a_chat(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    stack: Stack,
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    complaints.forgive_lost_connections()
    desk = desk_of("lin")
    served, first, second = customer("在聊的"), customer("排第一的"), customer("排第二的")
    served.queues()
    desk.serve("在聊的")
    served.say("断开前说的")
    desk.once("断开前说的")
    desk.says("断开前回的")
    served.once("断开前回的")
    first.queues(1)
    second.queues(2)
    desk.lists("waiting", "排第一的", "排第二的")

    stack.gateway.kill()
    expect(desk.page.get_by_text(DESK_TEXTS["banner"]["unreachable"])).to_be_visible()
    for user in (served, second):
        expect(user.window.get_by_text(TEXTS["app"]["banner"]["unreachable"])).to_be_visible()
    served.say("断开时说的")
    desk.says("断开时回的")
    expect(desk.log.get_by_text(DESK_TEXTS["chat"]["sending"])).to_be_visible()
    screenshot(desk.page, "1-desk-offline")
    screenshot(second.page, "2-user-offline")
    stack.gateway.start()
    stack.gateway.wait_until_ready(180)

    expect(desk.page.get_by_text(DESK_TEXTS["banner"]["unreachable"])).to_be_hidden()
    said = ("断开前说的", "断开前回的", "断开时说的", "断开时回的")
    for page in (served, desk):
        page.once(*said)
    expect(desk.log.get_by_text(DESK_TEXTS["chat"]["sending"])).to_have_count(0)
    # Nobody is told anything twice, or has lost their place.
    expect(served.log.get_by_text("来了，接下来由")).to_have_count(1)
    served.served_by("小林")
    first.waits(1)
    second.waits(2)
    desk.lists("mine", "在聊的")
    desk.lists("waiting", "排第一的", "排第二的")
    screenshot(desk.page, "3-desk-again")

    # It goes on, for all of them.
    served.say("恢复后说的")
    desk.once("恢复后说的")
    desk.says("恢复后回的")
    served.once("恢复后回的", *said)
    desk.claim_next()
    desk.shows_conversation("排第一的")
    first.served_by("小林")
    second.waits(1)


def test_a_reply_that_was_under_way_when_the_gateway_was_killed(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], stack: Stack, complaints: Complaints
) -> None:
    complaints.forgive_lost_connections()
    desk = desk_of("lin")
    widget = customer("小断")
    widget.queues()
    desk.serve("小断")
    texts = [f"第{number}句" for number in range(1, 7)]
    for text in texts:
        desk.says(text)
    # Somewhere in the middle of them.
    stack.gateway.kill()
    stack.gateway.start()
    stack.gateway.wait_until_ready(180)
    widget.once(*texts)
    desk.once(*texts)
    shown = widget.log.locator('[data-author="agent"]').get_by_text("第").all_inner_texts()
    assert [text for text in shown if text in texts] == texts


def test_the_network_of_the_agent_is_gone_for_a_while(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], complaints: Complaints
) -> None:
    complaints.forgive_lost_connections()
    desk = desk_of("lin")
    widget = customer("小网")
    widget.queues()
    desk.serve("小网")
    context: BrowserContext = desk.page.context
    context.set_offline(True)
    expect(desk.page.get_by_text(DESK_TEXTS["banner"]["offline"])).to_be_visible()
    widget.say("在吗")
    desk.says("马上回来")
    context.set_offline(False)
    desk.once("在吗", "马上回来")
    widget.once("在吗", "马上回来")


def test_the_desk_is_reloaded_in_the_middle(customer: Callable[..., Widget], desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("lin")
    widget = customer("小新")
    widget.queues()
    desk.serve("小新")
    desk.says("已经发出的")
    widget.once("已经发出的")
    desk.reply.fill("还没写完的")
    desk.page.reload()
    # The conversation is open again, with the draft, and the agent is still the one who has it.
    desk.shows_conversation("小新")
    desk.once("已经发出的")
    expect(desk.reply).to_have_value("还没写完的")
    desk.reply.press("Enter")
    widget.once("已经发出的", "还没写完的")
