"""What an agent does with tickets, over the API, with a user at the other end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conftest import StartGateway
from tests.helpers.databases import PostgresqlServer
from tests.helpers.desk import DeskAgent, User, agent_at, ticket_of, user_who_waits
from tests.helpers.fake_engine import HANDOFF, FakeEngine
from tests.helpers.gateway import Gateway
from tests.helpers.pictures import png
from uwallet_gateway.agents.roles import Role

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) \"'"


async def claimed(agent: DeskAgent) -> tuple[Any, int]:
    user = await user_who_waits(agent.gateway)
    ticket_id = await ticket_of(agent.gateway, user)
    await agent.ok("POST", f"/tickets/{ticket_id}/claim")
    return user, ticket_id


async def test_from_the_queue_to_the_end(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online():
        user = await user_who_waits(gateway)
        queue = await lin.ok("GET", "/queue")
        [ticket] = queue["waiting"]
        assert queue["counts"] == {"waiting": 1, "urgent": 0, "mine": 0, "messages": 0, "requests": 0, "online": 1}
        assert ticket["status"] == "queued"
        assert ticket["position"] == 1
        assert ticket["topic"] == {"id": "forgot_password", "title": "找回登录密码"}
        assert ticket["collected"] == {"phone_number": "138****8000"}
        assert ticket["user"]["kind"] == "visitor"
        assert ticket["created_at"].endswith("Z")
        path = f"/tickets/{ticket['id']}"
        taken = await lin.ok("POST", f"{path}/claim")
        assert taken["agent"] == {"id": lin.id, "name": lin.name}
        assert (await lin.ok("POST", f"{path}/claim"))["version"] == taken["version"]
        said = await lin.ok("POST", f"{path}/messages", json={"text": " 您好 ", "client_id": "1"})
        again = await lin.ok("POST", f"{path}/messages", json={"text": " 您好 ", "client_id": "1"})
        assert said == again
        assert (said["author"], said["text"], said["metadata"]["agent"]["name"]) == ("agent", "您好", lin.name)
        assert said in [{**message, "reading": None} for message in await user.messages()]
        await user.say(text="还是登不上")
        assert [body["message"] for body in gateway.engine.received] == ["/session_start", "/human_handoff"]
        page = await lin.ok("GET", f"{path}/messages")
        assert page["has_more"] is False
        assert page["messages"][-1]["text"] == "还是登不上"
        await lin.ok("POST", f"{path}/notes", json={"text": "老用户"})
        opened = await lin.ok("GET", path)
        assert [event["kind"] for event in opened["events"]][-1] == "note"
        assert opened["events"][-1]["actor"] == {"kind": "agent", "id": lin.id, "name": lin.name, "role": "agent"}
        assert "老用户" not in str(await user.messages())
        closed = await lin.ok("POST", f"{path}/close", json={"disposition": "solved", "note": "已解决"})
        assert (closed["status"], closed["disposition"], closed["note"]) == ("closed", "solved", "已解决")
        late = await lin.call("POST", f"{path}/messages", json={"text": "还有", "client_id": "2"})
        assert (late.status_code, late.json()["code"]) == (409, "conflict")
        # The same user once more: what was before is there to be read.
        await user.say(text="找人工")
        second = await ticket_of(gateway, user)
        assert second != ticket["id"]
        opened = await lin.ok("GET", f"/tickets/{second}")
        assert [earlier["id"] for earlier in opened["earlier"]] == [ticket["id"]]
        assert opened["preferred_agent"] == {"id": lin.id, "name": lin.name}


async def test_procedure_that_was_left_is_shown_with_its_steps(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    progress = {"topic": "forgot_password", "title": "找回登录密码", "number": 2, "count": 2, "steps": ["甲", "乙"]}
    step = {"number": 2, "count": 2, "id": "b", "title": "乙"}
    async with lin.online():
        for handoff, expected in (({**HANDOFF, "step": step}, progress), (HANDOFF, None)):
            gateway.engine.answers["转人工吧"] = {
                "messages": [
                    {"text": "第2步", "metadata": {"progress": progress}},
                    {"text": "这就为您转人工"},
                    {"custom": handoff},
                ],
                "understood": None,
            }
            user = User(gateway, await gateway.token())
            await user.say(text="转人工吧")
            ticket_id = await ticket_of(gateway, user)
            assert (await lin.ok("GET", f"/tickets/{ticket_id}"))["progress"] == expected


async def test_two_agents_claim_at_the_same_instant(gateway: Gateway) -> None:
    agents = [await agent_at(gateway) for _ in range(4)]
    async with agents[0].online():
        for _ in range(5):
            ticket_id = await ticket_of(gateway, await user_who_waits(gateway))
            answers = await asyncio.gather(*(agent.call("POST", f"/tickets/{ticket_id}/claim") for agent in agents))
            assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
            winner = next(answer.json()["agent"] for answer in answers if answer.is_success)
            for answer in answers:
                if not answer.is_success:
                    assert answer.json()["details"]["agent"] == winner
            opened = await agents[0].gateway.services.tickets.details(ticket_id)
            assert [event.kind for event in opened.events].count("claimed") == 1


async def test_messages_are_read_in_both_directions(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online():
        _, ticket_id = await claimed(lin)
        path = f"/tickets/{ticket_id}/messages"
        for number in range(5):
            await lin.ok("POST", path, json={"text": f"第{number}条", "client_id": str(number)})
        everything = (await lin.ok("GET", path, params={"limit": 200}))["messages"]
        ids = [message["id"] for message in everything]
        assert ids == list(range(1, len(ids) + 1))
        newest = await lin.ok("GET", path, params={"limit": 2})
        assert [message["id"] for message in newest["messages"]] == ids[-2:]
        assert newest["has_more"] is True
        before = await lin.ok("GET", path, params={"before": ids[-2], "limit": 2})
        assert [message["id"] for message in before["messages"]] == ids[-4:-2]
        first = await lin.ok("GET", path, params={"before": 2})
        assert ([message["id"] for message in first["messages"]], first["has_more"]) == ([1], False)
        after = await lin.ok("GET", path, params={"after": ids[-2]})
        assert ([message["id"] for message in after["messages"]], after["has_more"]) == (ids[-1:], False)


async def test_pictures_both_ways(gateway: Gateway) -> None:
    lin, zhou = await agent_at(gateway), await agent_at(gateway)
    async with lin.online():
        user, ticket_id = await claimed(lin)
        files = {"file": ("screen.png", png(), "image/png")}
        picture = await lin.ok("POST", f"/tickets/{ticket_id}/attachments", files=files)
        body = {"attachment_id": picture["id"], "client_id": "1"}
        said = await lin.ok("POST", f"/tickets/{ticket_id}/messages", json=body)
        assert said["attachment"]["id"] == picture["id"]
        shown = next(message for message in await user.messages() if message["id"] == said["id"])
        async with gateway.api() as api:
            image = await api.get(shown["attachment"]["url"])
            assert image.headers["Content-Type"] == "image/png"
        async with gateway.api(user.token) as api:
            theirs = (await api.post("/api/v1/attachments", files=files)).json()
        await user.say(attachment_id=theirs["id"])
        page = await lin.ok("GET", f"/tickets/{ticket_id}/messages")
        async with lin.client() as desk:
            address = gateway.url + page["messages"][-1]["attachment"]["url"]
            assert (await desk.get(address)).status_code == 200
        # Of another conversation: nobody can have it sent to them by its id.
        _, other = await claimed(zhou)
        stolen = await zhou.call("POST", f"/tickets/{other}/messages", json={**body, "client_id": "2"})
        assert (stolen.status_code, stolen.json()["code"]) == (404, "attachment_unknown")
        for data, status in ((b"<svg onload=alert(1)>", 415), (b"\0" * (9 * 1024 * 1024), 413)):
            files = {"file": ("x.png", data, "image/png")}
            assert (await lin.call("POST", f"/tickets/{ticket_id}/attachments", files=files)).status_code == status


async def test_what_users_write_stays_text(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online():
        user, ticket_id = await claimed(lin)
        await user.say(text=HOSTILE)
        for path in (f"/tickets/{ticket_id}/messages", f"/tickets/{ticket_id}", "/queue", "/tickets"):
            response = await lin.call("GET", path)
            assert response.headers["Content-Type"] == "application/json"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        page = await lin.ok("GET", f"/tickets/{ticket_id}/messages")
        assert page["messages"][-1]["text"] == HOSTILE


async def test_suggestions_are_for_what_the_user_typed_last(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.online():
        user, ticket_id = await claimed(lin)
        path = f"/tickets/{ticket_id}/suggestions"
        # Buttons are no text.
        assert await lin.ok("GET", path) == {"suggestions": []}
        await user.say(text="收不到验证码")
        await lin.ok("POST", f"/tickets/{ticket_id}/messages", json={"text": "我看一下", "client_id": "1"})
        [suggestion] = (await lin.ok("GET", path))["suggestions"]
        assert suggestion["text"] == "关于「收不到验证码」，您可以这样做"
        for mode in ("error", "nonsense"):
            gateway.engine.mode = mode
            away = await lin.call("GET", path)
            assert (away.status_code, away.json()["code"]) == (503, "unavailable")


async def test_transfer_and_return(gateway: Gateway) -> None:
    lin, zhou = await agent_at(gateway), await agent_at(gateway)
    async with lin.online(), zhou.online():
        user, ticket_id = await claimed(lin)
        moved = await lin.ok("POST", f"/tickets/{ticket_id}/transfer", json={"agent_id": zhou.id, "memo": "在查流水"})
        assert moved["agent"]["id"] == zhou.id
        opened = await zhou.ok("GET", f"/tickets/{ticket_id}")
        assert opened["events"][-1]["details"]["memo"] == "在查流水"
        assert "在查流水" not in str(await user.messages())
        unknown = await zhou.call("POST", f"/tickets/{ticket_id}/transfer", json={"agent_id": 999, "memo": ""})
        assert unknown.status_code == 404
        back = await zhou.ok("POST", f"/tickets/{ticket_id}/transfer", json={"agent_id": None, "memo": "请同事看"})
        assert (back["status"], back["agent"]) == ("queued", None)
        await lin.ok("POST", f"/tickets/{ticket_id}/claim")
        returned = await lin.ok("POST", f"/tickets/{ticket_id}/return")
        assert (returned["status"], returned["disposition"]) == ("closed", "solved")
        answered = await user.say(text="你好")
        assert answered["replies"][0]["text"] == "收到：你好"


async def test_search_shows_only_what_an_agent_may_see(gateway: Gateway) -> None:
    lin, zhou, boss = await agent_at(gateway), await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    async with lin.online():
        tickets = [(await claimed(agent))[1] for agent in (lin, zhou)]
        found = {
            name: [ticket["id"] for ticket in (await agent.ok("GET", "/tickets"))["tickets"]]
            for name, agent in (("lin", lin), ("zhou", zhou), ("boss", boss))
        }
        assert found == {"lin": tickets[:1], "zhou": tickets[1:], "boss": tickets[::-1]}
        number = (await boss.ok("GET", f"/tickets/{tickets[0]}"))["number"]
        for params, expected in (
            ({"query": number}, tickets[:1]),
            ({"query": "%"}, []),
            ({"agent_id": zhou.id}, tickets[1:]),
            ({"status": "closed"}, []),
            ({"before": tickets[1]}, tickets[:1]),
            ({"limit": 1}, tickets[1:]),
        ):
            page = await boss.ok("GET", "/tickets", params=params)
            assert [ticket["id"] for ticket in page["tickets"]] == expected, params
        assert (await boss.call("GET", "/tickets", params={"status": "lost"})).status_code == 422
        assert (await boss.ok("GET", "/tickets", params={"query": "x\0z"}))["tickets"] == []


async def test_disabling_gives_chats_back(gateway: Gateway) -> None:
    lin, admin = await agent_at(gateway), await agent_at(gateway, Role.ADMIN)
    async with admin.online(), lin.online() as socket:
        _, ticket_id = await claimed(lin)
        await admin.ok("PATCH", f"/agents/{lin.id}", json={"enabled": False})
        await socket.wait_for("signed_out")
        await socket.wait_for("disconnected")
        assert (await admin.ok("GET", f"/tickets/{ticket_id}"))["status"] == "queued"
        assert (await lin.call("GET", "/queue")).status_code == 401
        shown = {agent["id"]: agent for agent in await admin.ok("GET", "/agents")}
        assert shown[lin.id]["enabled"] is False
        assert shown[admin.id]["presence"] == "online"


async def test_accounts(gateway: Gateway) -> None:
    lin, admin = await agent_at(gateway), await agent_at(gateway, Role.ADMIN)
    made = await admin.ok("POST", "/agents", json={"username": "zhou", "name": "小周", "role": "supervisor"})
    assert len(made["password"]) == 23
    assert made["role"] == "supervisor"
    taken = await admin.call("POST", "/agents", json={"username": "ZHOU", "name": "小周"})
    assert (taken.status_code, taken.json()["code"]) == (409, "username_taken")
    for body in (
        {"username": "周", "name": "小周"},
        {"username": "z1", "name": ""},
        {"username": "z1", "name": "x", "role": "x"},
    ):
        assert (await admin.call("POST", "/agents", json=body)).status_code == 422
    seen = await lin.ok("GET", "/agents")
    assert {agent["name"] for agent in seen} >= {"小周", lin.name}
    assert not [agent for agent in seen if "username" in agent or "password" in agent]
    changed = await admin.ok("PATCH", f"/agents/{made['id']}", json={"name": "老周", "max_chats": 3})
    assert (changed["name"], changed["max_chats"], changed["role"]) == ("老周", 3, "supervisor")
    last = await admin.call("PATCH", f"/agents/{admin.id}", json={"role": "agent"})
    assert (last.status_code, last.json()["code"]) == (409, "last_admin")
    assert (await admin.ok("POST", f"/agents/{made['id']}/password"))["password"] != made["password"]
    assert (await admin.call("PATCH", "/agents/999", json={"name": "x"})).status_code == 404


async def test_canned_replies(gateway: Gateway) -> None:
    lin, boss = await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    made = await boss.ok("POST", "/canned_replies", json={"title": "退款", "text": "原路返回。", "shortcut": "TK"})
    assert made["shortcut"] == "tk"
    assert await lin.ok("GET", "/canned_replies") == [made]
    twice = await boss.call("POST", "/canned_replies", json={"title": "x", "text": "y", "shortcut": "tk"})
    assert (twice.status_code, twice.json()["code"]) == (409, "shortcut_taken")
    for body in (
        {"title": " ", "text": "y"},
        {"title": "x", "text": "y", "shortcut": "a b"},
        {"title": "x" * 101, "text": "y"},
    ):
        assert (await boss.call("POST", "/canned_replies", json=body)).status_code == 422
    path = f"/canned_replies/{made['id']}"
    assert (await boss.ok("PUT", path, json={"title": "退款", "text": HOSTILE, "shortcut": None}))["text"] == HOSTILE
    await boss.ok("DELETE", path)
    assert await lin.ok("GET", "/canned_replies") == []
    for body, code in (
        ({"title": "x", "text": "y"}, "forbidden"),
        ({"title": "x", "text": "{名字}"}, "unknown_variable"),
    ):
        who = lin if code == "forbidden" else boss
        assert (await who.call("POST", "/canned_replies", json=body)).json()["code"] == code


async def test_own_replies_macros_and_files(gateway: Gateway) -> None:
    lin, wang, boss = await agent_at(gateway), await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    body = {"title": "办结", "text": "已经办好了。", "is_personal": True, "labels": ["退款", "退款"], "ending": "close"}
    own = await lin.ok("POST", "/canned_replies", json=body)
    assert (own["is_personal"], own["labels"], own["uses"]) == (True, ["退款"], 0)
    assert await wang.ok("GET", "/canned_replies") == []
    path = f"/canned_replies/{own['id']}"
    assert (await boss.call("DELETE", path)).status_code == 404
    assert (await lin.ok("PUT", path, json={**body, "folder": "常用"}))["folder"] == "常用"
    async with lin.online():
        user, ticket_id = await claimed(lin)
        said = {"text": "已经给您办好了。", "client_id": "m"}
        assert (await boss.call("POST", f"/tickets/{ticket_id}/macros/{own['id']}", json=said)).status_code == 404
        for _ in range(2):
            closed = await lin.ok("POST", f"/tickets/{ticket_id}/macros/{own['id']}", json=said)
        assert (closed["status"], closed["disposition"], closed["labels"]) == ("closed", "solved", ["退款"])
        texts = [message["text"] for message in await user.messages() if message["author"] == "agent"]
        assert texts == ["已经给您办好了。"]
        kinds = [event["kind"] for event in (await lin.ok("GET", f"/tickets/{ticket_id}"))["events"]]
        assert kinds[-2:] == ["labelled", "closed"]
    assert (await lin.ok("GET", "/canned_replies"))[0]["uses"] == 1
    assert await lin.ok("GET", "/labels") == [{"label": "退款", "tickets": 1}]
    assert [ticket["id"] for ticket in (await lin.ok("GET", "/tickets?label=退款"))["tickets"]] == [ticket_id]
    assert (await lin.ok("GET", "/tickets?label=别的"))["tickets"] == []
    await lin.ok("PUT", f"/tickets/{ticket_id}/labels", json={"labels": []})
    assert await lin.ok("GET", "/labels") == []
    file = (await lin.call("GET", "/canned_replies/export.csv?personal=true")).content
    assert "常用,办结,,已经办好了。,退款,结束会话,,1" in file.decode()
    both = file + "又一条,,,没有标题,,,,\r\n,对的,,对的,,,,\r\n".encode()
    refused = await boss.call("POST", "/canned_replies/import", files={"file": ("a.csv", both, "text/csv")})
    assert [problem["row"] for problem in refused.json()["problems"]] == [3]
    taken = await boss.call("POST", "/canned_replies/import", files={"file": ("a.csv", file, "text/csv")})
    assert taken.json() == {"added": 1, "changed": 0, "problems": []}
    assert (await lin.call("POST", "/canned_replies/import", files={"file": ("a.csv", file)})).status_code == 403


async def test_intents_come_from_the_engine(gateway: Gateway) -> None:
    boss = await agent_at(gateway, Role.SUPERVISOR)
    assert await boss.ok("GET", "/intents") == {"intents": [{"name": "greet", "title": "问好"}]}


@pytest.mark.postgresql
async def test_the_same_on_postgresql(start_gateway: StartGateway, postgresql: PostgresqlServer) -> None:
    async with start_gateway(FakeEngine(), database_url=await postgresql.create()) as gateway:
        lin, boss = await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
        async with lin.online():
            _, ticket_id = await claimed(lin)
            assert [ticket["id"] for ticket in (await lin.ok("GET", "/queue"))["mine"]] == [ticket_id]
            assert [ticket["id"] for ticket in (await lin.ok("GET", "/tickets"))["tickets"]] == [ticket_id]
            assert (await boss.ok("GET", "/tickets", params={"query": "x\0z"}))["tickets"] == []
            waiting = await ticket_of(gateway, await user_who_waits(gateway))
            answers = await asyncio.gather(*(who.call("POST", f"/tickets/{waiting}/claim") for who in (lin, boss)))
            assert sorted(answer.status_code for answer in answers) == [200, 409]
