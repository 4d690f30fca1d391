"""The namespace `/desk`: what happens, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as RefusedError
from sqlalchemy import update

from tests.helpers.desk import DeskAgent, User, agent_at, ticket_of, user_who_waits
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.identity.vouching import user_hash


async def chat(agent: DeskAgent) -> tuple[User, int]:
    """A chat that this agent has; somebody must be online."""
    user = await user_who_waits(agent.gateway)
    ticket_id = await ticket_of(agent.gateway, user)
    await agent.ok("POST", f"/tickets/{ticket_id}/claim")
    return user, ticket_id


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": None},
        {"Cookie": "uwallet_desk=wrong"},
        {"Cookie": 'uwallet_desk="; x='},
        {"Origin": "https://www.example.com"},
        {"Origin": "null"},
    ],
)
async def test_strangers_are_refused(gateway: Gateway, headers: Mapping[str, str | None]) -> None:
    lin = await agent_at(gateway)
    with pytest.raises(RefusedError):
        async with lin.socket(headers):
            pass
    assert (await lin.ok("GET", "/session"))["agent"]["presence"] == "offline"


async def test_queue_and_tickets_are_told(gateway: Gateway) -> None:
    lin, zhou, boss = await agent_at(gateway), await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    async with lin.online() as at_lin, zhou.online() as at_zhou, boss.socket() as at_boss:
        await at_boss.wait_for("agents_changed")
        user = await user_who_waits(gateway)
        ticket_id = await ticket_of(gateway, user)
        for socket in (at_lin, at_zhou, at_boss):
            told = await socket.wait_for("ticket_changed", id=ticket_id, status="queued")
            assert told["topic"]["title"] == "找回登录密码"
            counts = await socket.wait_for("queue_changed", waiting=1)
            assert counts["online"] == 2
            assert counts["reason"] in {"created", "queued"}
        await lin.ok("POST", f"/tickets/{ticket_id}/claim")
        assert (await at_lin.wait_for("queue_changed", mine=1, waiting=0))["reason"] == "claimed"
        await at_zhou.wait_for("queue_changed", mine=0, waiting=0)
        await at_boss.wait_for("ticket_changed", id=ticket_id, status="active")
        await at_lin.wait_for("ticket_changed", id=ticket_id, status="active")
        # Whose it is not is told the numbers only.
        assert not at_zhou.of("ticket_changed", id=ticket_id, status="active")


async def test_messages_typing_and_read_marks_both_ways(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online() as desk, gateway.socket() as widget:
        session = await widget.request_session()
        await widget.say("/session_start", kind="payload")
        await widget.wait_for("bot_uttered")
        await widget.say("/human_handoff", kind="payload")
        user = User(gateway, session["session_id"])
        await desk.wait_for("queue_changed", waiting=1)
        ticket_id = await ticket_of(gateway, user)
        await lin.ok("POST", f"/tickets/{ticket_id}/claim")
        watched = await desk.ask("watch", ticket_id=ticket_id, after=0)
        assert watched["ok"], watched
        assert watched["has_more"] is False
        assert [message["id"] for message in watched["messages"]] == list(range(1, len(watched["messages"]) + 1))
        said = await widget.say("在吗", client_id="c1")
        heard = await desk.wait_for("message")
        assert heard == {"ticket_id": ticket_id, "message": {**said["message"], "reading": None}}
        await widget.io.emit("typing", {"typing": True})
        assert await desk.wait_for("user_typing") == {"ticket_id": ticket_id, "typing": True}
        await desk.ask("typing", ticket_id=ticket_id, typing=True)
        async with asyncio.timeout(60):
            while {"typing": True, "author": "agent"} not in await widget.wait_for("bot_typing"):
                await widget.wait_for("bot_typing", len(widget.of("bot_typing")) + 1)
        answer = await lin.ok("POST", f"/tickets/{ticket_id}/messages", json={"text": "在的", "client_id": "1"})
        async with asyncio.timeout(60):
            while widget.of("bot_uttered")[-1]["metadata"]["id"] != answer["id"]:
                await widget.wait_for("bot_uttered", len(widget.of("bot_uttered")) + 1)
        # The desk's own other tabs are told, too.
        assert (await desk.wait_for("message", 2))["message"] == answer
        await widget.io.emit("read", {"id": answer["id"]})
        assert await desk.wait_for("read") == {"ticket_id": ticket_id, "user_read_id": answer["id"]}
        await desk.ask("read", ticket_id=ticket_id, id=answer["id"])
        async with asyncio.timeout(60):
            while (await widget.wait_for("support_changed"))[-1]["agent_read_id"] != answer["id"]:
                await widget.wait_for("support_changed", len(widget.of("support_changed")) + 1)
        again = await desk.ask("watch", ticket_id=ticket_id, after=said["message"]["id"])
        assert [message["id"] for message in again["messages"]] == [answer["id"]]
        assert again["user_read_id"] == answer["id"]
        assert await desk.ask("unwatch", ticket_id=ticket_id) == {"ok": True}
        before = len(desk.of("message"))
        await widget.say("还有一件事", client_id="c2")
        await desk.wait_for("ticket_changed", id=ticket_id, unread=1)
        assert len(desk.of("message")) == before


async def test_what_was_said_while_the_desk_was_away_comes_once_and_in_order(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online():
        user, ticket_id = await chat(lin)
        async with lin.socket() as desk:
            seen = (await desk.ask("watch", ticket_id=ticket_id, after=0))["messages"]
        for number in range(3):
            await user.say(text=f"离线{number}")
        async with lin.socket() as desk:
            missed = await desk.ask("watch", ticket_id=ticket_id, after=seen[-1]["id"])
            await asyncio.gather(*(user.say(text=f"在线{number}") for number in range(3)))
            await desk.wait_for("message", 3)
            ids = [message["id"] for message in missed["messages"]]
            ids += [told["message"]["id"] for told in desk.of("message")]
            assert ids == list(range(seen[-1]["id"] + 1, seen[-1]["id"] + 7))
            assert [message["text"] for message in missed["messages"]] == ["离线0", "离线1", "离线2"]


async def test_supervisor_watches_and_nobody_notices(gateway: Gateway) -> None:
    lin, boss = await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    async with lin.online() as desk, boss.socket() as silent:
        user, ticket_id = await chat(lin)
        before = await user.messages()
        watched = await silent.ask("watch", ticket_id=ticket_id, after=0)
        assert [message["id"] for message in watched["messages"]] == [message["id"] for message in before]
        await silent.ask("typing", ticket_id=ticket_id, typing=True)
        await silent.ask("read", ticket_id=ticket_id, id=before[-1]["id"])
        assert (await user.say(text="你好"))["replies"] == []
        assert (await silent.wait_for("message"))["message"]["text"] == "你好"
        opened = await lin.ok("GET", f"/tickets/{ticket_id}")
        assert str(boss.id) not in [str(event["actor"]["id"]) for event in opened["events"]]
        assert opened["unread"] == 1
        async with gateway.api(user.token) as api:
            state = (await api.get("/api/v1/support")).json()
        assert state["agent_read_id"] == 0
        assert state["agent"] == {"name": lin.name}
        assert not desk.of("message")


async def test_who_may_not_see_a_chat_cannot_watch_it(gateway: Gateway) -> None:
    lin, zhou = await agent_at(gateway), await agent_at(gateway)
    async with lin.online() as at_lin, zhou.socket() as at_zhou:
        user = await user_who_waits(gateway)
        ticket_id = await ticket_of(gateway, user)
        # Whoever waits is to be looked at before somebody decides.
        assert (await at_zhou.ask("watch", ticket_id=ticket_id, after=0))["ok"]
        await at_zhou.wait_for("ticket_changed", id=ticket_id, status="queued")
        await lin.ok("POST", f"/tickets/{ticket_id}/claim")
        told = await at_zhou.wait_for("ticket_changed", id=ticket_id, status="active")
        assert told["agent"]["id"] == lin.id
        await at_lin.ask("watch", ticket_id=ticket_id, after=0)
        await user.say(text="我的秘密")
        await at_lin.wait_for("message")
        assert not [told for told in at_zhou.of("message") if told["message"]["text"] == "我的秘密"]
        refused = await at_zhou.ask("watch", ticket_id=ticket_id, after=0)
        assert (refused["ok"], refused["error"]["code"]) == (False, "forbidden")


async def test_chat_that_is_given_away_is_still_seen_by_who_had_it(gateway: Gateway) -> None:
    lin, zhou = await agent_at(gateway), await agent_at(gateway)
    async with lin.online() as at_lin, zhou.online() as at_zhou:
        _, ticket_id = await chat(lin)
        await at_lin.ask("watch", ticket_id=ticket_id, after=0)
        await lin.ok("POST", f"/tickets/{ticket_id}/transfer", json={"agent_id": zhou.id, "memo": "请接"})
        for socket in (at_lin, at_zhou):
            told = await socket.wait_for("ticket_changed", id=ticket_id, agent={"id": zhou.id, "name": zhou.name})
            assert told["status"] == "active"


@pytest.mark.parametrize("end", ["expiry", "sign-out", "role", "password"])
async def test_socket_ends_with_its_session(gateway: Gateway, end: str) -> None:
    lin, other = await agent_at(gateway), await agent_at(gateway)
    accounts = gateway.services.accounts
    async with lin.socket() as socket, other.socket() as stays:
        if end == "expiry":
            async with gateway.services.database.write() as transaction:
                wanted = update(tables.AgentSession).where(tables.AgentSession.agent_id == lin.id)
                await transaction.execute(wanted.values(expires_at=now()))
            # What it looks for now and then by itself.
            gateway.services.desk_sessions.sign_outs.announce()
        elif end == "sign-out":
            await lin.ok("DELETE", "/session")
        elif end == "role":
            await accounts.update(lin.id, role=Role.SUPERVISOR)
        else:
            await accounts.set_password(lin.id)
        await socket.wait_for("signed_out")
        await socket.wait_for("disconnected")
        assert (await stays.ask("unwatch", ticket_id=1))["ok"]


async def test_nonsense_is_refused_and_ends_nothing(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    nonsense: list[Any] = [None, [], "x", {}, {"ticket_id": "1"}, {"ticket_id": True}, {"ticket_id": -1}]
    async with lin.socket() as socket:
        for name in ("watch", "unwatch", "typing", "read"):
            for data in [*nonsense, {"ticket_id": 2**40}]:
                answer = await socket.io.call(name, data, namespace="/desk", timeout=30)
                assert (answer["ok"], answer["error"]["code"]) == (False, "malformed")
        unknown = await socket.ask("watch", ticket_id=12345, after=0)
        assert unknown["error"]["code"] == "not_found"
        assert (await socket.ask("watch", ticket_id=12345, after="x"))["error"]["code"] == "malformed"


async def test_presence_follows_the_connection(gateway: Gateway) -> None:
    lin, zhou = await agent_at(gateway), await agent_at(gateway)

    async def presence() -> str:
        return next(str(agent["presence"]) for agent in await zhou.ok("GET", "/agents") if agent["id"] == lin.id)

    async with zhou.socket() as watching:
        assert await presence() == "offline"
        async with lin.online():
            assert await presence() == "online"
            await watching.wait_for("agents_changed")
            await lin.ok("PUT", "/presence", json={"status": "away"})
            assert await presence() == "away"


async def test_desks_are_told_when_the_user_comes_and_goes(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online() as desk:
        async with gateway.socket() as widget:
            session = await widget.request_session()
            await widget.say("/session_start", kind="payload")
            await widget.wait_for("bot_uttered")
            await widget.say("/human_handoff", kind="payload")
            await desk.wait_for("queue_changed", waiting=1)
            ticket_id = await ticket_of(gateway, User(gateway, session["session_id"]))
            # That an agent looks does not make the user be there.
            await desk.ask("watch", ticket_id=ticket_id, after=0)
            assert (await lin.ok("GET", f"/tickets/{ticket_id}"))["user"]["online"] is True
            told = len(desk.of("ticket_changed", id=ticket_id))
        await desk.wait_for("ticket_changed", told + 1, id=ticket_id)
        assert desk.of("ticket_changed", id=ticket_id)[-1]["user"]["online"] is False
        assert (await lin.ok("GET", f"/tickets/{ticket_id}"))["user"]["online"] is False
        async with gateway.socket() as widget:
            await widget.request_session(session_id=session["session_id"])
            await desk.wait_for("ticket_changed", told + 2, id=ticket_id)
            assert desk.of("ticket_changed", id=ticket_id)[-1]["user"]["online"] is True


async def test_a_whisper_is_told_to_the_agent_of_the_chat_alone(gateway: Gateway) -> None:
    lin, zhou, boss = await agent_at(gateway), await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    async with lin.online() as at_lin, zhou.online() as at_zhou:
        user, ticket_id = await chat(lin)
        await boss.ok("POST", f"/tickets/{ticket_id}/whispers", json={"text": "先核实身份"})
        assert await at_lin.wait_for("whispered") == {"ticket_id": ticket_id, "by": boss.name}
        body = {"text": "我来补充", "client_id": "1"}
        said = await boss.ok("POST", f"/tickets/{ticket_id}/interjections", json=body)
        assert said["metadata"]["agent"] == {"name": boss.name, "role": "supervisor"}
        texts = [message["text"] for message in await user.messages()]
        assert "我来补充" in texts
        assert not any("先核实身份" in text for text in texts)
        assert at_zhou.of("whispered") == []
    board = await boss.ok("GET", "/board")
    assert {agent["id"]: agent["chats"] for agent in board["agents"]}[lin.id] == 1


async def test_the_desk_stays_at_a_visitor_who_becomes_a_user_with_a_conversation_before(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    person = {"id": "u-1", "hash": user_hash(gateway.site.secret, "u-1")}
    before = User(gateway, await gateway.token(user=person))
    async with gateway.socket() as phone:
        await phone.request_session(session_id=before.token, user=person)
        await phone.say("余额多少")
        await phone.wait_for("bot_uttered")
    async with lin.online() as at_lin:
        visitor, ticket_id = await chat(lin)
        await at_lin.ask("watch", ticket_id=ticket_id, after=0)
        former = await lin.ok("GET", f"/tickets/{ticket_id}")
        async with gateway.socket() as browser:
            confirmed = await browser.request_session(session_id=visitor.token, user=person)
            assert confirmed["support"]["owner"] == "agent"
            await at_lin.wait_for("queue_changed", reason="merged")
            [told] = [data for data in at_lin.of("ticket_changed") if data["user"]["name"] == "u-1"][-1:]
            assert told["conversation_id"] != former["conversation_id"]
            # It begins anew there, and hears what comes.
            watched = await at_lin.ask("watch", ticket_id=ticket_id, after=0)
            assert "余额多少" in [message["text"] for message in watched["messages"]]
            await browser.say("我登录了")
            heard = await at_lin.wait_for("message")
            assert heard["message"]["text"] == "我登录了"
