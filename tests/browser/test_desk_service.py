"""A user and an agent, each in a browser of their own: from the bot to a human, and back to the bot."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.test_pictures import choose, png
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget

SUPPORT = TEXTS["app"]["support"]
CHAT = DESK_TEXTS["chat"]
IS_AT_END = "e => e.scrollHeight - e.scrollTop - e.clientHeight < 2"


def test_from_the_bot_to_an_agent_and_back(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of("lin")
    widget = customer("小红")
    widget.say("我忘记密码了")
    widget.shows(step(1))
    widget.say("下一步")
    widget.shows(step(2))
    widget.queues()
    screenshot(widget.page, "1-user-waits")
    desk.lists("waiting", "小红")
    expect(desk.page).to_have_title(DESK_TEXTS["title"]["waiting"].format(count=1))
    screenshot(desk.page, "2-queue")
    desk.claim_next()
    desk.shows_conversation("小红")
    widget.served_by("小林")
    widget.shows("人工客服小林来了")
    # The agent need not ask again: what the bot has found out, how far it came, what was said.
    expect(desk.summary).to_contain_text("找回登录密码")
    expect(desk.details).to_contain_text("找回登录密码")
    desk.shows(CHAT["parts"]["bot"])
    desk.shows(CHAT["parts"]["human"])
    desk.once("我忘记密码了", "下一步")
    screenshot(desk.page, "3-claimed")

    chat_both_ways(desk, widget, screenshot)
    close_and_rate(desk, widget, screenshot)

    # The next question is the bot's again.
    widget.say("我忘记密码了")
    expect(widget.log.get_by_text(step(1), exact=True)).to_have_count(2)
    screenshot(widget.page, "7-bot-again")
    desk.go("search")
    row = desk.page.get_by_role("row").filter(has_text="小红")
    expect(row).to_contain_text(DESK_TEXTS["dispositions"]["solved"])
    expect(row).to_contain_text("4")
    row.click()
    desk.shows_conversation("小红")
    expect(desk.details).to_contain_text("回复很快")
    expect(desk.details).to_contain_text("已核实身份，等短信通道恢复")
    screenshot(desk.page, "8-closed")


def chat_both_ways(desk: Desk, widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    """With typing and read marks."""
    typing = widget.log.get_by_text(SUPPORT["typing"].format(name="小林"))
    # Told at most every three seconds, and only once the desk watches.
    for character in "您好，请":
        desk.reply.press_sequentially(character)
        with contextlib.suppress(AssertionError):
            expect(typing).to_be_visible(timeout=5_000)
            break
    expect(typing).to_be_visible()
    desk.says("您好，我是小林，验证码收到了吗？")
    widget.once("您好，我是小林，验证码收到了吗？")
    expect(desk.log.get_by_text(CHAT["read"], exact=True)).to_be_visible()
    expect(widget.log.get_by_text(SUPPORT["typing"].format(name="小林"))).to_have_count(0)
    widget.composer.press_sequentially("还没")
    expect(desk.log.get_by_text(CHAT["typing"])).to_be_visible()
    widget.say("还没收到")
    desk.once("还没收到")
    expect(desk.log.get_by_text(CHAT["typing"])).to_have_count(0)
    expect(widget.log.get_by_text(SUPPORT["read"], exact=True)).to_be_visible()
    screenshot(widget.page, "4-user-chats")
    screenshot(desk.page, "5-agent-chats")
    # The bot is silent.
    widget.say("忘记密码")
    desk.once("忘记密码")
    desk.says("我帮您看一下")
    widget.once("我帮您看一下")
    expect(widget.log.get_by_text(step(1), exact=True)).to_have_count(1)


def close_and_rate(desk: Desk, widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    desk.close("solved", "已核实身份，等短信通道恢复")
    desk.lists("mine")
    widget.shows("这次的人工服务结束了")
    screenshot(widget.page, "6-rating")
    widget.rate(4, "回复很快")
    widget.shows("谢谢您的评分")


def test_back_to_the_bot(customer: Callable[..., Widget], desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("lin")
    widget = customer("小兰")
    widget.queues()
    desk.serve("小兰")
    desk.says("这个让机器人一步步带您做")
    widget.once("这个让机器人一步步带您做")
    desk.return_to_bot()
    desk.lists("mine")
    widget.shows("接下来由我继续帮您")
    widget.say("我忘记密码了")
    widget.shows(step(1))
    widget.rate(5)
    widget.shows("谢谢您的评分")
    widget.say("下一步")
    widget.shows(step(2))


def test_what_is_put_off_is_taken_up_again(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of("lin")
    widget = customer("小延")
    widget.queues()
    desk.serve("小延")
    desk.act("close")
    desk.dialog.get_by_text(DESK_TEXTS["dispositions"]["follow_up"], exact=True).click()
    screenshot(desk.page, "1-when")
    desk.finish_later("明早10点回电")
    desk.lists("mine")
    desk.lists("follow_ups", "小延")
    widget.shows("由客服小林接着跟进")
    widget.say("我的工单怎么样了")
    widget.shows("小林还在跟进")
    desk.open("小延")
    expect(desk.details).to_contain_text("明早10点回电")
    screenshot(desk.page, "2-put-off")
    desk.conversation.get_by_role("button", name=DESK_TEXTS["actions"]["take_up"]).click()
    desk.says("查到了，钱已经退回")
    widget.once("查到了，钱已经退回")


def test_transfer_with_a_memo(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    # Whose chat was given away may see no more of it.
    complaints.forgive("status of 403")
    lin, chen = desk_of("lin"), desk_of("chen")
    widget = customer("小梅")
    widget.queues()
    lin.serve("小梅")
    lin.says("我请同事来处理")
    lin.act("transfer")
    screenshot(lin.page, "1-dialog")
    lin.page.keyboard.press("Escape")
    expect(lin.dialog).to_have_count(0)
    lin.transfer("小陈", "已核实身份，还差交易截图")
    widget.shows("已经为您换成客服小陈")
    widget.served_by("小陈")
    lin.lists("mine")
    chen.lists("mine", "小梅")
    chen.open("小梅")
    chen.shows("已核实身份，还差交易截图")
    chen.says("您好，麻烦发一下交易截图")
    widget.once("您好，麻烦发一下交易截图")
    screenshot(chen.page, "2-memo")
    # The memo is for colleagues.
    expect(widget.log).not_to_contain_text("还差交易截图")
    widget.say("这就发")
    chen.once("这就发")


def test_back_to_the_queue(customer: Callable[..., Widget], desk_of: Callable[..., Desk]) -> None:
    lin, chen = desk_of("lin"), desk_of("chen")
    widget = customer("小菊")
    widget.queues()
    lin.serve("小菊")
    lin.transfer(DESK_TEXTS["transfer"]["queue"], "")
    widget.shows("正在为您安排另一位客服")
    widget.waits(1)
    chen.serve("小菊")
    widget.served_by("小陈")


def test_pictures_both_ways(customer: Callable[..., Widget], desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("lin")
    widget = customer("小图")
    widget.queues()
    desk.serve("小图")
    choose(widget, "截图.png", "image/png", png(640, 400))
    widget.send_pictures()
    seen = desk.log.get_by_role("img", name=CHAT["picture"])
    expect(seen).to_have_count(1)
    desk.page.wait_for_function("e => e.naturalWidth === 640", arg=seen.element_handle())
    desk.send_picture("示意.png", "image/png", png(320, 200, "teal"))
    got = widget.log.locator('[data-author="agent"]').get_by_role("img", name=TEXTS["app"]["image"]["alt"])
    expect(got).to_have_count(1)
    widget.page.wait_for_function("e => e.naturalWidth === 320", arg=got.element_handle())
    # The log follows, however high the pictures are.
    for color in ("navy", "olive", "plum"):
        desk.send_picture(f"{color}.png", "image/png", png(1080, 2400, color))
    choose(widget, "长图.png", "image/png", png(1080, 1920))
    widget.send_pictures()
    expect(seen.and_(desk.page.locator('[data-author="user"] *'))).to_have_count(2)
    desk.log.evaluate("e => Promise.all([...e.querySelectorAll('img')].map((image) => image.decode()))")
    desk.page.wait_for_function(IS_AT_END, arg=desk.log.element_handle())
    # What comes while the agent reads further up is not told as read; their own words bring them back to the end.
    desk.log.evaluate("e => new Promise(done => { e.onscroll = done; e.scrollTo(0, 0); })")
    widget.say("看到了吗")
    desk.once("看到了吗")
    last = widget.log.locator('[data-author="user"]').filter(has_text="看到了吗")
    expect(last).not_to_contain_text(SUPPORT["read"])
    desk.says("看到了")
    desk.page.wait_for_function(IS_AT_END, arg=desk.log.element_handle())
    expect(last).to_contain_text(SUPPORT["read"])


def test_the_user_was_away_while_the_agent_wrote(
    widget: Widget, desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of("lin")
    widget.open()
    widget.queues()
    desk.claim_next()
    widget.served_by("小林")
    browser, address = widget.page.context, widget.page.url
    widget.page.close()
    expect(desk.conversation).to_contain_text(DESK_TEXTS["user"]["offline"])
    for text in ("请把错误提示发给我", "图片也可以"):
        desk.says(text)
        desk.once(text)
    expect(desk.log.get_by_text(CHAT["unread"], exact=True)).to_be_visible()
    screenshot(desk.page, "1-away")
    page = browser.new_page()
    page.goto(address)
    back = Widget(page)
    back.open()
    back.served_by("小林")
    back.once("请把错误提示发给我", "图片也可以")
    expect(desk.log.get_by_text(CHAT["read"], exact=True)).to_be_visible()
    screenshot(page, "2-back")
    back.say("提示网络异常")
    desk.once("提示网络异常")
