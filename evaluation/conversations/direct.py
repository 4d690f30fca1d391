"""The trained bot without Rasa's tracker and rules: its NLU and its dialogue, many times faster.

For thousands of conversations. That Rasa's rules lead to the same is tested elsewhere
(tests/conversations/test_equality.py).
"""

from __future__ import annotations

import copy
import datetime
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk.executor import CollectingDispatcher

import actions.base
from actions.dialogue.acts import Act, act_of
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.state import DialogueState
from actions.incoming import message_from_parse
from actions.knowledge.organisation import placeholder_values
from actions.outgoing import Script, script_of
from evaluation.conversations.said import Said

_METADATA = ("progress", "ask", "events", "reading")


@dataclass
class _Talk:
    """What is kept of a conversation between two messages."""

    state: DialogueState = field(default_factory=DialogueState)
    said: list[int] = field(default_factory=list)
    script: Script = Script.SIMPLIFIED


class DirectBot:
    """Talks as the actions do; each `sender` is a conversation of its own."""

    def __init__(self, parse: Callable[[str], Mapping[str, Any]]) -> None:
        """Keeps what understands a message; the same text is understood once."""
        self._parse = parse
        self._parses: dict[str, Mapping[str, Any]] = {}
        self._talks: dict[str, _Talk] = {}

    def says(self, sender: str, text: str, human_available: bool | None = None) -> list[Said]:
        """Sends a message and returns the bot's; a gateway would tell whether a human is there."""
        if text not in self._parses:
            self._parses[text] = self._parse(text)
        talk = self._talks.setdefault(sender, _Talk())
        knowledge = actions.base.knowledge()
        now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
        message = message_from_parse(
            copy.deepcopy(self._parses[text]),
            knowledge.wording.rejections,
            said_at=now.astimezone(ZoneInfo(knowledge.organisation.time_zone)),
        )
        message = replace(message, human_available=human_available)
        is_unknown = message.text.startswith("/") and not message.is_payload
        act = Act.NOT_UNDERSTOOD if is_unknown else act_of(message.intent, knowledge)
        values = placeholder_values(knowledge.organisation, now, message.text)
        turn = Dialogue(knowledge, values).respond(talk.state, act, message)
        talk.script = script_of(message.text, talk.script)
        dispatcher = CollectingDispatcher()
        talk.said, shown = actions.base.utter(dispatcher, turn, talk.said, talk.script)
        talk.state = replace(turn.state, shown=shown)
        return _as_sent(dispatcher.messages)

    def forget(self) -> None:
        """Forgets all conversations, and keeps what was understood."""
        self._talks.clear()


def _as_sent(messages: list[dict[str, Any]]) -> list[Said]:
    """Returns the messages as a channel would send them; a handoff is told with the one before it."""
    sent: list[Said] = []
    for message in messages:
        custom = message.get("custom") or None
        if custom and custom.get("type") == "handoff":
            told = sent.pop() if sent else Said("")
            sent.append(replace(told, metadata={**told.metadata, "handoff": dict(custom)}))
            continue
        sent.append(
            Said(
                message.get("text") or "",
                tuple((button["title"], button["payload"]) for button in message.get("buttons") or ()),
                {name: message[name] for name in _METADATA if name in message},
                message.get("utter_action"),
                custom,
            )
        )
    return sent
