"""Reads from what is stored whether anything happened that must not: the invariants of docs/support.md."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database

_TAKES = {"claimed", "transferred"}
_GIVES_BACK = {"requeued", "returned_to_bot", "closed", "user_left"}
# Of a ticket's events: from which states they may come, and to which they lead; None leaves it.
_STEPS: dict[str, tuple[set[str], str | None]] = {
    "created": ({"none"}, "message"),
    "queued": ({"message", "pending"}, "queued"),
    "claimed": ({"queued", "message", "pending"}, "active"),
    "assigned": ({"queued", "message", "pending"}, "active"),
    "transferred": ({"active"}, "active"),
    "requeued": ({"active"}, "queued"),
    "returned_to_bot": ({"active"}, None),
    "left_queue": ({"queued"}, None),
    "message_left": ({"queued", "message", "pending"}, None),
    "follow_up_set": ({"active", "message", "pending", "closed"}, "pending"),
    "follow_up_due": ({"pending"}, "pending"),
    "closed": ({"queued", "active", "message", "pending"}, "closed"),
    "rated": ({"closed"}, None),
}


async def check_everything(database: Database) -> None:
    """Raises AssertionError if two had a conversation at once, or the bot spoke while an agent had it."""
    async with database.read() as transaction:
        if not database.is_sqlite:
            # One moment for all that is read; SQLite has no other.
            await transaction.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        conversations = (await transaction.scalars(select(tables.Conversation))).all()
        messages = (await transaction.scalars(select(tables.Message).order_by(tables.Message.id))).all()
        tickets = (await transaction.scalars(select(tables.Ticket).order_by(tables.Ticket.id))).all()
        events = (await transaction.scalars(select(tables.TicketEvent).order_by(tables.TicketEvent.id))).all()
        agents = {agent.id: agent.name for agent in await transaction.scalars(select(tables.Agent))}
    for conversation in conversations:
        said = [message for message in messages if message.conversation_id == conversation.id]
        assert [message.id for message in said] == list(range(1, conversation.last_id + 1))
        opened = [t for t in tickets if t.conversation_id == conversation.id and t.status != "closed"]
        assert len(opened) <= 1
        status = opened[0].status if opened else None
        assert (conversation.owner == "agent") == (status == "active"), (conversation.owner, status)
        assert (conversation.owner == "queued") == (status == "queued"), (conversation.owner, status)
        owner = _agent_by_transcript(said)
        wanted = agents[opened[0].agent_id] if status == "active" and opened[0].agent_id else None
        assert owner == wanted, (owner, wanted)
        if conversation.owner == "agent":
            assert all(message.state != "received" for message in said)
    for ticket in tickets:
        _check_events(ticket, [event for event in events if event.ticket_id == ticket.id])


def _agent_by_transcript(said: list[tables.Message]) -> str | None:
    """The agent who has the conversation in the end, by what stands in it."""
    agent: str | None = None
    taken_at = 0
    answers: Counter[int] = Counter()
    for message in said:
        kind = message.details.get("support") if message.author == "system" else None
        if kind in _TAKES:
            assert kind == "transferred" or agent is None, "two owners"
            agent, taken_at = message.details["agent"]["name"], message.id
        elif kind in _GIVES_BACK:
            assert agent is not None, kind
            agent = None
        elif message.author == "bot":
            assert agent is None, "the bot spoke while an agent had the conversation"
            assert message.in_reply_to is not None
            assert message.in_reply_to > taken_at, "the bot answered what was the agent's"
            answers[message.in_reply_to] += 1
        elif message.author == "agent":
            assert agent == message.details["agent"]["name"], "an agent spoke who did not have the conversation"
    assert all(count == 1 for count in answers.values()), "answered twice"
    return agent


def _check_events(ticket: tables.Ticket, events: list[tables.TicketEvent]) -> None:
    status = "none"
    # A ticket that was put off waits for its day again when it leaves the queue.
    is_put_off = False
    for event in events:
        before, after = _STEPS.get(event.kind, (None, None))
        if before is not None:
            assert status in before, (status, event.kind)
        aside = "pending" if is_put_off else "message"
        if event.kind == "timeout_offered" and event.details.get("reason") == "nobody_there":
            assert status == "queued"
            after = aside
        elif event.kind == "message_left" or (event.kind == "left_queue" and is_put_off):
            after = aside
        status = after or status
        if event.kind in {"follow_up_set", "closed"}:
            is_put_off = event.kind == "follow_up_set"
    assert status == ticket.status
