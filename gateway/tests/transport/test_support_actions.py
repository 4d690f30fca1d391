"""The users' side of human support over Socket.IO and REST (docs/support.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.agents import online_agent
from tests.helpers.gateway import Gateway, SocketClient


async def ticket_of(gateway: Gateway) -> int:
    [ticket], _ = await gateway.services.tickets.tickets()
    return ticket.id


async def until(client: SocketClient, owner: str) -> dict[str, Any]:
    """The first `support_changed` with this owner."""
    count = 1
    while True:
        changes = await client.wait_for("support_changed", count)
        for change in changes:
            if change["owner"] == owner:
                return dict(change)
        count = len(changes) + 1


async def test_from_the_queue_to_the_rating_over_a_socket(gateway: Gateway) -> None:
    agent = await online_agent(gateway)
    agents = gateway.services.agent_commands
    async with gateway.socket() as client:
        confirmed = await client.request_session()
        assert confirmed["support"] == {
            "owner": "bot",
            "ticket": None,
            "position": None,
            "wait_minutes": None,
            "wait_minutes_least": None,
            "agent": None,
            "agent_read_id": 0,
            "can_leave_message": True,
            "available": True,
            "opens_at": None,
            "rating_wanted": None,
        }
        await client.say("找人工")
        queued = await until(client, "queued")
        assert (queued["position"], queued["ticket"]["status"]) == (1, "queued")
        [told] = [said for said in await client.wait_for("bot_uttered", 2) if "support" in said["metadata"]]
        assert told["quick_replies"][0] == {
            "title": "不等了",
            "payload": "/support_leave_queue",
            "content_type": "text",
        }
        ticket_id = await ticket_of(gateway)
        await agents.claim(ticket_id, agent)
        assert (await until(client, "agent"))["agent"] == {"name": "小林"}
        await agents.typing(ticket_id, agent, typing=True)
        while {"typing": True, "author": "agent"} not in client.of("bot_typing"):
            await client.wait_for("bot_typing", len(client.of("bot_typing")) + 1)
        written = await agents.say(ticket_id, agent, text="您好，<b>我是</b>小林")
        said = (await client.wait_for("bot_uttered", 4))[-1]
        assert (said["text"], said["metadata"]["author"]) == ("您好，<b>我是</b>小林", "agent")
        assert said["metadata"]["agent"] == {"name": "小林"}
        answer = await client.say("我忘了密码")
        await agents.read(ticket_id, agent, answer["message"]["id"])
        while client.of("support_changed")[-1]["agent_read_id"] != answer["message"]["id"]:
            await client.wait_for("support_changed", len(client.of("support_changed")) + 1)
        await client.io.emit("read", {"id": written.id})
        await agents.close(ticket_id, agent, disposition="solved")
        number = (await until(client, "closed"))["rating_wanted"]
        rated = await client.io.call("rate_support", {"ticket": number, "rating": 5, "comment": "好"}, timeout=60)
        assert rated["ok"]
        assert rated["support"]["rating_wanted"] is None
        again = await client.io.call("rate_support", {"ticket": number, "rating": 1}, timeout=60)
        assert again["error"]["code"] == "already_rated"
    assert [body["message"] for body in gateway.engine.received] == ["找人工"]


async def test_users_find_their_tickets_again_and_nobody_elses(gateway: Gateway) -> None:
    agent = await online_agent(gateway)
    async with gateway.api() as api, gateway.api() as other:
        for client in (api, other):
            opened = await client.post("/api/v1/sessions", json={"site": "demo"})
            client.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        assert (await api.get("/api/v1/support/tickets")).json() == {"tickets": []}
        for _ in range(2):
            await api.post("/api/v1/messages", json={"text": "找人工"})
            [newest, *_], _ = await gateway.services.tickets.tickets()
            if newest.id == 1:
                await gateway.services.agent_commands.claim(newest.id, agent)
                await gateway.services.agent_commands.close(newest.id, agent, disposition="solved")
        listed = (await api.get("/api/v1/support/tickets")).json()["tickets"]
        assert [ticket["status"] for ticket in listed] == ["queued", "closed"]
        # Nothing of what is only for agents.
        assert set(listed[0]) == {"number", "status", "created_at"}
        assert (await other.get("/api/v1/support/tickets")).json() == {"tickets": []}


async def test_what_the_agent_wrote_while_the_user_was_away_is_there_on_return(gateway: Gateway) -> None:
    agent = await online_agent(gateway)
    async with gateway.socket() as client:
        token = (await client.request_session())["session_id"]
        await client.say("找人工")
        await client.wait_for("bot_uttered", 2)
    ticket_id = await ticket_of(gateway)
    assert not (await gateway.services.tickets.ticket(ticket_id)).user.online
    await gateway.services.agent_commands.claim(ticket_id, agent)
    await gateway.services.agent_commands.say(ticket_id, agent, text="在吗")
    async with gateway.socket() as client:
        confirmed = await client.request_session(session_id=token)
        assert confirmed["messages"][-1]["text"] == "在吗"
        assert confirmed["support"]["agent"] == {"name": "小林"}
        assert (await gateway.services.tickets.ticket(ticket_id)).user.online


async def test_queue_and_message_over_a_socket(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        await client.say("找人工")
        await client.wait_for("bot_uttered", 2)
        wrong = await client.io.call("leave_message", {"text": "没到账", "contact": "微信"}, timeout=60)
        assert wrong["error"]["code"] == "contact_invalid"
        wanted = {"text": "没到账", "contact": "13800138000", "client_id": "m"}
        left = await client.io.call("leave_message", wanted, timeout=60)
        assert left["ticket"]["status"] == "message"
        assert (await client.io.call("leave_message", wanted, timeout=60))["ticket"] == left["ticket"]
        assert (await client.io.call("leave_queue", timeout=60))["ok"]
        # The form's words are a message of the user, which every tab sees.
        assert [message["text"] for message in client.of("user_message")] == ["没到账"]


@pytest.mark.parametrize("event", ["leave_queue", "leave_message", "rate_support"])
@pytest.mark.parametrize("data", [None, [], "x", 5, {"text": []}, {"ticket": {}, "rating": "x"}])
async def test_nonsense_is_refused_or_ignored(gateway: Gateway, event: str, data: Any) -> None:
    async with gateway.socket() as client:
        refused = await client.io.call(event, data, timeout=60)
        assert refused["ok"] is False
        await client.request_session()
        answer = await client.io.call(event, data, timeout=60)
        assert answer["ok"] is (event == "leave_queue" and isinstance(data, dict | None))
        for nonsense in (data, {"typing": "x"}, {"id": -1}, {"id": "x"}, {"id": 2**40}):
            await client.io.emit("typing", nonsense)
            await client.io.emit("read", nonsense)
        assert (await client.say("你好"))["ok"]


async def test_a_gateway_that_runs_says_so_without_a_look_at_the_database(gateway: Gateway) -> None:
    # So widgets tell one that stands still from one that is slow: nothing is stored, and no turn is waited for.
    async with gateway.socket() as client:
        await client.request_session()
        async with gateway.services.database.write():
            assert await client.io.call("typing", {}, timeout=60) is None
        assert client.of("bot_typing") == []


async def test_rest(gateway: Gateway) -> None:
    agent = await online_agent(gateway)
    async with gateway.api(await gateway.token()) as api:
        replies = (await api.post("/api/v1/messages", json={"text": "找人工"})).json()["replies"]
        assert [reply["metadata"].get("support") for reply in replies] == [None, "queued"]
        assert (await api.get("/api/v1/support")).json()["position"] == 1
        left = (await api.post("/api/v1/support/leave_queue")).json()
        assert (left["support"]["owner"], left["ticket"]) == ("bot", None)
        taken = await api.post("/api/v1/support/messages", json={"text": "没到账", "contact": "13800138000"})
        assert (taken.status_code, taken.json()["ticket"]["status"]) == (201, "message")
        [ticket, _], _ = await gateway.services.tickets.tickets()
        await gateway.services.agent_commands.claim(ticket.id, agent)
        refused = await api.post("/api/v1/support/messages", json={"text": "没到账", "contact": "13800138000"})
        assert refused.status_code == 409
        # An agent has it: there is no answer to wait for.
        assert (await api.post("/api/v1/messages", json={"text": "在吗"})).json()["replies"] == []
        await gateway.services.agent_commands.return_to_bot(ticket.id, agent)
        rating = {"ticket": ticket.number, "rating": 4}
        assert (await api.post("/api/v1/support/ratings", json=rating)).status_code == 201
        assert (await api.post("/api/v1/support/ratings", json=rating)).status_code == 409


async def test_widget_made_for_rasa_waits_and_leaves_by_buttons(gateway: Gateway) -> None:
    await online_agent(gateway)
    async with gateway.socket() as client:
        await client.io.emit("session_request", {})
        await client.wait_for("session_confirm")
        await client.say("找人工")
        offered = (await client.wait_for("bot_uttered", 2))[1]["quick_replies"][0]["payload"]
        await client.say(offered)
        assert "取消排队" in (await client.wait_for("bot_uttered", 3))[2]["text"]
