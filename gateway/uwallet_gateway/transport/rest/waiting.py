"""Waits for the reply to a message."""

from __future__ import annotations

import asyncio

from uwallet_gateway.services import Services
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Event, Settled
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.turns.conversations import Incoming

# Seconds, as the protocol promises; the gateway tells of a delay before.
_WAIT = 8.0


async def say_and_wait(services: Services, conversation_id: str, incoming: Incoming) -> tuple[Message, list[Message]]:
    """Stores a message and waits for its answer.

    Returns:
        The message, and what was answered within 8 seconds: the bot's messages, or that it takes longer.

    Raises:
        InputError: The message is refused.
    """
    answered = _Answered(services.event_bus, conversation_id)
    with answered.event_bus.listening(conversation_id, answered.hear):
        message = await services.conversations.say(conversation_id, incoming)
        if message.state == "received":
            await answered.wait_for(message.id, _WAIT)
    replies = await services.transcript.replies_to(conversation_id, message.id)
    for _ in replies:
        services.metrics.count_message(direction="out", transport=incoming.transport)
    return message, replies


class _Answered:
    def __init__(self, event_bus: EventBus, conversation_id: str) -> None:
        self.event_bus = event_bus
        self.conversation_id = conversation_id
        self._settled: set[int] = set()
        self._changed = asyncio.Event()

    def hear(self, event: Event) -> None:
        if isinstance(event, Settled):
            self._settled.add(event.message_id)
            self._changed.set()

    async def wait_for(self, message_id: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while message_id not in self._settled:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass
