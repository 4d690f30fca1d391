"""The trained bot in this process: the real model, the real actions, no server."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.events import BotUttered
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor

from tests.paths import ROOT


class LocalActionEndpoint(EndpointConfig):
    """Stands in for the action server; runs what it would run."""

    def __init__(self) -> None:
        super().__init__("http://not-used")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        return await self._executor.run(kwargs["json"])


@dataclass(frozen=True)
class BotMessage:
    """One message of the bot; `response` is None for a custom payload."""

    response: str | None
    text: str
    buttons: tuple[str, ...]
    custom: dict[str, Any] | None


class Bot:
    """Talks with the trained model; each `sender` is a conversation of its own."""

    def __init__(self) -> None:
        configure_structlog(logging.WARNING)
        self._agent = Agent.load(str(ROOT / "models" / "uwallet.tar.gz"), action_endpoint=LocalActionEndpoint())
        self._loop = asyncio.new_event_loop()

    def parse(self, text: str) -> dict[str, Any]:
        """Returns what the NLU makes of a text."""
        return dict(self._loop.run_until_complete(self._agent.parse_message(text)))

    def says(self, sender: str, text: str) -> list[BotMessage]:
        """Sends a message and returns the bot's."""
        return self._loop.run_until_complete(self._says(sender, text))

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of a conversation."""
        tracker = self._loop.run_until_complete(self._agent.tracker_store.get_or_create_tracker(sender))
        return dict(tracker.current_slot_values())

    async def _says(self, sender: str, text: str) -> list[BotMessage]:
        store = self._agent.tracker_store
        before = len((await store.get_or_create_tracker(sender)).events)
        await self._agent.handle_text(text, sender_id=sender)
        events = list((await store.get_or_create_tracker(sender)).events)[before:]
        return [
            BotMessage(
                response=event.metadata.get("utter_action"),
                text=event.text or "",
                buttons=tuple(button["title"] for button in event.data.get("buttons") or ()),
                custom=event.data.get("custom"),
            )
            for event in events
            if isinstance(event, BotUttered)
        ]
