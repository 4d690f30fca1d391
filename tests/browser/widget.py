"""The chat widget as a user sees it: by what things are called, not by how they are made."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.paths import ROOT

TEXTS: dict[str, Any] = json.loads((ROOT / "web/widget/src/i18n/zh-CN.json").read_text(encoding="utf-8"))


class Widget:
    """The widget on a page."""

    def __init__(self, page: Page) -> None:
        """Opens nothing."""
        self.page = page
        self.launcher = page.get_by_role("button", name=re.compile(TEXTS["loader"]["launcher"]))
        self.window = page.get_by_role("dialog")
        self.log = page.get_by_role("log")
        self.composer = page.get_by_role("textbox", name=TEXTS["app"]["composer"]["label"])

    def open(self) -> None:
        """Clicks the launcher and waits until one can type."""
        self.launcher.click()
        expect(self.composer).to_be_visible()

    def greeted(self) -> None:
        """Waits for the bot's first words."""
        self.shows("我是u钱包的客服机器人")

    def say(self, text: str) -> None:
        """Types a message and sends it with Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def button(self, title: str) -> Locator:
        """Returns the quick reply with this title."""
        return self.window.get_by_role("button", name=title, exact=True)

    def press(self, title: str) -> None:
        """Clicks a quick reply."""
        self.button(title).last.click()

    def shows(self, text: str) -> None:
        """Waits until the log contains this."""
        expect(self.log).to_contain_text(text)

    def own(self, text: str) -> Locator:
        """Returns the user's messages with this text."""
        return self.log.locator('[data-author="user"]').get_by_text(text, exact=True)
