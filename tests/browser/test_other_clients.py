"""Clients that sites bring themselves: Socket.IO's own that speak Engine.IO 4, and deep-chat over REST."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.npm_packages import packaged_file
from tests.browser.sites import Site

# As docs/protocol.md describes it; resolves with what the bot says to the first message.
_TALK = """([address, site]) => new Promise((resolve, reject) => {
    const socket = io(address, { auth: { site, messages: true }, reconnection: false, timeout: 5000 })
    const said = []
    socket.on("connect_error", (error) => reject(new Error(error.message)))
    socket.on("session_confirm", () => socket.emit("user_uttered", { message: "我忘记密码了", client_id: "1" }))
    socket.on("message", (message) => {
        said.push(message.text)
        if (message.metadata.progress) {
            socket.disconnect()
            resolve(said.join(" "))
        }
    })
    socket.on("connect", () => socket.emit("session_request", { last_id: 0 }))
})"""

# Its own shape of messages, turned into the gateway's by the two functions that it has for that.
_DEEP_CHAT = """async ([address, site]) => {
    const headers = { "Content-Type": "application/json" }
    const request = { method: "POST", headers, body: JSON.stringify({ site }) }
    const opened = await fetch(`${address}/api/v1/sessions`, request)
    const { token } = await opened.json()
    const chat = document.createElement("deep-chat")
    chat.connect = { url: `${address}/api/v1/messages`, headers: { ...headers, Authorization: `Bearer ${token}` } }
    chat.requestInterceptor = (request) => ({ ...request, body: { text: request.body.messages.at(-1).text } })
    chat.responseInterceptor = ({ replies }) => ({ text: replies.map(({ text }) => text).join(" ") })
    document.body.append(chat)
}"""


@pytest.mark.parametrize("version", ["3.1.3", "4.8.4"])
def test_socket_io_clients_of_engine_io_4(visitor: BrowserContext, site: Site, stack: Stack, version: str) -> None:
    page = visitor.new_page()
    path = f"/socket.io-{version}.js"
    site.script(path, packaged_file(f"socket.io-client@{version}", "dist/socket.io.min.js"))
    page.goto(site.page("/", f"<script src={path}></script>"))
    assert "第1步" in page.evaluate(_TALK, [stack.address, site.key])


def test_an_older_engine_io_is_refused(
    visitor: BrowserContext, site: Site, stack: Stack, complaints: Complaints
) -> None:
    complaints.forgive("status of 4", "CORS", "net::ERR_FAILED", "WebSocket")
    page = visitor.new_page()
    site.script("/socket.io-2.js", packaged_file("socket.io-client@2.5.0", "dist/socket.io.js"))
    page.goto(site.page("/", "<script src=/socket.io-2.js></script>"))
    outcome = page.evaluate(
        f"([...given]) => ({_TALK})(given).catch((error) => `refused: ${{error.message}}`)", [stack.address, site.key]
    )
    assert str(outcome).startswith("refused")


def test_deep_chat_goes_through_a_procedure(visitor: BrowserContext, site: Site, stack: Stack) -> None:
    # Its stylesheet asks another server for a font; nothing but the gateway is to be reached here.
    visitor.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css", body=""))
    page = visitor.new_page()
    site.script("/deep-chat.js", packaged_file("deep-chat", "dist/deepChat.bundle.js"))
    page.goto(site.page("/", "<script src=/deep-chat.js type=module></script>"))
    page.evaluate(_DEEP_CHAT, [stack.address, site.key])
    field = page.locator("#text-input")
    for said, step in (("我忘记密码了", "第1步"), ("下一步", "第2步")):
        field.fill(said)
        field.press("Enter")
        expect(page.locator("#messages")).to_contain_text(step)
