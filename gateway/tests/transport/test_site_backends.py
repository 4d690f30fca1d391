"""Backends whose users are reached through them: the pull, the hook, and time that goes by."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.conftest import StartGateway
from tests.helpers.agents import online_agent
from tests.helpers.gateway import Gateway
from tests.hooks.receiver import receiving
from tests.hooks.samples import endpoint
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.maintenance.persons import Person

HOOKS = """
endpoints:
  - {{name: bridge, format: json, url: "http://127.0.0.1:{port}/x", secret: 0123456789abcdef, allow_private: true,
     site: demo, events: [message_created]}}
"""


async def send(gateway: Gateway, message: str, sender: str = "wx_1") -> list[dict[str, Any]]:
    async with gateway.api(gateway.site.secret) as api:
        answer = await api.post("/webhooks/rest/webhook", json={"sender": sender, "message": message})
        return list(answer.raise_for_status().json())


async def pull(gateway: Gateway, after: int = 0, sender: str = "wx_1") -> list[dict[str, Any]]:
    async with gateway.api(gateway.site.secret) as api:
        answer = await api.get("/webhooks/rest/messages", params={"sender": sender, "after": after})
        return list(answer.raise_for_status().json()["messages"])


async def chat(gateway: Gateway) -> tuple[int, int]:
    """An agent who has taken over wx_1: the ticket and the agent."""
    agent = await online_agent(gateway)
    await send(gateway, "找人工")
    [ticket], _ = await gateway.services.tickets.tickets()
    await gateway.services.agent_commands.claim(ticket.id, agent)
    return ticket.id, agent


async def test_pull_has_what_an_agent_said_and_the_webhook_does_not_repeat_it(gateway: Gateway) -> None:
    ticket, agent = await chat(gateway)
    await gateway.services.agent_commands.say(ticket, agent, text="您好")
    messages = await pull(gateway)
    assert [message["author"] for message in messages][-2:] == ["system", "agent"]
    last = messages[-1]
    assert (last["text"], last["metadata"]["agent"]) == ("您好", {"name": "小林"})
    # The same again until the backend names what it has.
    assert await pull(gateway, after=last["id"] - 1) == [last]
    assert await pull(gateway, after=last["id"]) == []
    assert await send(gateway, "在吗") == []
    assert await pull(gateway, sender="nobody") == []


async def test_pull_needs_the_secret_of_the_site(gateway: Gateway) -> None:
    await chat(gateway)
    other = await gateway.services.sites.create("Other", [])
    async with gateway.api() as api:
        for token, status in (("demo", 401), (await gateway.token(), 401), (other.secret, 200)):
            answer = await api.get(
                "/webhooks/rest/messages", params={"sender": "wx_1"}, headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == status
        assert answer.json()["messages"] == []


async def test_each_reply_names_the_id_by_which_it_is_pulled(gateway: Gateway) -> None:
    [reply] = await send(gateway, "你好")
    assert reply["metadata"] == {"id": 2, "author": "bot"}
    assert [message["id"] for message in await pull(gateway, after=1)] == [2]


async def test_hook_tells_the_site_what_no_answer_can(start_gateway: StartGateway, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks.yml"
    async with receiving() as receiver:
        hooks.write_text(HOOKS.format(port=receiver.port), encoding="utf-8")
        async with start_gateway(hooks_file=str(hooks)) as gateway:
            ticket, agent = await chat(gateway)
            await gateway.services.agent_commands.say(ticket, agent, text="尾号是多少？")
            await receiver.wait_for(2)
            told = [body for _, body in receiver.received]
            assert {(body["event"], body["site"], body["sender"]) for body in told} == {
                ("message_created", "demo", "wx_1")
            }
            # The bot's words and the place in the queue came with the answer.
            assert [body["message"]["author"] for body in told] == ["system", "agent"]
            assert told[1]["message"]["text"] == "尾号是多少？"
            assert "x-uwallet-signature" in receiver.received[0][0]
            conversation_id = await conversation(gateway)
            async with asyncio.timeout(60):
                while await gateway.services.transcript.user_read_id(conversation_id) < told[1]["message"]["id"]:
                    await asyncio.sleep(0.02)
            assert await send(gateway, "1174") == []
            # Visitors have connections of their own.
            async with gateway.socket(messages=True) as visitor:
                await visitor.request_session()
                await visitor.say("找人工")
            erased = await gateway.services.persons.erase(Person(site="demo", user_id="wx_1"))
            assert erased.rows["hook_deliveries"] == 2
            assert len(receiver.received) == 2


async def conversation(gateway: Gateway) -> str:
    async with gateway.services.database.read() as transaction:
        row = tables.Conversation
        return str(await transaction.scalar(select(row.id).where(row.external_id == "wx_1")))


async def test_silence_counts_from_when_the_backend_has_the_message(gateway: Gateway) -> None:
    ticket, agent = await chat(gateway)
    await gateway.services.agent_commands.say(ticket, agent, text="您好")

    async def after(minutes: float) -> str:
        """The state of the ticket when so much time has gone by."""
        moment = now() - timedelta(minutes=minutes)
        async with gateway.services.database.write() as transaction:
            row = tables.Ticket
            await transaction.execute(
                update(row).where(row.agent_waits_since.is_not(None)).values(agent_waits_since=moment)
            )
            await transaction.execute(update(row).where(row.reminded_at.is_not(None)).values(reminded_at=moment))
        await gateway.services.support_scheduler.run_once()
        found = await gateway.services.tickets.ticket(ticket)
        assert found.user.online is None
        return found.status

    for _ in range(2):
        assert await after(30) == "active"
    assert [it["author"] for it in await pull(gateway)][-1] == "agent"
    # Only now does the user know of it, whatever the clock said before.
    await gateway.services.support_scheduler.run_once()
    assert [it["author"] for it in await pull(gateway)][-1] == "agent"
    assert await after(3) == "active"
    assert await after(30) == "active"
    reminder = (await pull(gateway))[-1]
    assert reminder["metadata"]["support"] == "user_reminder"
    assert await after(30) == "closed"


@pytest.mark.parametrize(
    ("kind", "more", "reason"), [("wecom", {"site": "demo"}, "json only"), ("json", {}, "needs a site")]
)
def test_messages_go_to_the_site_itself_only(kind: str, more: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        endpoint(kind, events=["message_created"], **more)
