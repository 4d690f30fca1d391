"""Puts what happened into the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database


async def add(database: Database, *rows: tables.Table) -> None:
    """Stores rows, one after the other."""
    async with database.write() as transaction:
        for row in rows:
            transaction.add(row)
            await transaction.flush()


def said(conversation_id: str, number: int, text: str, moment: datetime, **more: Any) -> tables.Message:
    """A message; the user's, if `author` is not given."""
    return tables.Message(
        **{
            "conversation_id": conversation_id,
            "id": number,
            "author": "user",
            "text": text,
            "buttons": [],
            "details": {},
            "created_at": moment,
            **more,
        }
    )


def event(conversation_id: str, kind: str, moment: datetime, **more: Any) -> tables.BotEvent:
    """Something that happened in a turn."""
    return tables.BotEvent(conversation_id=conversation_id, message_id=1, kind=kind, created_at=moment, **more)


def understood(conversation_id: str, number: int, moment: datetime, **more: Any) -> tables.Understanding:
    """What the bot made of a message."""
    return tables.Understanding(conversation_id=conversation_id, message_id=number, created_at=moment, **more)
