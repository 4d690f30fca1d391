"""Rows of conversations and tickets, for tests that need them to be there."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database


async def add_conversation(database: Database, conversation_id: str = "c" * 32) -> str:
    """A conversation on the site `demo`, which is made if it is not there."""
    async with database.write() as transaction:
        if await transaction.scalar(select(tables.Site.key).where(tables.Site.key == "demo")) is None:
            transaction.add(tables.Site(key="demo", name="商城", secret="x", require_identity=False, created_at=now()))
            await transaction.flush()
        transaction.add(
            tables.Conversation(
                id=conversation_id, site_key="demo", kind="visitor", last_id=0, created_at=now(), active_at=now()
            )
        )
    return conversation_id


def add_ticket(transaction: AsyncSession, conversation_id: str, **changed: Any) -> tables.Ticket:
    """A ticket that has just been queued."""
    moment = now()
    values = {
        "number": uuid.uuid4().hex,
        "conversation_id": conversation_id,
        "status": "queued",
        "version": 1,
        "priority": 2,
        "reason": "user_request",
        "topic": "forgot_password",
        "handoff": {
            "summary": "用户：手机号：13800138000",
            "topic": {"id": "forgot_password", "title": "找回登录密码"},
            "collected": {"phone_number": "13800138000"},
        },
        "message": "请打13800138000",
        "contact": "13800138000",
        "created_at": moment,
        "queued_at": moment,
    }
    ticket = tables.Ticket(**(values | changed))
    transaction.add(ticket)
    return ticket
