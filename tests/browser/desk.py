"""The agents' desk as an agent sees it: by what things are called, not by how they are made."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.paths import ROOT

_I18N = ROOT / "web/desk/src/i18n"
# Its own, and those that it shares with exported files, each where `strings.ts` has it.
DESK_TEXTS: dict[str, Any] = json.loads((_I18N / "zh-CN.json").read_text(encoding="utf-8"))
_WORDS: dict[str, Any] = json.loads((_I18N / "words.gen.json").read_text(encoding="utf-8"))
DESK_TEXTS.update(_WORDS)
DESK_TEXTS["chat"]["picture"] = _WORDS["picture"]
DESK_TEXTS["targets"]["kinds"] = _WORDS["target_kinds"]
DESK_TEXTS["insight"]["kinds"] = _WORDS["kinds"]
_ACTIONS = DESK_TEXTS["actions"]
_COMPOSER = DESK_TEXTS["composer"]


def _words(template: str) -> re.Pattern[str]:
    """Returns what a text with gaps looks like once they are filled."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)))


class Desk:
    """The desk on a page."""

    def __init__(self, page: Page) -> None:
        """Opens nothing."""
        self.page = page
        self.queue = page.get_by_role("complementary", name=DESK_TEXTS["queue"]["label"])
        self.details = page.get_by_role("complementary", name=DESK_TEXTS["details"]["label"])
        self.conversation = page.get_by_role("main")
        self.log = page.get_by_role("log", name=DESK_TEXTS["chat"]["log"])
        self.summary = page.get_by_role("region", name=DESK_TEXTS["summary"]["title"])
        self.reply = page.get_by_role("textbox", name=_COMPOSER["kinds"]["reply"], exact=True)
        self.note = page.get_by_role("textbox", name=_COMPOSER["kinds"]["note"], exact=True)
        self.dialog = page.get_by_role("dialog")
        self.suggestions = page.get_by_role("group", name=DESK_TEXTS["suggestions"]["label"])
        self.canned = page.get_by_role("listbox", name=_COMPOSER["canned"])
        self.claim_next_button = self.queue.get_by_role("button", name=_words(DESK_TEXTS["queue"]["claim_next"])).or_(
            self.queue.get_by_role("button", name=_words(DESK_TEXTS["queue"]["claim_urgent"]))
        )

    # Getting somewhere.

    def sign_in(self, username: str, password: str) -> None:
        """Fills in the form and sends it with Enter."""
        texts = DESK_TEXTS["sign_in"]
        self.page.get_by_role("textbox", name=texts["username"]).fill(username)
        field = self.page.get_by_role("textbox", name=texts["password"])
        field.fill(password)
        field.press("Enter")

    def go(self, name: str) -> None:
        """Opens a page by its name in the navigation: `nav` of the texts."""
        self.page.get_by_role("navigation").get_by_role("link", name=DESK_TEXTS["nav"][name], exact=True).click()

    def item(self, user: str) -> Locator:
        """Returns the entries of a user in the lists of the workspace."""
        return self.queue.get_by_role("link").filter(has_text=user)

    def section(self, name: str) -> Locator:
        """Returns one of the lists of the workspace: `mine`, `waiting` or `messages`."""
        title = self.page.get_by_role("heading", name=DESK_TEXTS["queue"][name])
        return self.queue.locator("section").filter(has=title)

    def lists(self, name: str, *users: str) -> None:
        """Waits until a list has exactly these users, in this order."""
        expect(self.section(name).get_by_role("link")).to_have_text([re.compile(re.escape(user)) for user in users])

    def open(self, user: str) -> None:
        """Opens the conversation with a user from the lists."""
        self.item(user).click()
        self.shows_conversation(user)

    def shows_conversation(self, user: str) -> None:
        """Waits until the conversation with a user is on the screen."""
        expect(self.conversation.get_by_role("heading", level=1)).to_contain_text(user)
        expect(self.log).to_be_visible()

    # What agents do.

    def act(self, name: str) -> None:
        """Presses a button over the conversation: `actions` of the texts."""
        self.conversation.get_by_role("banner").or_(self.conversation.locator("header")).get_by_role(
            "button", name=_ACTIONS[name], exact=True
        ).click()

    def claim_next(self) -> None:
        """Takes over who is first in the queue."""
        self.claim_next_button.click()

    def claim(self) -> None:
        """Takes over the conversation on the screen."""
        self.act("claim")

    def serve(self, user: str) -> None:
        """Opens the conversation with a user who waits, takes it over, and waits until one can reply."""
        self.open(user)
        self.claim()
        expect(self.reply).to_be_visible()

    def says(self, text: str) -> None:
        """Replies to the user with Enter."""
        self.reply.fill(text)
        self.reply.press("Enter")

    def write_note(self, text: str) -> None:
        """Leaves an internal note; switches to notes where something else is written, and back to replies."""
        if self.page.locator(".composer .ant-segmented").is_visible():
            self._choose_kind("note")
        self.note.fill(text)
        self.note.press("Enter")
        expect(self.log).to_contain_text(text)
        if self.page.get_by_text(_COMPOSER["kinds"]["reply"], exact=True).is_visible():
            self._choose_kind("reply")

    def send_picture(self, name: str, content_type: str, data: bytes) -> None:
        """Sends a picture from a file."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name=_COMPOSER["attach"]).click()
        chooser.value.set_files({"name": name, "mimeType": content_type, "buffer": data})

    def close(self, disposition: str = "solved", note: str = "") -> None:
        """Ends the chat with one of the `dispositions` of the texts."""
        self.act("close")
        self.finish(disposition, note)

    def finish(self, disposition: str, note: str) -> None:
        """Fills in the dialog that ends a ticket."""
        self.dialog.get_by_text(DESK_TEXTS["dispositions"][disposition], exact=True).click()
        self.dialog.get_by_role("textbox", name=DESK_TEXTS["close"]["note"]).fill(note)
        self._confirm("close")

    def finish_later(self, note: str) -> None:
        """Fills in the rest of the dialog that puts a ticket off, at the time that is proposed."""
        self.dialog.get_by_role("textbox", name=DESK_TEXTS["close"]["note"]).fill(note)
        self._confirm("put_off")

    def return_to_bot(self) -> None:
        """Gives the user back to the bot."""
        self.act("return_to_bot")
        self._confirm("return_to_bot")

    def transfer(self, to: str, memo: str = "") -> None:
        """Gives the chat to a colleague, by name."""
        self.act("transfer")
        self._choose_colleague(to)
        self.dialog.get_by_role("textbox", name=DESK_TEXTS["transfer"]["memo"]).fill(memo)
        self._confirm("transfer")

    def assign(self, to: str) -> None:
        """Gives somebody's chat to another agent, as supervisors may."""
        self.act("assign")
        self._choose_colleague(to)
        self._confirm("assign")

    # What agents see.

    def shows(self, text: str) -> None:
        """Waits until the conversation contains this."""
        expect(self.log).to_contain_text(text)

    def once(self, *texts: str) -> None:
        """Waits until each of these was said exactly once, by the user or an agent."""
        said = self.log.locator('[data-author="user"], [data-author="agent"]')
        for text in texts:
            expect(said.get_by_text(text, exact=True)).to_have_count(1)

    def _choose_kind(self, kind: str) -> None:
        self.page.locator(".composer .ant-segmented").get_by_text(_COMPOSER["kinds"][kind], exact=True).click()

    def _choose_colleague(self, name: str) -> None:
        field = self.dialog.get_by_role("combobox", name=DESK_TEXTS["transfer"]["to"])
        field.fill(name)
        field.press("Enter")

    def _confirm(self, action: str) -> None:
        self.dialog.get_by_role("button", name=_ACTIONS[action], exact=True).click()
        expect(self.dialog).to_have_count(0)
