"""The trained bot in this process: the real model and actions, as `make run` serves them, but no server.

That plain Rasa says the same is for test_equality.py: its own agent takes ten times as long for a turn.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import engine.serving  # isort: skip  # noqa: F401 - before Rasa: prepares what it needs on this Python

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from engine.serving.agent import load_serving_agent
from engine.serving.local_actions import LocalActionEndpoint
from engine.serving.tracker_store import create_tracker_store, memory_tracker_store
from tests.paths import ROOT


@dataclass(frozen=True)
class BotMessage:
    """One message of the bot; `response` is None for a custom payload."""

    response: str | None
    text: str
    buttons: tuple[str, ...]
    payloads: tuple[str, ...]
    custom: dict[str, Any] | None

    @property
    def is_handoff(self) -> bool:
        """Whether it is the payload that hands the conversation to a human."""
        return self.custom is not None and self.custom.get("type") == "handoff"


class RecordingChannel(OutputChannel):
    """Keeps what is sent, with the name of the response."""

    def __init__(self) -> None:
        self.messages: list[BotMessage] = []

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(
            BotMessage(
                response=message.get("utter_action"),
                text=message.get("text") or "",
                buttons=tuple(button["title"] for button in message.get("buttons") or ()),
                payloads=tuple(button["payload"] for button in message.get("buttons") or ()),
                custom=message.get("custom"),
            )
        )


class Bot:
    """Talks with the trained model; each `sender` is a conversation of its own."""

    def __init__(self) -> None:
        configure_structlog(logging.WARNING)
        endpoints = AvailableEndpoints(action=LocalActionEndpoint("actions"))
        self._agent = load_serving_agent(str(ROOT / "models" / "uwallet.tar.gz"), endpoints)
        self._loop = asyncio.new_event_loop()
        self._minutes_passed = 0.0
        self.restart(None)

    def close(self) -> None:
        """Ends it."""
        self._loop.close()

    def wait(self, minutes: float) -> None:
        """Lets time pass, for Rasa and for the actions."""
        self._minutes_passed += minutes

    def restart(self, database: Path | None) -> None:
        """Forgets everything but what stands in the database, if any, as a restart of the process does."""
        domain = self._agent.domain
        stored = EndpointConfig(type="SQL", dialect="sqlite", db=str(database)) if database else None
        store = create_tracker_store(stored, domain, None) if stored else memory_tracker_store(domain)
        self._agent.use_stores(store, InMemoryLockStore())

    def parse(self, text: str) -> dict[str, Any]:
        """Returns what the NLU makes of a text."""
        return dict(self._loop.run_until_complete(self._agent.parse_message(text)))

    def says(self, sender: str, text: str, *, after_agent: bool = False) -> list[BotMessage]:
        """Sends a message, perhaps the first after a human had the conversation, and returns the bot's."""
        now = time.time

        def later() -> float:
            return now() + self._minutes_passed * 60

        with mock.patch("time.time", new=later):
            return self._loop.run_until_complete(self._says(sender, text, {"after_agent": after_agent}))

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of a conversation."""
        tracker = self._loop.run_until_complete(self._agent.tracker_store.get_or_create_tracker(sender))
        return dict(tracker.current_slot_values())

    async def _says(self, sender: str, text: str, metadata: dict[str, Any]) -> list[BotMessage]:
        channel = RecordingChannel()
        await self._agent.handle_message(UserMessage(text, channel, sender, metadata=metadata))
        return channel.messages
