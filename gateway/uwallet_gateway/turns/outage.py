"""Notices to users while the engine is slow, away or broken."""

from __future__ import annotations

from typing import Any

import structlog

from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.support.ticket_steps import ENGINE_TROUBLE
from uwallet_gateway.support.user_requests import UserRequests
from uwallet_gateway.texts import Texts
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Settled, Typing
from uwallet_gateway.transcript.messages import HUMAN_PAYLOAD, Draft, Message
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript
from uwallet_gateway.transcript.transaction import ConversationTransaction

_log = structlog.get_logger()


class OutageNotices:
    """Apologises and offers a human. A user who accepts gets a ticket without the engine."""

    def __init__(
        self, transcript: Transcript, event_bus: EventBus, texts: Texts, requests: UserRequests, metrics: Metrics
    ) -> None:
        """Keeps what the notices need."""
        self._requests = requests
        self._transcript = transcript
        self._event_bus = event_bus
        self._texts = texts
        self._metrics = metrics

    async def tell(self, conversation_id: str) -> None:
        """Tells the user once that replies to all queued messages take longer. The messages stay queued.

        A queued request for a human is settled instead: it needs no engine.
        """
        settled: list[Message] = []
        try:
            async with self._transcript.writing(conversation_id) as transaction:
                unnoticed = [message for message in await transaction.waiting() if not message.noticed]
                human_requests = [message for message in unnoticed if self._asks_for_human(message)]
                for message in human_requests:
                    if await transaction.set_state(message.id, "answered"):
                        await self._hand_off(transaction, message)
                if unnoticed and not human_requests:
                    await self._append(transaction, "engine_trouble", unnoticed[-1])
                await transaction.set_noticed(unnoticed)
                settled = unnoticed
        except ConversationGoneError:
            return
        except Exception:
            # The database is away too, so nothing can be said. Log it, because a timer called this.
            _log.exception("trouble.not_told", conversation_id=conversation_id)
            return
        self._publish(transaction, settled)

    async def give_up(self, message: Message) -> None:
        """Settles a message that the engine failed to answer, and tells the user unless that was done before."""
        async with self._transcript.writing(message.conversation_id) as transaction:
            waiting = {it.id: it for it in await transaction.waiting()}
            already_told = message.id in waiting and waiting[message.id].noticed
            if self._asks_for_human(message) and await transaction.set_state(message.id, "answered"):
                await self._hand_off(transaction, message)
            elif await transaction.set_state(message.id, "failed") and not already_told:
                await self._append(transaction, "engine_failed", message)
        self._publish(transaction, [message])

    async def say(self, transaction: ConversationTransaction, message: Message) -> None:
        """Tells the user, in this transaction, that a message got no reply."""
        await self._append(transaction, "engine_failed", message)

    def _asks_for_human(self, message: Message) -> bool:
        return message.payload == HUMAN_PAYLOAD or (
            message.payload is None and self._texts.asks_for_human(message.text)
        )

    async def _append(self, transaction: ConversationTransaction, name: str, message: Message) -> None:
        buttons = ({"title": self._texts.button("human"), "payload": HUMAN_PAYLOAD},)
        await transaction.append(
            Draft(
                "system",
                self._texts.notice(name),
                buttons=buttons,
                metadata={"notice": "engine_trouble"},
                in_reply_to=message.id,
            )
        )

    async def _hand_off(self, transaction: ConversationTransaction, message: Message) -> None:
        public = {"reason": ENGINE_TROUBLE, "topic": None}
        await transaction.append(
            Draft(
                "system",
                self._texts.notice("handoff_without_engine"),
                metadata={"notice": "engine_trouble", "handoff": public},
                in_reply_to=message.id,
            )
        )
        await self._requests.hand_off(transaction, self._payload(), reason=ENGINE_TROUBLE, in_reply_to=message.id)
        self._metrics.count_handoff(ENGINE_TROUBLE)

    def _payload(self) -> dict[str, Any]:
        """A handoff payload without any knowledge of the bot (docs/handoff.schema.json)."""
        return {
            "type": "handoff",
            "version": 4,
            "reason": "user_request",
            "summary": self._texts.notice("handoff_summary_without_engine"),
            "topic": None,
            "step": None,
            "collected": {},
            "problem_steps": [],
            "suspended": [],
            "other_requests": [],
            "tried": [],
            "mood": "calm",
            "alarms": [],
            "rating": None,
        }

    def _publish(self, transaction: ConversationTransaction, settled: list[Message]) -> None:
        if transaction.written:
            self._event_bus.publish(Typing(transaction.conversation_id, typing=False))
        self._event_bus.publish_committed(transaction)
        for message in settled:
            self._event_bus.publish(Settled(transaction.conversation_id, message.id))
