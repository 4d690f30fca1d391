"""What users are told when the engine is slow, away or broken."""

from __future__ import annotations

from typing import Any

import structlog

from uwallet_gateway.conversation.hub import Hub, Settled, Typing
from uwallet_gateway.conversation.messages import HUMAN_PAYLOAD, Draft, Message
from uwallet_gateway.conversation.transcript import ConversationGoneError, Page, Transcript
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.support.service import Support
from uwallet_gateway.support.tickets import ENGINE_TROUBLE
from uwallet_gateway.texts import Texts

_log = structlog.get_logger()


class Trouble:
    """Friendly lines with the offer of a human. Whoever takes it up gets a ticket without the engine."""

    def __init__(self, transcript: Transcript, hub: Hub, texts: Texts, support: Support, metrics: Metrics) -> None:
        """Keeps what it works with."""
        self._support = support
        self._transcript = transcript
        self._hub = hub
        self._texts = texts
        self._metrics = metrics

    async def tell(self, conversation_id: str) -> None:
        """Tells the user once, for all messages that wait now, that the answer takes longer; they stay to be answered.

        A request for a human that waits is settled instead: it needs no engine.
        """
        settled: list[Message] = []
        try:
            async with self._transcript.writing(conversation_id) as page:
                news = [message for message in await page.waiting() if not message.noticed]
                human = [message for message in news if self._asks_for_human(message)]
                for message in human:
                    if await page.set_state(message.id, "answered"):
                        await self._hand_off(page, message)
                if news and not human:
                    await self._append(page, "engine_trouble", news[-1])
                await page.set_noticed(news)
                settled = news
        except ConversationGoneError:
            return
        except Exception:
            # The database is away too: nothing can be told, and the timer that called must not end in silence.
            _log.exception("trouble.not_told", conversation_id=conversation_id)
            return
        self._publish(page, settled)

    async def give_up(self, message: Message) -> None:
        """Settles a message that the engine failed to answer; tells the user unless that was done before."""
        async with self._transcript.writing(message.conversation_id) as page:
            waiting = {found.id: found for found in await page.waiting()}
            told = message.id in waiting and waiting[message.id].noticed
            if self._asks_for_human(message) and await page.set_state(message.id, "answered"):
                await self._hand_off(page, message)
            elif await page.set_state(message.id, "failed") and not told:
                await self._append(page, "engine_failed", message)
        self._publish(page, [message])

    async def say(self, page: Page, message: Message) -> None:
        """Tells the user, on the page, that a message got no answer."""
        await self._append(page, "engine_failed", message)

    def _asks_for_human(self, message: Message) -> bool:
        return message.payload == HUMAN_PAYLOAD or (
            message.payload is None and self._texts.asks_for_human(message.text)
        )

    async def _append(self, page: Page, name: str, message: Message) -> None:
        buttons = ({"title": self._texts.button("human"), "payload": HUMAN_PAYLOAD},)
        await page.append(
            Draft(
                "system",
                self._texts.notice(name),
                buttons=buttons,
                metadata={"notice": "engine_trouble"},
                in_reply_to=message.id,
            )
        )

    async def _hand_off(self, page: Page, message: Message) -> None:
        public = {"reason": ENGINE_TROUBLE, "topic": None}
        await page.append(
            Draft(
                "system",
                self._texts.notice("handoff_without_engine"),
                metadata={"notice": "engine_trouble", "handoff": public},
                in_reply_to=message.id,
            )
        )
        await self._support.request(page, self._payload(), reason=ENGINE_TROUBLE, in_reply_to=message.id)
        self._metrics.count_handoff(ENGINE_TROUBLE)

    def _payload(self) -> dict[str, Any]:
        """As the bot would make it, knowing nothing; docs/handoff.schema.json."""
        return {
            "type": "handoff",
            "version": 2,
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
            "rating": None,
        }

    def _publish(self, page: Page, settled: list[Message]) -> None:
        if page.written:
            self._hub.publish(Typing(page.conversation_id, typing=False))
        self._hub.publish_page(page)
        for message in settled:
            self._hub.publish(Settled(page.conversation_id, message.id))
