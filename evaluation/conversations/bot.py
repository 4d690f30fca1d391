"""The trained bot in this process: the agent that the engine serves, without a server."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluation.conversations.said import Said
from evaluation.paths import MODEL

with warnings.catch_warnings(record=True):
    # Rasa and what it pins warn some forty times, and nobody who measures can act on it.
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import engine.serving  # isort: skip  # noqa: F401 - before Rasa: prepares what it needs on this Python
    from rasa.core.channels.channel import OutputChannel, UserMessage
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from engine.serving.agent import ServingAgent, load_serving_agent
    from engine.serving.local_actions import LocalActionEndpoint
    from engine.serving.tracker_store import memory_tracker_store


_METADATA = ("progress", "ask", "events", "reading")


class _Recorder(OutputChannel):
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.messages: list[Said] = []

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        custom = message.get("custom")
        if custom and custom.get("type") == "handoff":
            self._hand_off(custom)
            return
        self.messages.append(
            Said(
                message.get("text") or "",
                tuple((button["title"], button["payload"]) for button in message.get("buttons") or ()),
                {name: message[name] for name in _METADATA if name in message},
                message.get("utter_action"),
                custom,
            )
        )

    def _hand_off(self, payload: Mapping[str, Any]) -> None:
        # As the gateway does: the payload is told with the message before it.
        told = self.messages.pop() if self.messages else Said("")
        self.messages.append(replace(told, metadata={**told.metadata, "handoff": dict(payload)}))


class Bot:
    """Talks with the trained model; each `sender` is a conversation of its own."""

    def __init__(self, model: Path = MODEL) -> None:
        """Loads the model, quietly."""
        configure_structlog(logging.ERROR)
        logging.getLogger("rasa").setLevel(logging.ERROR)
        with warnings.catch_warnings(record=True):
            endpoints = AvailableEndpoints(action=LocalActionEndpoint("actions"))
            self._agent: ServingAgent = load_serving_agent(str(model), endpoints)
        self._loop = asyncio.new_event_loop()
        self.forget()

    def says(self, sender: str, text: str) -> list[Said]:
        """Sends a message and returns the bot's."""
        channel = _Recorder()
        self._loop.run_until_complete(self._agent.handle_message(UserMessage(text, channel, sender)))
        return channel.messages

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of a conversation."""
        tracker = self._loop.run_until_complete(self._agent.tracker_store.get_or_create_tracker(sender))
        return dict(tracker.current_slot_values())

    def parse(self, text: str) -> dict[str, Any]:
        """Returns what the NLU makes of a text."""
        return dict(self._loop.run_until_complete(self._agent.parse_message(text)))

    def forget(self) -> None:
        """Forgets all conversations, so that thousands do not fill the memory."""
        self._agent.use_stores(memory_tracker_store(self._agent.domain), self._agent.lock_store)

    def close(self) -> None:
        """Ends the loop in which the bot has run."""
        self._loop.close()
