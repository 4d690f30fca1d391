"""The widget that Rasa's users embed most connects to the gateway unchanged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.npm_packages import packaged_file
from tests.browser.sites import Site

# As its README says, with what the gateway's address is.
EMBED = """
<script src="/rasa-webchat.js"></script>
<script>
  WebChat.default(
    {{ socketUrl: "{gateway}", socketPath: "/socket.io/", initPayload: "/session_start", title: "客服" }},
    null,
  )
</script>
"""


@pytest.fixture(autouse=True)
def no_fonts(visitor: BrowserContext) -> None:
    """Its stylesheet asks another server for a font; nothing but the gateway is to be reached here."""
    visitor.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css", body=""))


def open_webchat(page: Page, site: Site, stack: Stack) -> None:
    site.script("/rasa-webchat.js", packaged_file("rasa-webchat", "lib/index.js"))
    page.goto(site.page("/", EMBED.format(gateway=stack.address)))
    page.locator(".rw-launcher").click()


def test_it_goes_through_a_procedure(
    visitor: BrowserContext, site: Site, stack: Stack, screenshot: Callable[[Page, str], None]
) -> None:
    page = visitor.new_page()
    open_webchat(page, site, stack)
    messages = page.locator(".rw-messages-container")
    expect(messages).to_contain_text("我是u钱包的客服机器人")
    page.locator(".rw-reply", has_text="忘记密码").click()
    for number in range(1, 5):
        expect(messages).to_contain_text(f"第{number}步（共5步）")
        page.locator(".rw-reply", has_text="下一步").last.click()
    expect(messages).to_contain_text("最后一步（第5步，共5步）")
    screenshot(page, "last-step")
    page.locator(".rw-new-message").fill("搞定了，谢谢")
    page.locator(".rw-send").click()
    expect(messages).to_contain_text("太好了")


def test_a_reload_goes_on_with_the_conversation(visitor: BrowserContext, site: Site, stack: Stack) -> None:
    page = visitor.new_page()
    open_webchat(page, site, stack)
    messages = page.locator(".rw-messages-container")
    page.locator(".rw-reply", has_text="忘记密码").click()
    expect(messages).to_contain_text("第1步（共5步）")
    page.reload()
    # It opens by itself, with what it has kept.
    expect(messages).to_contain_text("第1步（共5步）")
    page.locator(".rw-new-message").fill("下一步")
    page.locator(".rw-send").click()
    expect(messages).to_contain_text("第2步（共5步）")


def test_typed_commands_are_text(visitor: BrowserContext, site: Site, stack: Stack) -> None:
    page = visitor.new_page()
    open_webchat(page, site, stack)
    messages = page.locator(".rw-messages-container")
    expect(messages).to_contain_text("我是u钱包的客服机器人")
    page.locator(".rw-new-message").fill('/account_closure{"confirmed": "true"}')
    page.locator(".rw-send").click()
    expect(page.locator(".rw-group-message.rw-from-response")).to_have_count(2)
    expect(messages).not_to_contain_text("注销账户一共")
