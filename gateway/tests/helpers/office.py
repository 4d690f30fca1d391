"""Agents, users and time, for tests of human support without HTTP."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from uwallet_gateway import clock
from uwallet_gateway.database import tables
from uwallet_gateway.engine.client import EngineReply
from uwallet_gateway.protocol.support import SupportState
from uwallet_gateway.protocol.tickets import Ticket
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.turns.conversations import Incoming

# A Monday, 10 o'clock in Shanghai.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_numbers = itertools.count(1)


class ScriptedEngine:
    """Stands in for the engine's client: answers at once, or when it is told to.

    Attributes:
        held: Turns that wait for `release`, by the name of their message.
        hold: Whether turns wait.
        asked: The names of the messages that came.
        metadata: What came with each of them.
        texts: What came in each of them.
        answers: What is answered to a message instead.
    """

    def __init__(self) -> None:
        """Answers at once."""
        self.hold = False
        self.held: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []
        self.metadata: list[Mapping[str, Any]] = []
        self.texts: list[str] = []
        self.answers: dict[str, dict[str, Any]] = {}

    async def send(
        self, sender: str, message: str, kind: str, message_id: str, metadata: Mapping[str, Any] | None = None
    ) -> EngineReply:
        """One turn; 「转人工」 hands over, everything else is echoed."""
        self.asked.append(message_id)
        self.metadata.append(metadata or {})
        self.texts.append(message)
        if self.hold:
            await self.held.setdefault(message_id, asyncio.Event()).wait()
        if message in self.answers:
            return EngineReply.model_validate_json(json.dumps(self.answers[message]))
        messages: list[dict[str, Any]] = [{"text": f"收到：{message}"}]
        if message.startswith("转人工") or message == "/human_handoff":
            reason = message.partition("：")[2] or "user_request"
            messages.append({"custom": {**HANDOFF, "reason": reason}})
        elif message in REQUESTS:
            messages.append({"custom": {"type": "support_request", "request": REQUESTS[message]}})
        return EngineReply.model_validate_json(json.dumps({"messages": messages, "understood": None}))

    def release(self) -> None:
        """Answers everything that waits."""
        held, self.held = self.held, {}
        for event in held.values():
            event.set()

    async def close(self) -> None:
        """Nothing to close."""


HANDOFF: dict[str, Any] = {
    "type": "handoff",
    "version": 4,
    "reason": "user_request",
    "summary": "要办的事：找回登录密码，做到第2步",
    "topic": {"id": "forgot_password", "title": "找回登录密码"},
    "step": {"number": 2, "count": 5, "id": "verify", "title": "验证身份"},
    "collected": {"phone_number": "13800138000"},
}
REQUESTS = {"不等了": "leave_queue", "我的工单怎么样了": "ticket_status"}


class Office:
    """One process of the gateway, as its users and agents meet it."""

    def __init__(self, services: Services, engine: ScriptedEngine) -> None:
        """Takes the parts."""
        self.services = services
        self.engine = engine
        self.users = services.user_commands
        self.agents = services.agent_commands
        self.tickets = services.tickets
        self.presence = services.presence

    async def user(self) -> str:
        """The conversation of a new visitor."""
        site = await self.services.sites.find("site")
        if site is None:
            site = await self.services.sites.create("商城", [], key="site")
        return (await self.services.sessions.open(site, None, None)).session.conversation_id

    async def agent(self, name: str, *, online: bool = True, max_chats: int = 5, role: str = "agent") -> int:
        """A new agent."""
        async with self.services.database.write() as transaction:
            row = tables.Agent(
                username=f"agent{next(_numbers)}",
                name=name,
                role=role,
                password_hash="-",
                enabled=True,
                max_chats=max_chats,
                presence="away",
                created_at=clock.now(),
            )
            transaction.add(row)
        if online:
            await self.presence.connected(row.id)
            await self.presence.choose(row.id, "online")
        return row.id

    async def say(self, conversation_id: str, text: str, **more: Any) -> Message:
        """The user says something, and the engine's turn ends if nothing holds it."""
        message = await self.services.conversations.say(conversation_id, Incoming(text, **more))
        if not self.engine.hold:
            await self.settled()
        return message

    async def press(self, conversation_id: str, payload: str) -> Message:
        """The user presses a button."""
        return await self.say(conversation_id, payload, kind="payload")

    async def settled(self) -> None:
        """Waits until the bot has answered everything."""
        while workers := list(self.services.dispatcher._workers.values()):
            await asyncio.wait(workers)

    async def messages(self, conversation_id: str) -> list[Message]:
        """The whole transcript."""
        found, _ = await self.services.transcript.after(conversation_id, 0, 10_000)
        return found

    async def kinds(self, conversation_id: str) -> list[str]:
        """What the gateway has said of support, in order."""
        found = await self.messages(conversation_id)
        return [message.metadata["support"] for message in found if message.author == "system"]

    async def last(self, conversation_id: str) -> Message:
        """The newest message."""
        return (await self.messages(conversation_id))[-1]

    async def waiting_ticket(self, reason: str = "") -> tuple[str, Ticket]:
        """A user who has asked for a human, and the ticket."""
        conversation_id = await self.user()
        await self.say(conversation_id, f"转人工：{reason}" if reason else "转人工")
        return conversation_id, await self.ticket(conversation_id)

    async def chat(self, agent_id: int) -> tuple[str, Ticket]:
        """A user whom an agent has taken over."""
        conversation_id, ticket = await self.waiting_ticket()
        return conversation_id, await self.agents.claim(ticket.id, agent_id)

    async def ticket(self, conversation_id: str) -> Ticket:
        """The newest ticket of a conversation."""
        async with self.services.database.read() as transaction:
            ticket_id = await transaction.scalar(
                select(tables.Ticket.id)
                .where(tables.Ticket.conversation_id == conversation_id)
                .order_by(tables.Ticket.id.desc())
                .limit(1)
            )
        assert ticket_id is not None
        return await self.tickets.ticket(ticket_id)

    async def contact(self, ticket_id: int) -> str:
        """How the user can be reached, unmasked."""
        return self.services.keys.contacts.open(await self.tickets.sealed_contact(ticket_id))

    async def state(self, conversation_id: str) -> SupportState:
        """What the user's client shows."""
        return await self.tickets.support_state(conversation_id)

    async def events(self, ticket_id: int) -> list[str]:
        """The kinds of what has happened to a ticket."""
        return [event.kind for event in (await self.tickets.details(ticket_id)).events]

    async def round(self) -> None:
        """What is due happens."""
        await self.services.support_scheduler.run_once()

    async def pass_time(self, **delta: float) -> None:
        """Time goes by, and agents who are connected stay so."""
        clock.set_time(clock.now() + timedelta(**delta))
        await self.presence.renew()

    async def later(self, **delta: float) -> None:
        """Time goes by; then what is due happens."""
        await self.pass_time(**delta)
        await self.round()

    async def leave(self, agent_id: int) -> None:
        """An agent closes the desk, and is offline by now."""
        await self.presence.disconnected(agent_id)
        async with self.services.database.write() as transaction:
            await transaction.execute(
                update(tables.Agent)
                .where(tables.Agent.id == agent_id)
                .values(seen_at=clock.now() - timedelta(minutes=1))
            )
