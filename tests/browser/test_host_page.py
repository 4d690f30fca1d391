"""The widget on pages that are not made for it, and texts that are made to break out of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.sites import SET_USER, Site, visit
from tests.browser.test_procedures import step
from tests.browser.widget import Widget

# What themes and resets of real sites do, and worse.
HOSTILE_CSS = {
    "reset": """
        * { all: unset !important; font: 40px/3 "Comic Sans MS", cursive !important; color: lime !important; }
        *, *::before, *::after { box-sizing: content-box !important; float: left !important; }
        * { letter-spacing: 9px !important; text-transform: uppercase !important; }""",
    "hide": """
        div, section, main, ul, li, button, textarea, span, p { display: none !important; }
        div, section, main, ul, li, button, textarea, span, p { visibility: hidden !important; }
        button { pointer-events: none !important; opacity: 0.1 !important; }
        textarea { -webkit-text-security: disc !important; }""",
    "move": """
        html { font-size: 4px !important; direction: rtl !important; }
        body { transform: scale(0.5) translate(300px); filter: sepia(1); overflow: hidden; user-select: none; }""",
}
AT_REST = "e => Promise.all(e.getAnimations({ subtree: true }).map((a) => a.finished)).then(() => null)"
LOOK = """element => {
    const { left, top, width } = element.getBoundingClientRect(), style = getComputedStyle(element)
    const names = ["color", "fontSize", "fontFamily", "letterSpacing", "lineHeight", "textTransform", "textAlign",
        "direction", "writingMode", "display", "float", "visibility", "opacity", "boxSizing"]
    return { left, top, width, ...Object.fromEntries(names.map(name => [name, style[name]])) }
}"""

# Each would set `broken`, if it ran.
ATTACKS = (
    "<img src=x onerror=window.broken=1>",
    "<script>window.broken=1</script>",
    '"><svg onload=window.broken=1>',
    "[点我](javascript:window.broken=1)",
    "![](x onerror=window.broken=1)",
    "javascript:window.broken=1",
    "<iframe srcdoc='<script>parent.broken=1</script>'>",
    "</textarea><style>*{display:none}</style>",
    "{{constructor.constructor('window.broken=1')()}}",
    '<a href="data:text/html,<script>window.broken=1</script>">领取红包</a>',
)


def unharmed(page: Page) -> None:
    assert page.evaluate("window.broken") is None
    links = page.locator("a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(links) <= {"http:", "https:", "tel:", "mailto:"}


@pytest.mark.parametrize("kind", HOSTILE_CSS)
def test_a_hostile_stylesheet_changes_nothing(
    visitor: BrowserContext, site: Site, kind: str, screenshot: Callable[[Page, str], None]
) -> None:
    plain = visit(visitor, site)
    plain.greeted()
    page = visitor.new_page()
    page.goto(site.page("/hostile", f"<style>{HOSTILE_CSS[kind]}</style><h1>商城</h1>{site.embed}"))
    widget = Widget(page)
    expect(widget.launcher.or_(widget.composer).first).to_be_visible()
    if not widget.composer.is_visible():
        widget.open()
    widget.greeted()
    screenshot(page, "hostile")
    # Both windows have come to rest.
    for opened in (plain, widget):
        opened.window.evaluate(AT_REST)
    for part in ("window", "composer", "log"):
        assert getattr(widget, part).evaluate(LOOK) == getattr(plain, part).evaluate(LOOK)
    widget.press("忘记密码")
    widget.shows(step(1))


def test_the_widget_leaves_the_page_as_it_is(visitor: BrowserContext, site: Site) -> None:
    body = "<h1>商城</h1><p>今日特价</p><button id=buy>购买</button><textarea></textarea>"
    page = visitor.new_page()
    look = """() => [...document.querySelectorAll('h1, p, button, textarea')].map(e => {
        const style = getComputedStyle(e)
        return [...style].map(name => style.getPropertyValue(name)).join()
    })"""
    page.goto(site.page("/without", body))
    before = page.evaluate(look)
    names = set(page.evaluate("Object.keys(window)"))
    page.goto(site.page("/with", body + site.embed))
    widget = Widget(page)
    widget.open()
    widget.greeted()
    assert page.evaluate(look) == before
    assert {name for name in page.evaluate("Object.keys(window)") if name not in names} == {"UWalletChat"}


DIALOG = """<meta http-equiv=Content-Security-Policy content="require-trusted-types-for 'script'">
    <div style="position:fixed;inset:auto 0 0 0;height:120px;z-index:2147483647;background:pink"></div>
    <dialog><button>确认付款</button></dialog>"""


def test_within_reach_above_everything_and_beside_modal_dialogs(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    page.goto(site.page("/dialog", DIALOG + site.embed))
    widget = Widget(page)
    widget.open()
    widget.greeted()
    page.evaluate("document.querySelector('dialog').showModal()")
    widget.press("忘记密码")
    widget.shows(step(1))
    # Frameworks take dialogs out while they are open.
    page.evaluate("document.querySelector('dialog').remove()")
    widget.press("下一步")
    widget.shows(step(2))


def test_a_page_takes_the_widget_away_and_back_and_changes_it(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    page.goto(site.page("/life", site.embed))
    widget = Widget(page)
    widget.open()
    widget.greeted()
    page.evaluate("() => { UWalletChat.toggle() }")
    expect(widget.composer).to_be_hidden()
    assert page.evaluate("UWalletChat.isOpen()") is False
    page.evaluate("() => { UWalletChat.setSettings({ theme: 'dark', position: 'left', locale: 'zh-TW' }) }")
    element = page.locator("uwallet-chat")
    expect(element).to_have_attribute("data-theme", "dark")
    expect(element).to_have_attribute("lang", "zh-TW")
    # As a router does that removes what it does not know.
    element.evaluate("e => e.remove()")
    page.evaluate("() => { UWalletChat.setSettings({ locale: 'zh-CN' }); UWalletChat.open() }")
    expect(widget.composer).to_be_visible()
    page.evaluate("() => { UWalletChat.destroy() }")
    expect(element).to_have_count(0)
    page.evaluate("() => { UWalletChat.init(); UWalletChat.open(); UWalletChat.send('我忘记密码了') }")
    widget.shows(step(1))


def test_calls_queued_before_the_script_is_there_are_made(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    queue = """<script>
      window.UWalletChat = window.UWalletChat || []
      UWalletChat.push(["on", "open", () => { document.title = "打开了" }])
      UWalletChat.push(["open"])
    </script>"""
    page.goto(site.page("/", queue + site.embed))
    Widget(page).greeted()
    expect(page).to_have_title("打开了")


@pytest.mark.parametrize("example", ["react", "vue"])
def test_the_examples_with_the_package_open_the_chat(visitor: BrowserContext, stack: Stack, example: str) -> None:
    page = visitor.new_page()
    page.goto(f"{stack.address}/demo/examples/{example}")
    page.get_by_role("button", name="联系客服", exact=True).click()
    Widget(page).greeted()
    # Mounted twice in React's strict mode: one widget, one conversation.
    expect(page.locator("uwallet-chat")).to_have_count(1)


@pytest.mark.parametrize("theme", ["typed", "as the name of a user"])
def test_no_text_becomes_code(
    visitor: BrowserContext, site: Site, theme: str, screenshot: Callable[[Page, str], None]
) -> None:
    widget = visit(visitor, site)
    widget.greeted()
    for number, attack in enumerate(ATTACKS):
        if theme == "typed":
            widget.say(attack)
            widget.shows(attack)
        else:
            user = f"{number}{attack}"
            widget.page.evaluate(SET_USER, [user, site.vouch(user)])
            widget.greeted()
        unharmed(widget.page)
    screenshot(widget.page, "attacked")
    widget.page.reload()
    if theme == "typed":
        widget.shows(ATTACKS[-1])
    unharmed(widget.page)


@pytest.mark.parametrize("attack", ATTACKS[:3])
def test_no_attribute_of_the_script_tag_becomes_code(
    visitor: BrowserContext, stack: Stack, site: Site, attack: str
) -> None:
    page = visitor.new_page()
    # Of a site that builds the tag from what it was given.
    quoted = attack.replace('"', "&quot;")
    tag = site.embed.replace("<script", f'<script data-title="{quoted}" data-color="{quoted}" data-lang="{quoted}"')
    page.goto(site.page("/", tag))
    widget = Widget(page)
    widget.open()
    widget.greeted()
    unharmed(page)


@pytest.mark.parametrize("attack", ATTACKS[:3])
def test_no_parameter_of_the_full_page_becomes_code(
    visitor: BrowserContext, stack: Stack, complaints: Complaints, attack: str
) -> None:
    # The site is unknown.
    complaints.forgive("status of 4")
    page = visitor.new_page()
    page.goto(f"{stack.address}/chat?site={attack}&title={attack}&lang={attack}&color={attack}&user={attack}")
    expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()
    unharmed(page)


def test_an_unknown_origin_is_refused(
    visitor: BrowserContext, site: Site, stack: Stack, complaints: Complaints
) -> None:
    complaints.forgive("CORS", "status of 4", "net::ERR_FAILED")
    elsewhere = Site(stack)
    try:
        page = visitor.new_page()
        page.goto(elsewhere.page("/", site.embed))
        widget = Widget(page)
        widget.launcher.click()
        expect(widget.window.get_by_text("这个页面还没有开通客服")).to_be_visible()
    finally:
        elsewhere.close()
