"""The gateway is killed with a user in the queue, a live chat, and the bot in the middle of an answer."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import update

from tests.helpers.fake_engine import FakeEngine
from tests.helpers.processes import process, until_healthy
from tests.helpers.servers import free_port, serving
from tests.support.conftest import OfficeFactory
from tests.support.transcript_check import check_everything
from uwallet_gateway import clock
from uwallet_gateway.database import tables


async def test_queue_and_chat_are_as_they_were_after_kill_and_restart(
    tmp_path: Path, any_database_url: str, make_office: OfficeFactory
) -> None:
    # The killed process has the real time.
    clock.set_time(None)
    engine, engine_port, port = FakeEngine(), free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "UWALLET_DEVELOPMENT": "true",
        "UWALLET_PORT": str(port),
        "UWALLET_DATA_DIR": str(tmp_path),
        "UWALLET_DATABASE_URL": any_database_url,
        "UWALLET_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "UWALLET_ENGINE_URL": f"http://127.0.0.1:{engine_port}",
    }
    # The agents' desk is at another process, on the same database.
    desk = await make_office()
    async with serving(engine, engine_port):
        await desk.services.sites.create("Demo", [], key="demo")
        agent = await desk.agent("小林")
        # Nobody renews it, however long the processes take to start.
        async with desk.services.database.write() as session:
            await session.execute(update(tables.Agent).values(seen_at=clock.now() + timedelta(hours=1)))
        async with process(environment, "serve") as first, httpx.AsyncClient(base_url=url, timeout=120) as api:
            await until_healthy(url)
            tokens = [(await api.post("/api/v1/sessions", json={"site": "demo"})).json()["token"] for _ in range(3)]
            waiting, chatting, taken = ({"Authorization": f"Bearer {token}"} for token in tokens)
            for user in (chatting, taken, waiting):
                await api.post("/api/v1/messages", json={"text": "找人工"}, headers=user)
            tickets = sorted((await desk.tickets.tickets())[0], key=lambda ticket: ticket.id)
            await desk.agents.claim(tickets[0].id, agent)
            await desk.agents.say(tickets[0].id, agent, text="您好", client_id="a1")
            sent = {"text": "我忘了密码", "client_id": "u1"}
            await api.post("/api/v1/messages", json=sent, headers=chatting)
            # The bot is about to answer somebody who waits, when an agent takes over and the process dies.
            engine.mode = "hold"
            asked = asyncio.create_task(api.post("/api/v1/messages", json={"text": "在吗"}, headers=taken))
            await engine.wait_for(4)
            first.send_signal(signal.SIGKILL)
            await first.wait()
            await asyncio.gather(asked, return_exceptions=True)
        await desk.agents.claim(tickets[1].id, agent)
        await desk.agents.say(tickets[0].id, agent, text="您好", client_id="a1")
        await desk.agents.say(tickets[0].id, agent, text="还在吗", client_id="a2")
        engine.mode = "ok"
        engine.release.set()
        async with process(environment, "serve"), httpx.AsyncClient(base_url=url, timeout=120) as api:
            await until_healthy(url)
            # The clients send again what they are not sure of.
            await api.post("/api/v1/messages", json=sent, headers=chatting)
            messages = (await api.get("/api/v1/messages", headers=chatting)).json()["messages"]
            texts = [message["text"] for message in messages if message["author"] in {"user", "agent"}]
            assert texts == ["找人工", "您好", "我忘了密码", "还在吗"]
            states = [(await api.get("/api/v1/support", headers=user)).json() for user in (waiting, chatting, taken)]
            assert [state["owner"] for state in states] == ["queued", "agent", "agent"]
            assert states[0]["position"] == 1
            # What the bot had been asked is the agent's now.
            messages = (await api.get("/api/v1/messages", headers=taken)).json()["messages"]
            # The scheduler tells who is next in the queue in its own time: before this was asked, or after.
            rest = [message for message in messages if message["metadata"].get("support") != "next_in_queue"]
            assert [message["author"] for message in rest[-2:]] == ["user", "system"]
            assert rest[-1]["metadata"]["support"] == "claimed"
            await check_everything(desk.services.database)
