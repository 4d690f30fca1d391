"""A conversation has one engine of several, and another while that does not answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from uwallet_gateway.engine import client as client_module
from uwallet_gateway.engine import engines as engines_module
from uwallet_gateway.engine.circuit_breaker import CircuitState
from uwallet_gateway.engine.client import EngineClient, EngineUnavailable, FailureReason
from uwallet_gateway.engine.engines import AnyEngine, Engines

NAMES = ("http://one", "http://two")
SENDERS = [f"conversation-{number}" for number in range(40)]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_REFUSED_PAUSE", 0)
    monkeypatch.setattr(engines_module, "_QUIET", 0.05)
    monkeypatch.setattr(engines_module, "_LOOK", 0.05)


class Host:
    """Engines by name, which are well, or refuse, are silent, are busy, lose the line."""

    def __init__(self) -> None:
        self.states = dict.fromkeys(NAMES, "well")
        self.turns: list[tuple[str, str]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        name = f"http://{request.url.host}"
        state = self.states[name]
        if state == "gone":
            raise httpx.ConnectError("refused")
        if state == "silent":
            await asyncio.sleep(60)
        if request.method == "GET":
            return httpx.Response(200)
        if state == "busy":
            await asyncio.sleep(0.5)
        if state == "dies":
            raise httpx.ReadError("it died")
        self.turns.append((name, request.headers.get("X", "")))
        return httpx.Response(200, json={"messages": []})


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def engines(host: Host) -> Engines:
    return Engines({name: EngineClient(name, transport=httpx.MockTransport(host), timeout=5) for name in NAMES})


async def say(engines: Engines, host: Host, sender: str = SENDERS[0]) -> str:
    await engines.send(sender, "你好", "text", "turn-1")
    return host.turns[-1][0]


async def test_conversations_keep_to_their_engine_and_are_shared_out(engines: Engines, host: Host) -> None:
    first = [await say(engines, host, sender) for sender in SENDERS]
    assert first == [await say(engines, host, sender) for sender in SENDERS]
    assert min(Counter(first)[name] for name in NAMES) > len(SENDERS) / 4


@pytest.mark.parametrize("state", ["gone", "dies", "silent"])
async def test_another_answers_while_it_does_not(engines: Engines, host: Host, state: str) -> None:
    own = await say(engines, host)
    other = next(name for name in NAMES if name != own)
    host.states[own] = state
    if state == "gone":
        # It did not get there.
        assert await say(engines, host) == other
    else:
        # It may have been done: whoever asks decides to ask again, by the same id.
        with pytest.raises(EngineUnavailable) as failed:
            await say(engines, host)
        assert not failed.value.not_executed
        assert failed.value.reason in {FailureReason.TIMEOUT, FailureReason.DISCONNECTED}
    async with asyncio.timeout(4):
        assert await say(engines, host) == other
    # It comes back by itself.
    host.states[own] = "well"
    engines._left_until.clear()
    assert await say(engines, host) == own


async def test_a_busy_engine_is_no_dead_one(engines: Engines, host: Host) -> None:
    own = await say(engines, host)
    host.states[own] = "busy"
    assert await say(engines, host) == own


async def test_nobody_is_left_while_all_are_silent(engines: Engines, host: Host) -> None:
    host.states = dict.fromkeys(NAMES, "silent")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(say(engines, host), 0.6)
    assert engines._left_until == {}


async def test_all_gone(engines: Engines, host: Host) -> None:
    host.states = dict.fromkeys(NAMES, "gone")
    for _ in range(5):
        with pytest.raises(EngineUnavailable) as failed:
            await say(engines, host)
        assert failed.value.not_executed
    assert engines.state is CircuitState.OPEN
    await engines.close()


async def test_what_belongs_to_no_conversation_goes_to_any(host: Host) -> None:
    async with httpx.AsyncClient(base_url=NAMES[0], transport=AnyEngine(NAMES, httpx.MockTransport(host))) as client:

        async def ask() -> Any:
            return (await client.post("/intents", json={}, headers={"X": "1"})).status_code

        assert await ask() == 200
        host.states[NAMES[0]] = "gone"
        assert await ask() == 200
        assert [name for name, _ in host.turns] == list(NAMES)
        host.states[NAMES[1]] = "gone"
        with pytest.raises(httpx.ConnectError):
            await ask()
