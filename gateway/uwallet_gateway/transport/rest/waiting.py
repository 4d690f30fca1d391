"""Waits for the answer of a message."""

from __future__ import annotations

import asyncio

from uwallet_gateway.conversation.hub import Event, Hub, Settled
from uwallet_gateway.conversation.messages import Message
from uwallet_gateway.conversation.service import Incoming
from uwallet_gateway.services import Services

# Seconds, as the protocol promises; the gateway tells of a delay before.
_WAIT = 8.0


async def say_and_wait(services: Services, conversation_id: str, incoming: Incoming) -> tuple[Message, list[Message]]:
    """Stores a message and waits for its answer.

    Returns:
        The message, and what was answered within 8 seconds: the bot's messages, or that it takes longer.

    Raises:
        InputError: The message is refused.
    """
    answered = _Answered(services.hub, conversation_id)
    with answered.hub.listening(conversation_id, answered.hear):
        message = await services.conversations.say(conversation_id, incoming)
        if message.state == "received":
            await answered.wait_for(message.id, _WAIT)
    replies = await services.transcript.replies_to(conversation_id, message.id)
    for _ in replies:
        services.metrics.count_message(direction="out", transport=incoming.transport)
    return message, replies


class _Answered:
    def __init__(self, hub: Hub, conversation_id: str) -> None:
        self.hub = hub
        self.conversation_id = conversation_id
        self._settled: set[int] = set()
        self._news = asyncio.Event()

    def hear(self, event: Event) -> None:
        if isinstance(event, Settled):
            self._settled.add(event.message_id)
            self._news.set()

    async def wait_for(self, message_id: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while message_id not in self._settled:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
