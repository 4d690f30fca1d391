"""Who speaks: never the bot over an agent, never two agents, and nobody who only watches."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.staff import Staff
from tests.browser.test_procedures import step
from tests.browser.waiting import eventually
from tests.browser.widget import TEXTS, Widget


@pytest.fixture
def halted_engine(stack: Stack) -> Iterator[Callable[[], None]]:
    """Halts the engine while it is called upon, and lets it go on; it goes on in any case afterwards."""
    pid = stack.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    yield lambda: os.kill(pid, signal.SIGCONT)
    os.kill(pid, signal.SIGCONT)


def test_takeover_while_the_bot_is_answering(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    stack: Stack,
    complaints: Complaints,
    request: pytest.FixtureRequest,
    screenshot: Callable[[Page, str], None],
) -> None:
    # The desk asks the engine for suggestions, which it does not make now.
    complaints.forgive("status of 503")
    desk = desk_of("lin")
    widget = customer("小马")
    widget.queues()
    desk.open("小马")
    let_go = request.getfixturevalue("halted_engine")
    widget.say("我忘记密码了")
    desk.once("我忘记密码了")
    desk.claim()
    widget.served_by("小林")
    let_go()
    # The engine answers now, too late.
    eventually(lambda: "reply_dropped" in stack.gateway.output())
    desk.says("密码的事我来帮您看")
    widget.once("密码的事我来帮您看")
    # Nowhere: neither here nor on another device, which reads what is stored, nor at the desk.
    second_device = customer("小马")
    second_device.once("密码的事我来帮您看", "我忘记密码了")
    for log in (widget.log, second_device.log, desk.log):
        expect(log).not_to_contain_text("第1步")
    screenshot(desk.page, "desk")
    # What the bot says to the next question is not the late reply.
    desk.return_to_bot()
    widget.shows("接下来由我继续帮您")
    widget.say("怎么开通快捷支付")
    widget.shows("快捷支付")
    expect(widget.log).not_to_contain_text(step(1))


def test_two_agents_claim_at_the_same_instant(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    # One of them comes second, and may see no more of it then; the browser notes both.
    complaints.forgive("status of 409", "status of 403")
    desks = {"小林": desk_of("lin"), "小陈": desk_of("chen")}
    widget = customer("小牛")
    widget.queues()
    held: list[Route] = []

    # Not the method itself: the library wants something that it can inspect.
    def hold(route: Route) -> None:
        held.append(route)

    for desk in desks.values():
        desk.open("小牛")
        desk.page.route("**/claim", hold)
        desk.claim()
    eventually(lambda: len(held) == len(desks), desks["小林"].page)
    for route in held:
        route.continue_()
    for desk in desks.values():
        expect(desk.conversation).to_contain_text(DESK_TEXTS["statuses"]["active"])
    eventually(lambda: any(desk.reply.is_visible() for desk in desks.values()), desks["小林"].page)
    owners = [name for name, desk in desks.items() if desk.reply.is_visible()]
    assert len(owners) == 1, owners
    winner = desks.pop(owners[0])
    ((_, loser),) = desks.items()
    widget.served_by(owners[0])
    expect(widget.log.get_by_text("来了，接下来由")).to_have_count(1)
    # Who came second is told so, and sees who was first.
    expect(loser.page.get_by_text("慢了一步")).to_be_visible()
    expect(loser.conversation).to_contain_text(DESK_TEXTS["chat"]["served_by"].format(name=owners[0]))
    expect(loser.reply).to_have_count(0)
    loser.lists("mine")
    winner.lists("mine", "小牛")
    screenshot(loser.page, "second")
    winner.says("我来处理")
    widget.once("我来处理")


def frames_of(page: Page) -> list[str]:
    """Loads a page anew and returns a list to which what it sends over its sockets is added."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    page.reload()
    return sent


def test_a_supervisor_watches_silently_and_reassigns(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    staff: Staff,
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    # Whose chat was given away may see no more of it.
    complaints.forgive("status of 403")
    lin, wang = desk_of("lin"), desk_of("wang")
    sent = frames_of(wang.page)
    widget = customer("小杨")
    widget.queues()
    lin.serve("小杨")
    lin.says("您好，请讲")
    widget.once("您好，请讲")
    # The agent looks at something else, so that nobody but the supervisor reads.
    lin.go("search")
    told = widget.log.locator(".row-system").count()
    wang.go("team")
    row = wang.page.get_by_role("row").filter(has_text="小杨")
    expect(row).to_contain_text("小林")
    screenshot(wang.page, "1-team")
    row.get_by_role("button", name=DESK_TEXTS["team"]["watch"]).click()
    wang.shows_conversation("小杨")
    wang.once("您好，请讲")
    widget.say("我的钱到账了吗")
    wang.once("我的钱到账了吗")
    expect(wang.conversation).to_contain_text(DESK_TEXTS["closed"]["active"].format(name="小林"))
    expect(wang.reply).to_have_count(0)
    screenshot(wang.page, "2-watching")
    assert [frame for frame in sent if '"watch"' in frame]
    # Neither of the two can tell: no mark, no line, nothing in the ticket's history.
    assert not [frame for frame in sent if '"read"' in frame or '"typing"' in frame]
    row = widget.log.locator('[data-author="user"]').filter(has_text="我的钱到账了吗")
    expect(row).not_to_contain_text(TEXTS["app"]["support"]["read"])
    expect(widget.log.locator(".row-system")).to_have_count(told)
    ticket = staff["lin"].ask("GET", "/queue")["mine"][0]
    kinds = [event["kind"] for event in staff["lin"].ask("GET", f"/tickets/{ticket['id']}")["events"]]
    assert kinds == ["created", "queued", "claimed"]

    wang.assign("王主管")
    widget.shows("已经为您换成客服王主管")
    lin.go("workspace")
    lin.lists("mine")
    wang.says("您好，我是主管，款项已经在路上")
    widget.once("您好，我是主管，款项已经在路上")


def test_the_stolen_account_comes_first(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of("lin")
    first = customer("先来的")
    first.queues(1)
    urgent = customer("被盗的")
    urgent.say("我的账号被盗了，钱被人转走了")
    urgent.shows("人工")
    urgent.say("转人工")
    urgent.waits(1)
    desk.lists("waiting", "被盗的", "先来的")
    first.waits(2)
    expect(desk.item("被盗的")).to_contain_text(DESK_TEXTS["priorities"][0])
    screenshot(desk.page, "queue")
    desk.claim_next()
    desk.shows_conversation("被盗的")
    first.waits(1)


def test_no_longer_waiting(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    staff: Staff,
    screenshot: Callable[[Page, str], None],
) -> None:
    desk = desk_of("lin")
    widget = customer("小急")
    queue = TEXTS["app"]["support"]["queue"]
    widget.queues()
    desk.lists("waiting", "小急")
    # The bot still answers meanwhile.
    widget.say("我忘记密码了")
    widget.shows(step(1))
    # By the button, which asks once more.
    widget.button(queue["leave"]).first.click()
    expect(widget.window.get_by_text(queue["confirm"])).to_be_visible()
    screenshot(widget.page, "confirm")
    widget.window.get_by_role("group", name=queue["leave_hint"]).get_by_role("button", name=queue["leave"]).click()
    widget.shows("已经帮您取消排队")
    desk.lists("waiting")
    widget.say("下一步")
    widget.shows(step(2))
    # And in words.
    widget.queues()
    desk.lists("waiting", "小急")
    widget.say("不等了")
    expect(widget.log.get_by_text("已经帮您取消排队")).to_have_count(2)
    desk.lists("waiting")
    # Each is a ticket of its own that is over, not one that was made twice.
    tickets = staff.admin.ask("GET", "/tickets?query=%E5%B0%8F%E6%80%A5")["tickets"]
    assert [ticket["disposition"] for ticket in tickets] == ["cancelled", "cancelled"]


def test_asking_twice_makes_one_ticket(customer: Callable[..., Widget], desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("lin")
    widget = customer("小重")
    widget.queues()
    widget.say("转人工！！")
    widget.shows("您的位置还留着，现在是第1位")
    widget.say("人工呢")
    desk.lists("waiting", "小重")
    widget.say("我的工单怎么样了")
    widget.shows("正在排队，现在是第1位")
    desk.serve("小重")
    widget.served_by("小林")
