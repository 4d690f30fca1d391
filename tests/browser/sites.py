"""Sites that embed the bot: pages of an origin of their own, known to the gateway under a key."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import BrowserContext, expect

from scripts.local import HOST
from scripts.stack import Stack
from tests.browser.widget import Widget

# What every page begins with; without it browsers use rules of the nineties.
_PAGE = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>商城</title>{body}</html>'
# Runs in the page.
SET_USER = "([id, hash]) => UWalletChat.setUser(id, hash)"
_EMBED = '<script async src="{gateway}/widget.js" data-site="{key}"></script>'


class Site:
    """A site on this machine. `pages` and `scripts` may be changed at any time."""

    def __init__(self, stack: Stack, *options: str, name: str = "商城", notice: str = "none") -> None:
        """Starts serving and makes the site known to the gateway.

        Args:
            stack: The gateway that is embedded.
            options: Further options of the command that makes a site.
            name: What agents read of it.
            notice: What its users meet before their first message.
        """
        self.files: dict[str, tuple[str, str]] = {}
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://{HOST}:{self._server.server_port}"
        made = json.loads(stack.command("create-site", name, "--origin", self.origin, f"--notice={notice}", *options))
        self.key, self.secret = str(made["key"]), str(made["secret"])
        self.embed = _EMBED.format(gateway=stack.address, key=self.key)
        self._stack = stack

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str, body: str) -> str:
        """Adds a page and returns its address."""
        self.files[path] = ("text/html; charset=utf-8", _PAGE.format(body=body))
        return self.origin + path

    def script(self, path: str, text: str) -> str:
        """Adds a script and returns its address."""
        self.files[path] = ("text/javascript; charset=utf-8", text)
        return self.origin + path

    def vouch(self, user: str) -> str:
        """Returns the hash with which the site vouches for a user (docs/protocol.md)."""
        clock = self._stack.clock
        moment = int(datetime.fromisoformat(clock).timestamp() if clock else time.time())
        digest = hmac.new(self.secret.encode(), f"{moment}\n{user}".encode(), hashlib.sha256).hexdigest()
        return f"{moment}.{digest}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        files = self.files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = files.get(self.path.partition("?")[0])
                content_type, text = found or ("image/x-icon", "")
                self.send_response(200 if found or self.path == "/favicon.ico" else 404)
                self.send_header("Content-Type", content_type)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - named by http.server
                pass

        return Handler


def visit(visitor: BrowserContext, site: Site, user: str | None = None) -> Widget:
    """Opens the widget on a site that embeds it, for a user whom it vouches for if one is named."""
    page = visitor.new_page()
    page.goto(site.page("/", site.embed))
    widget = Widget(page)
    expect(widget.launcher).to_be_visible()
    if user:
        page.evaluate(SET_USER, [user, site.vouch(user)])
    widget.open()
    return widget
