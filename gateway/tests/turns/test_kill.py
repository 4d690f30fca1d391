"""The process is killed in the middle of a turn."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx

from tests.helpers.fake_engine import FakeEngine
from tests.helpers.servers import free_port, serving

ROOT = Path(__file__).resolve().parents[2]


@contextlib.asynccontextmanager
async def process(environment: Mapping[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uwallet_gateway", *arguments, cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
        await running.wait()


async def until_healthy(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as api, asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await api.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def test_what_was_acknowledged_is_answered_once_after_kill_and_restart(tmp_path: Path) -> None:
    engine, engine_port, port = FakeEngine(mode="hold"), free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "UWALLET_DEVELOPMENT": "true",
        "UWALLET_PORT": str(port),
        "UWALLET_DATA_DIR": str(tmp_path),
        "UWALLET_ENGINE_URL": f"http://127.0.0.1:{engine_port}",
    }
    async with serving(engine, engine_port):
        async with process(environment, "create-site", "Demo", "--key=demo") as command:
            assert await command.wait() == 0
        async with process(environment, "serve") as first:
            await until_healthy(url)
            async with httpx.AsyncClient(base_url=url, timeout=30) as api:
                token = (await api.post("/api/v1/sessions", json={"site": "demo"})).json()["token"]
                api.headers["Authorization"] = f"Bearer {token}"
                sending = [
                    asyncio.create_task(api.post("/api/v1/messages", json={"text": text, "client_id": text}))
                    for text in ("one", "two")
                ]
                await engine.wait_for(1)
                while len((await api.get("/api/v1/messages")).json()["messages"]) < 2:
                    await asyncio.sleep(0.02)
                first.send_signal(signal.SIGKILL)
                await first.wait()
                await asyncio.gather(*sending, return_exceptions=True)
        engine.mode = "ok"
        engine.release.set()
        async with process(environment, "serve") as second:
            await until_healthy(url)
            async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as api:
                async with asyncio.timeout(30):
                    while len(messages := (await api.get("/api/v1/messages")).json()["messages"]) < 4:
                        await asyncio.sleep(0.05)
                texts = sorted(message["text"] for message in messages)
                assert texts == ["one", "two", "收到：one", "收到：two"]
                assert [message["id"] for message in messages] == [1, 2, 3, 4]
                order = {message["in_reply_to"]: message["id"] for message in messages if message["author"] == "bot"}
                assert order[1] < order[2]
            second.send_signal(signal.SIGTERM)
            # uvicorn ends by the signal itself, after the clean end.
            assert await second.wait() in {0, -signal.SIGTERM}
    # The first was under way when the process died: it comes again, with the id by which the engine knows it.
    assert [body["message_id"] for body in engine.received] == [
        engine.received[0]["message_id"],
        engine.received[0]["message_id"],
        engine.received[2]["message_id"],
    ]
    assert engine.received[2]["message_id"] != engine.received[0]["message_id"]
