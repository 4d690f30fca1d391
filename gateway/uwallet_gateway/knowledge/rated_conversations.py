"""Conversations of users who were content, for deployments that keep no set of their own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import BotEvent, Message
from uwallet_gateway.knowledge.conversations import StoredConversation

_CONTENT = 4
_LOOKED_BACK = timedelta(days=90)
_MOST, _MOST_MESSAGES = 50, 20


async def rated_conversations(database: Database) -> list[StoredConversation]:
    """What users had said before they gave the bot 4 or 5, newest first. What they wrote is redacted, as it is kept."""
    found: list[StoredConversation] = []
    async with database.read() as transaction:
        rated = (
            await transaction.execute(
                select(BotEvent.conversation_id, BotEvent.message_id)
                .where(
                    BotEvent.kind == "rated", BotEvent.value >= _CONTENT, BotEvent.created_at >= now() - _LOOKED_BACK
                )
                .order_by(BotEvent.id.desc())
                .limit(_MOST)
            )
        ).tuples()
        for conversation_id, message_id in dict(reversed(rated.all())).items():
            rows = await transaction.execute(
                select(Message.text, Message.payload)
                .where(
                    Message.conversation_id == conversation_id,
                    Message.author == "user",
                    Message.text != "",
                    Message.id < message_id,
                )
                .order_by(Message.id.desc())
                .limit(_MOST_MESSAGES)
            )
            turns = [{"user": f"[按钮:{text}]" if payload else text} for text, payload in reversed(rows.all())]
            if turns:
                values = {"id": conversation_id, "conversation_id": conversation_id, "turns": turns}
                found.append(StoredConversation.model_validate(values))
    return found
