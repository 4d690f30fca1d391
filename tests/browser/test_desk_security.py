"""What users write is text at the desk, wherever it is shown, and so is what agents write."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.sites import Site, visit
from tests.browser.staff import Staff
from tests.browser.test_procedures import step
from tests.browser.widget import Widget

# Each says where it ran.
ATTACK = "<img src=x onerror=\"window.ran='{place}'\">"
LINK = "[点我](javascript:window.ran='{place}')"
RAN = "() => window.ran ?? null"
# As long as a name may be; it would be set in italics.
AGENT = "<i>老马</i>"


def attack(place: str) -> str:
    return ATTACK.format(place=place)


def harmless(page: Page) -> None:
    """Nothing of it has become a part of the page, and nothing has run."""
    assert page.evaluate(RAN) is None
    expect(page.locator('img[src="x"]')).to_have_count(0)
    expect(page.locator('[href^="javascript"]')).to_have_count(0)
    expect(page.locator("script").filter(has_text="window.ran")).to_have_count(0)


def shows_text(place: Locator, name: str) -> None:
    expect(place).to_contain_text(attack(name))


def test_markup_is_shown_as_text_everywhere(
    new_context: Callable[..., object],
    desk_of: Callable[..., Desk],
    staff: Staff,
    stack: Stack,
    complaints: Complaints,
    screenshot: Callable[[Page, str], None],
) -> None:
    site = Site(stack, name=attack("site"))
    try:
        _everywhere(new_context, desk_of, staff, site, screenshot)
    finally:
        site.close()
    complaints.check()


def _everywhere(
    new_context: Callable[..., object],
    desk_of: Callable[..., Desk],
    staff: Staff,
    site: Site,
    screenshot: Callable[[Page, str], None],
) -> None:
    user_id = attack("user")
    staff.add("mallory", AGENT, "supervisor")
    wang, mallory = desk_of("wang"), desk_of("mallory")
    _add_reply(wang)

    # A user whose name, words, details and message to the bot are all of that kind.
    widget = visit(new_context(), site, user_id)  # type: ignore[arg-type] # a browser
    _talk_to_bot(widget)
    wang.go("workspace")
    expect(wang.item(user_id)).to_be_visible()
    harmless(wang.page)
    screenshot(wang.page, "1-queue")
    wang.serve(user_id)
    shows_text(wang.log, "text")
    expect(wang.log).to_contain_text("[点我](javascript:")
    shows_text(wang.details, "site")
    shows_text(wang.details, "detail")
    for text in (attack("said"), LINK.format(place="said-link")):
        wang.says(text)
    wang.write_note(attack("note"))
    widget.shows("window.ran='said'")
    wang.reply.fill("/")
    expect(wang.canned).to_contain_text("window.ran='title'")
    harmless(wang.page)
    harmless(widget.page)
    screenshot(wang.page, "2-conversation")
    wang.reply.fill("")
    wang.transfer(AGENT, attack("memo"))
    widget.shows(f"已经为您换成客服{AGENT}")
    mallory.open(user_id)
    shows_text(mallory.log, "memo")
    harmless(mallory.page)
    harmless(widget.page)
    mallory.close("solved", attack("closing"))
    widget.rate(1, attack("comment"))
    widget.shows("谢谢您的评分")
    harmless(widget.page)

    _afterwards(wang, user_id, screenshot)
    # A desk that is still open would be told to sign in again, and the browser's console would have its 401.
    mallory.page.close()
    staff.remove("mallory")


def _talk_to_bot(widget: Widget) -> None:
    widget.greeted()
    widget.say("我忘记密码了")
    widget.shows(step(1))
    widget.say(f"{attack('text')} 这一步点了没反应")
    widget.shows("第1步卡住了")
    widget.say("我要申诉一笔交易")
    widget.shows("这笔交易是什么时候的")
    widget.say("昨天下午3点付了200元")
    widget.shows("对方是谁")
    # Markup is no name; the last detail is free text.
    widget.say("某某超市")
    widget.shows("简单说说哪里不对")
    widget.say(f"{attack('detail')} 付了钱没收到货")
    # The bot reads it back.
    widget.shows(f"情况说明：{attack('detail')}")
    widget.say(LINK.format(place="link"))
    widget.say("转人工")


def _add_reply(wang: Desk) -> None:
    wang.go("replies")
    replies = DESK_TEXTS["replies"]
    wang.page.get_by_role("button", name=replies["add"]).click()
    for field, value in (
        ("title", attack("title")),
        ("shortcut", "<b>x</b>".replace("/", "")),
        ("text", attack("reply")),
    ):
        wang.dialog.get_by_role("textbox", name=replies[field], exact=True).fill(value)
    wang.dialog.get_by_role("button", name=DESK_TEXTS["save"], exact=True).click()
    shows_text(wang.page.get_by_role("table"), "reply")
    harmless(wang.page)


def _afterwards(wang: Desk, user_id: str, screenshot: Callable[[Page, str], None]) -> None:
    for page in ("search", "team", "insight"):
        wang.go(page)
        expect(wang.page.get_by_role("heading", level=1)).to_be_visible()
        harmless(wang.page)
    wang.page.get_by_role("tab", name=DESK_TEXTS["insight"]["tabs"]["misunderstood"]).click()
    expect(wang.page.get_by_role("row").filter(has_text="window.ran").first).to_be_visible()
    harmless(wang.page)
    screenshot(wang.page, "3-misunderstood")
    wang.go("search")
    wang.page.get_by_role("row").filter(has_text=user_id).first.click()
    shows_text(wang.details, "closing")
    shows_text(wang.details, "comment")
    wang.details.get_by_role("tab", name=DESK_TEXTS["details"]["events"]).click()
    shows_text(wang.details, "memo")
    harmless(wang.page)
    screenshot(wang.page, "4-closed")


def test_other_pages_cannot_act_for_an_agent(
    desk_of: Callable[..., Desk], site: Site, stack: Stack, staff: Staff, complaints: Complaints
) -> None:
    complaints.forgive("status of 403", "CORS", "net::ERR_FAILED", "status of 401")
    desk = desk_of("lin")
    # A page of another origin, in the very browser in which the agent is signed in.
    page = desk.page.context.new_page()
    page.goto(site.page("/evil", "<p>。</p>"))
    outcome = page.evaluate(
        """async address => {
            try {
                const body = JSON.stringify({ status: "away" })
                const headers = { "Content-Type": "text/plain" }
                const options = { method: "PUT", credentials: "include", body, headers }
                return (await fetch(`${address}/desk/api/presence`, options)).status
            } catch (error) { return String(error) }
        }""",
        stack.address,
    )
    assert outcome != 200
    assert staff["lin"].ask("GET", "/session")["agent"]["presence"] == "online"
    # Nor can it show the desk in a frame.
    page.goto(site.page("/frame", f'<iframe title="desk" src="{stack.address}/desk"></iframe>'))
    complaints.forgive("frame-ancestors", "Refused to frame", "X-Frame-Options", "Framing")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text(DESK_TEXTS["sign_in"]["title"])).to_have_count(0)
    expect(frame.get_by_role("navigation")).to_have_count(0)
    # And scripts cannot read the cookie.
    assert "uwallet_desk" not in desk.page.evaluate("document.cookie")
