"""Human support as users meet it; the agent has no browser (agents.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from scripts.local import free_port
from scripts.stack import Stack
from tests.browser.agents import Agent
from tests.browser.conftest import Complaints
from tests.browser.staff import Staff
from tests.browser.test_accessibility import findings
from tests.browser.test_pictures import png
from tests.browser.widget import TEXTS, Widget

SUPPORT = TEXTS["app"]["support"]
QUEUE, MESSAGE, RATING = SUPPORT["queue"], SUPPORT["message"], SUPPORT["rating"]
HUMAN = TEXTS["app"]["human"]
TO_BOT = TEXTS["app"]["subtitle"]["online"]


@pytest.fixture
def agent(stack: Stack, whole_staff: Staff) -> Iterator[Agent]:
    """Somebody who is there for users."""
    with Agent(stack, admin=whole_staff.admin) as agent:
        yield agent


def bar(widget: Widget) -> Locator:
    return widget.window.locator(".support-bar")


def head(widget: Widget) -> Locator:
    return widget.window.locator(".header")


def serving(agent: Agent) -> str:
    return str(SUPPORT["serving"].format(name=agent.name))


def line_up(widget: Widget) -> str:
    """Asks for a human; returns the number of the ticket."""
    widget.greeted()
    head(widget).get_by_role("button", name=HUMAN).click()
    expect(bar(widget)).to_contain_text(re.compile(r"T\d+"))
    found = re.search(r"T\d+", bar(widget).inner_text())
    assert found
    return found[0]


def served(widget: Widget, agent: Agent) -> tuple[str, int]:
    """Asks for a human, who comes; returns number and id of the ticket."""
    widget.open()
    number = line_up(widget)
    ticket_id = agent.claim(number)
    expect(head(widget)).to_contain_text(serving(agent))
    return number, ticket_id


def again(widget: Widget) -> None:
    """Loads the page anew; the window is open again."""
    widget.page.reload()
    expect(widget.log).to_be_visible()


def test_waiting_and_leaving(widget: Widget, agent: Agent, screenshot: Callable[[Page, str], None]) -> None:
    widget.open()
    number = line_up(widget)
    expect(head(widget).get_by_role("button", name=HUMAN)).to_have_count(0)
    expect(bar(widget)).to_contain_text(QUEUE["next"])
    screenshot(widget.page, "waiting")
    # The bot still answers.
    widget.say("注销账号要多久")
    widget.shows("注销")
    again(widget)
    expect(bar(widget)).to_contain_text(number)
    # A double click leaves nothing.
    bar(widget).get_by_role("button", name=QUEUE["leave"]).dblclick()
    screenshot(widget.page, "leaving")
    assert agent.ticket(number)["status"] == "queued"
    if bar(widget).get_by_role("button", name=QUEUE["stay"]).is_visible():
        bar(widget).get_by_role("button", name=QUEUE["stay"]).click()
    expect(bar(widget)).to_contain_text(number)
    # Neither does Enter, twice.
    bar(widget).get_by_role("button", name=QUEUE["leave"]).focus()
    widget.page.keyboard.press("Enter")
    expect(bar(widget).get_by_role("button", name=QUEUE["stay"])).to_be_focused()
    widget.page.keyboard.press("Enter")
    expect(bar(widget)).to_contain_text(number)
    head(widget).get_by_role("button", name=QUEUE["leave"]).click()
    bar(widget).get_by_role("button", name=QUEUE["leave"]).click()
    expect(bar(widget)).to_have_count(0)
    widget.shows("取消排队")
    expect(head(widget).get_by_role("button", name=HUMAN)).to_be_visible()
    ticket = agent.ticket(number)
    assert (ticket["status"], ticket["disposition"]) == ("closed", "cancelled")
    again(widget)
    widget.shows("取消排队")
    expect(bar(widget)).to_have_count(0)


def test_asking_again_and_again_makes_one_ticket(widget: Widget, agent: Agent) -> None:
    widget.open()
    widget.greeted()
    for _ in range(3):
        widget.say("转人工")
    expect(bar(widget)).to_contain_text(re.compile(r"T\d+"))
    expect(widget.own("转人工")).to_have_count(3)
    expect(widget.log.get_by_text("您的位置还留着，现在是第1位")).to_have_count(2)
    number = re.search(r"T\d+", bar(widget).inner_text())
    assert number
    assert [ticket["number"] for ticket in agent.queue("waiting")].count(number[0]) == 1
    bar(widget).get_by_role("button", name=QUEUE["leave"]).click()
    bar(widget).get_by_role("button", name=QUEUE["leave"]).click()
    expect(bar(widget)).to_have_count(0)


def test_what_users_type_about_queue_and_ticket(widget: Widget, agent: Agent) -> None:
    widget.open()
    number = line_up(widget)
    widget.say("我的工单怎么样了")
    widget.shows(f"您的工单{number}")
    expect(bar(widget)).to_contain_text(number)
    widget.say("不等了")
    widget.shows("取消排队")
    expect(bar(widget)).to_have_count(0)
    ticket = agent.ticket(number)
    assert (ticket["status"], ticket["disposition"]) == ("closed", "cancelled")


def test_a_conversation_with_an_agent(widget: Widget, agent: Agent, screenshot: Callable[[Page, str], None]) -> None:
    _, ticket_id = served(widget, agent)
    expect(head(widget).get_by_role("button", name=HUMAN)).to_have_count(0)
    agent.type(ticket_id, typing=True)
    expect(widget.log.get_by_text(SUPPORT["typing"].format(name=agent.name))).to_be_visible()
    spoken = agent.say(ticket_id, "您好，请问是哪一笔没到账？")
    widget.shows("请问是哪一笔没到账")
    expect(widget.log.get_by_text(SUPPORT["typing"].format(name=agent.name))).to_have_count(0)
    expect(widget.log.locator('[data-author="agent"]').first).to_contain_text(agent.name)
    # The window is looked at.
    agent.hears("read", lambda data: data["user_read_id"] >= spoken)
    widget.composer.press_sequentially("昨天那笔")
    agent.hears("user_typing", lambda data: data["typing"] is True)
    widget.composer.press("Enter")
    agent.hears("user_typing", lambda data: data["typing"] is False)
    heard = agent.hears("message", lambda data: data["message"]["text"] == "昨天那笔")["message"]
    expect(widget.log.get_by_text(SUPPORT["read"])).to_have_count(0)
    agent.read(ticket_id, heard["id"])
    expect(widget.log.get_by_text(SUPPORT["read"])).to_have_count(1)
    screenshot(widget.page, "read")
    # The engine answers nothing of all this.
    widget.say("转人工")
    agent.hears("message", lambda data: data["message"]["text"] == "转人工")
    assert "bot" not in [message["author"] for message in agent.messages(ticket_id) if message["id"] > spoken]
    agent.show(ticket_id, png())
    picture = widget.log.locator('[data-author="agent"] img')
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 640)
    screenshot(widget.page, "picture")
    again(widget)
    expect(head(widget)).to_contain_text(serving(agent))
    expect(widget.log.get_by_text("请问是哪一笔没到账")).to_have_count(1)
    agent.close(ticket_id)
    expect(head(widget)).to_contain_text(TO_BOT)


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_an_agent_writes_while_the_user_is_away(
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    stack: Stack,
    agent: Agent,
    viewport: tuple[int, int],
    screenshot: Callable[[Page, str], None],
) -> None:
    visitor = new_context(viewport={"width": viewport[0], "height": viewport[1]})
    page = visitor.new_page()
    page.goto(stack.address)
    widget = Widget(page)
    _, ticket_id = served(widget, agent)
    widget.window.get_by_role("button", name=TEXTS["app"]["close"]).click()
    page.goto("about:blank")
    agent.say(ticket_id, "查到了，这笔今天会退回")
    page.goto(stack.address)
    badge = re.compile(TEXTS["loader"]["unread"].format(count=r"\d+"))
    expect(widget.launcher).to_have_accessible_name(badge)
    before = widget.launcher.get_attribute("aria-label")
    # The next page listens, although nobody has pressed the button.
    agent.say(ticket_id, "还在吗")
    expect(widget.launcher).not_to_have_accessible_name(str(before))
    screenshot(page, "badge")
    expect(widget.composer).to_be_hidden()
    told = [data["user_read_id"] for name, data in agent.heard if name == "read"]
    widget.open()
    last = agent.messages(ticket_id)[-1]["id"]
    for text in ("查到了，这笔今天会退回", "还在吗"):
        expect(widget.log.get_by_text(text)).to_have_count(1)
    # Only now they are read.
    assert all(read < last - 1 for read in told)
    agent.hears("read", lambda data: data["user_read_id"] >= last)
    widget.say("在的，谢谢")
    agent.hears("message", lambda data: data["message"]["text"] == "在的，谢谢")
    agent.close(ticket_id)
    complaints.check()


def test_rating_in_two_tabs(
    widget: Widget, visitor: BrowserContext, stack: Stack, agent: Agent, screenshot: Callable[[Page, str], None]
) -> None:
    number, ticket_id = served(widget, agent)
    agent.say(ticket_id, "已经处理好了")
    agent.close(ticket_id)
    stars = widget.log.get_by_role("radio")
    expect(stars).to_have_count(5)
    expect(head(widget).get_by_role("button", name=HUMAN)).to_be_visible()
    widget.log.get_by_role("radio", name="4分 满意").check(force=True)
    widget.log.get_by_role("textbox", name=RATING["comment"]).fill("很耐心")
    screenshot(widget.page, "stars")
    again(widget)
    expect(widget.log.get_by_role("radio", name="4分 满意")).to_be_checked()
    expect(widget.log.get_by_role("textbox", name=RATING["comment"])).to_have_value("很耐心")
    page = visitor.new_page()
    page.goto(stack.address)
    other = Widget(page)
    other.open()
    expect(other.log.get_by_role("radio")).to_have_count(5)
    widget.log.get_by_role("button", name=RATING["send"]).click()
    for tab in (widget, other):
        tab.shows("谢谢您的评分")
        expect(tab.log.get_by_role("radio")).to_have_count(0)
    ticket = agent.ticket(number)
    assert (ticket["rating"], ticket["rating_comment"]) == (4, "很耐心")
    # The bot is there for the next question.
    widget.say("我忘记密码了")
    widget.shows("点“忘记密码”")


def test_a_rating_can_be_skipped_with_the_keyboard(widget: Widget, agent: Agent) -> None:
    number, ticket_id = served(widget, agent)
    agent.give_back(ticket_id)
    expect(widget.log.get_by_role("radio")).to_have_count(5)
    widget.log.get_by_role("radio").first.focus()
    widget.page.keyboard.press("ArrowRight")
    expect(widget.log.get_by_role("radio", name="2分 不太满意")).to_be_checked()
    widget.log.get_by_role("button", name=RATING["skip"]).press("Enter")
    expect(widget.log.get_by_role("radio")).to_have_count(0)
    again(widget)
    widget.shows(agent.name)
    expect(widget.log.get_by_role("radio")).to_have_count(0)
    assert agent.ticket(number)["rating"] is None


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_human_support(
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    stack: Stack,
    agent: Agent,
    color_scheme: str,
    screenshot: Callable[[Page, str], None],
) -> None:
    page = new_context(color_scheme=color_scheme).new_page()
    page.goto(stack.address)
    widget = Widget(page)
    widget.open()
    number = line_up(widget)
    assert not findings(page)
    bar(widget).get_by_role("button", name=QUEUE["leave"]).click()
    assert not findings(page)
    bar(widget).get_by_role("button", name=QUEUE["stay"]).click()
    open_form = bar(widget).get_by_role("button", name=MESSAGE["open"])
    if open_form.is_visible():
        open_form.click()
        widget.window.get_by_role("button", name=MESSAGE["send"]).click()
        expect(widget.window.get_by_text(MESSAGE["text_missing"])).to_be_visible()
        screenshot(page, "form")
        assert not findings(page)
        widget.window.get_by_role("button", name=MESSAGE["cancel"]).click()
    ticket_id = agent.claim(number)
    said = agent.say(ticket_id, "您好")
    widget.say("您好")
    agent.hears("message", lambda data: data["message"]["id"] > said)
    agent.read(ticket_id, said + 1)
    expect(widget.log.get_by_text(SUPPORT["read"])).to_be_visible()
    screenshot(page, "agent")
    assert not findings(page)
    agent.close(ticket_id)
    widget.log.get_by_role("radio", name="5分 非常满意").check(force=True)
    screenshot(page, "rating")
    assert not findings(page)
    complaints.check()


HOURS = """
brand_name: u钱包
time_zone: Asia/Shanghai
opening_hours:
  mon: ["09:00-18:00"]
  tue: ["09:00-18:00"]
  wed: ["09:00-18:00"]
  thu: ["09:00-18:00"]
  fri: ["09:00-18:00"]
  sat: []
  sun: []
holidays: []
privacy_notice: {version: "1", text: 说明, policy_unknown: 没有登记, policy_url: null}
"""
# A Saturday.
WEEKEND = "2026-11-21T10:00:00+08:00"


@pytest.fixture(scope="module")
def weekend(running_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A gateway of its own, on a Saturday, when nobody serves."""
    folder = tmp_path_factory.mktemp("weekend")
    (folder / "organisation.yml").write_text(HOURS, encoding="utf-8")
    stack = Stack(
        folder / "data",
        folder / "logs",
        free_port(),
        environment={
            "UWALLET_CLOCK": WEEKEND,
            "UWALLET_ORGANISATION_FILE": str(folder / "organisation.yml"),
            "UWALLET_RATE_SESSIONS_PER_ADDRESS": "100000/minute",
        },
        beside=running_stack,
        popen=running_stack.popen,
    )
    stack.start()
    yield stack
    stack.stop()


def refused_form(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    """Fills the form for a message in, wrongly in every way; what is typed stays."""
    text, contact, send = fields(widget)
    expect(text).to_be_focused()
    send.click()
    expect(widget.window.get_by_text(MESSAGE["text_missing"])).to_be_visible()
    text.fill("昨天充值300元没到账")
    contact.fill("1380013800")
    contact.press("Enter")
    expect(widget.window.get_by_text(MESSAGE["contact_mobile"].format(count=10))).to_be_visible()
    screenshot(widget.page, "refused")
    # What only the gateway knows to be wrong.
    contact.fill("99999999")
    contact.press("Enter")
    expect(contact).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_value("昨天充值300元没到账")
    again(widget)
    expect(text).to_have_value("昨天充值300元没到账")
    expect(contact).to_have_value("99999999")


def fields(widget: Widget) -> tuple[Locator, Locator, Locator]:
    """Returns the fields of the form, and the button that sends it."""
    window = widget.window
    return (
        window.get_by_role("textbox", name=MESSAGE["text"]),
        window.get_by_role("textbox", name=MESSAGE["contact"]),
        window.get_by_role("button", name=MESSAGE["send"]),
    )


@pytest.mark.usefixtures("stack")
def test_leaving_a_message_out_of_hours(
    visitor: BrowserContext, weekend: Stack, screenshot: Callable[[Page, str], None]
) -> None:
    page = visitor.new_page()
    page.goto(weekend.address)
    widget = Widget(page)
    widget.open()
    widget.greeted()
    # Somebody is there by chance; the hours count.
    with Agent(weekend) as agent:
        widget.say("转人工")
        widget.shows("11月23日（周一）09:00")
        expect(bar(widget)).to_contain_text(MESSAGE["offer"])
        widget.press(MESSAGE["open"])
        refused_form(widget, screenshot)
        _, contact, send = fields(widget)
        contact.fill("１３８ ００１３ ８０００")
        screenshot(page, "form")
        send.dblclick()
        expect(widget.window.get_by_text(MESSAGE["done"], exact=True)).to_be_visible()
        screenshot(page, "left")
        found = re.search(r"T\d+", widget.window.get_by_text(re.compile("您的工单号")).inner_text())
        assert found
        number = found[0]
        ticket = agent.waiting(number)
        assert (ticket["status"], ticket["message"]) == ("message", "昨天充值300元没到账")
        assert ticket["contact"] == "138****8000"
        widget.window.get_by_role("button", name=MESSAGE["done_close"]).click()
        expect(widget.composer).to_be_visible()
        expect(widget.own("昨天充值300元没到账")).to_have_count(1)
        expect(bar(widget)).to_contain_text(MESSAGE["left"].format(number=number))
        again(widget)
        expect(bar(widget)).to_contain_text(number)
        bar(widget).get_by_role("button", name=TEXTS["app"]["banner"]["dismiss"]).click()
        expect(bar(widget)).to_have_count(0)
        again(widget)
        widget.shows("昨天充值300元没到账")
        expect(bar(widget)).to_have_count(0)
        # The agent takes it up, and the user finds the answer.
        page.goto("about:blank")
        ticket_id = agent.claim(number)
        agent.say(ticket_id, "您好，300元已经到账了")
        agent.close(ticket_id)
        page.goto(weekend.address)
        widget.shows("300元已经到账了")
        expect(widget.log.get_by_role("radio")).to_have_count(5)
