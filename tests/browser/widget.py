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

    def send_pictures(self, caption: str = "") -> None:
        """Sends the pictures that were chosen, with a word on them."""
        image = TEXTS["app"]["image"]
        form = self.window.get_by_role("form", name=image["form"])
        form.get_by_role("textbox", name=image["caption"]).fill(caption)
        form.get_by_role("button", name=image["send"]).click()

    # Human support.

    def waits(self, position: int) -> None:
        """Waits until the window tells this place in the queue, from 1."""
        queue = TEXTS["app"]["support"]["queue"]
        told = queue["next"] if position == 1 else queue["position"].format(position=position)
        expect(self.window.get_by_role("status").filter(has_text=told)).to_be_visible()

    def queues(self, position: int = 1) -> None:
        """Asks for a human, and waits until the window tells this place in the queue."""
        self.say(TEXTS["app"]["human"])
        self.waits(position)

    def served_by(self, agent: str) -> None:
        """Waits until the window says that this agent serves the user."""
        serving = TEXTS["app"]["support"]["serving"].format(name=agent)
        expect(self.window.get_by_role("status").filter(has_text=serving)).to_be_visible()

    def rate(self, stars: int, comment: str = "") -> None:
        """Rates the agent who has served the user."""
        rating = TEXTS["app"]["rating"]
        name = f"{rating['star'].format(count=stars)} {rating['words'][stars - 1]}"
        self.window.get_by_role("radio", name=name).check(force=True)
        texts = TEXTS["app"]["support"]["rating"]
        self.window.get_by_role("textbox", name=texts["comment"]).fill(comment)
        self.window.get_by_role("button", name=texts["send"]).click()

    def leave_message(self, text: str, contact: str) -> None:
        """Fills in the open form for a message to human support, and sends it."""
        form = TEXTS["app"]["support"]["message"]
        self.window.get_by_role("textbox", name=form["text"]).fill(text)
        self.window.get_by_role("textbox", name=form["contact"]).fill(contact)
        self.window.get_by_role("button", name=form["send"]).click()

    def once(self, *texts: str) -> None:
        """Waits until each of these stands in the log exactly once."""
        for text in texts:
            expect(self.log.get_by_text(text, exact=True)).to_have_count(1)
