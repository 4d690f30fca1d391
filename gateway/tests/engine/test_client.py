"""Answers of the engine are checked; its trouble is told, kept away from, and over when it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uwallet_gateway.engine import client as client_module
from uwallet_gateway.engine import return_watch
from uwallet_gateway.engine.circuit_breaker import CircuitBreaker, CircuitState
from uwallet_gateway.engine.client import EngineClient, EngineReply, EngineUnavailable, FailureReason

ANSWER: dict[str, Any] = {
    "messages": [
        {
            "text": "第2步",
            "buttons": [{"title": "下一步", "payload": "/next_step"}],
            "metadata": {"response": "utter_step", "progress": {"number": 2}},
        },
        {"custom": {"type": "handoff", "version": 2}},
    ],
    "understood": {"intent": "forgot_password", "confidence": 0.98, "answer_band": "answer"},
}
Handler = Callable[[httpx.Request], Awaitable[httpx.Response]]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_REFUSED_PAUSE", 0)


class Engine:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, content=answer.content)
        return await answer(request)


def client_of(engine: Engine, **options: Any) -> EngineClient:
    return EngineClient("http://engine", transport=httpx.MockTransport(engine), **options)


def ok(answer: object = ANSWER) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(answer).encode())


async def send(client: EngineClient) -> EngineReply:
    return await client.send("conversation-1", "你好", "text", "conversation-1-7")


async def trouble(client: EngineClient) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        await send(client)
    return caught.value


async def test_sends_what_the_protocol_says_and_reads_the_answer() -> None:
    engine = Engine(ok())
    client = client_of(engine, secret="geheim")
    reply = await client.send("conversation-1", "/next_step", "payload", "conversation-1-7", {"site": "a"})
    [request] = engine.asked
    assert str(request.url) == "http://engine/webhooks/gateway/webhook"
    assert request.headers["Authorization"] == "Bearer geheim"
    assert json.loads(request.content) == {
        "sender": "conversation-1",
        "message": "/next_step",
        "kind": "payload",
        "message_id": "conversation-1-7",
        "metadata": {"site": "a"},
    }
    step, handoff = reply.messages
    assert (step.text, step.buttons[0].payload, step.custom) == ("第2步", "/next_step", None)
    assert step.metadata == {"response": "utter_step", "progress": {"number": 2}}
    assert (handoff.text, handoff.custom) == ("", {"type": "handoff", "version": 2})
    assert reply.understood is not None
    assert (reply.understood.intent, reply.understood.answer_band) == ("forgot_password", "answer")
    assert reply.seconds > 0
    await client.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"messages": [], "understood": None},
        {"messages": [], "events": [{"kind": "of a later bot", "more": 1}, {"kind": "rated", "value": 5}]},
        {"messages": []},
        {"messages": [{"text": "a", "buttons": [], "metadata": {}}], "understood": {"intent": None}},
        {"messages": [{"text": "a", "image": "https://example.com/a.png", "unheard_of": 1}], "version": 3},
    ],
)
async def test_takes_answers_that_say_less_or_more(answer: object) -> None:
    assert isinstance(await send(client_of(Engine(ok(answer)))), EngineReply)


async def test_no_secret_no_header() -> None:
    engine = Engine(ok())
    await send(client_of(engine))
    assert "Authorization" not in engine.asked[0].headers


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>502</html>",
        b'{"messages": null}',
        b'{"messages": {}}',
        b'{"messages": ["a"]}',
        b'{"messages": [{"text": 1}]}',
        b'{"messages": [{"text": null}]}',
        b'{"messages": [{"text": "a", "buttons": [{"title": "b"}]}]}',
        b'{"messages": [{"text": "a", "buttons": [{"title": "", "payload": "/b"}]}]}',
        b'{"messages": [{"metadata": []}]}',
        b'{"messages": [{"custom": "handoff"}]}',
        b'{"messages": [], "understood": "greet"}',
        b'{"messages": [], "understood": {"confidence": 2}}',
        b'{"messages": [], "events": {}}',
        b'{"messages": [], "events": [{"topic": "forgot_password"}]}',
        b'{"messages": [], "events": [{"kind": "rated", "value": 99999999999}]}',
        b'{"messages": [], "understood": {"confidence": NaN}}',
        b'{"messages": [{"text": "\\ud800"}]}',
        b'{"messages": [{"text": "\xff"}]}',
        json.dumps({"messages": [{"text": "a"}] * 51}).encode(),
        json.dumps({"messages": [{"text": "a" * 20_001}]}).encode(),
        b"[" * 100_000,
    ],
)
async def test_an_answer_that_the_protocol_does_not_know_is_trouble(content: bytes) -> None:
    error = await trouble(client_of(Engine(httpx.Response(200, content=content))))
    assert error.reason is FailureReason.INVALID
    assert not error.not_executed


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["messages", "text", "buttons", "understood", "events", "a"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_answer_is_read_or_told_as_trouble(content: bytes) -> None:
    async def ask() -> None:
        reasons = set()
        try:
            await send(client_of(Engine(httpx.Response(200, content=content))))
        except EngineUnavailable as error:
            reasons.add(error.reason)
        assert reasons <= {FailureReason.INVALID}

    asyncio.run(ask())


async def test_what_is_wrong_is_named_without_what_was_said() -> None:
    answer = {"messages": [{"text": "a", "buttons": [{"title": 5, "payload": "13800138000"}]}]}
    error = await trouble(client_of(Engine(ok(answer))))
    assert str(error) == "invalid: messages.0.buttons.0.title: Input should be a valid string"


async def test_an_engine_whose_store_is_away_is_told_apart() -> None:
    error = await trouble(client_of(Engine(httpx.Response(503))))
    assert error.reason is FailureReason.UNREADY


@pytest.mark.parametrize("status", [204, 301, 302, 500, 502])
async def test_a_failed_turn_is_not_sent_again(status: int) -> None:
    engine = Engine(httpx.Response(status, headers={"location": "http://elsewhere/"}))
    error = await trouble(client_of(engine))
    assert (error.reason, error.not_executed, len(engine.asked)) == (FailureReason.STATUS, False, 1)
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (httpx.ReadTimeout("slow"), FailureReason.TIMEOUT),
        (httpx.WriteTimeout("slow"), FailureReason.TIMEOUT),
        (httpx.ReadError("gone"), FailureReason.DISCONNECTED),
        (httpx.RemoteProtocolError("gone"), FailureReason.DISCONNECTED),
        (httpx.WriteError("gone"), FailureReason.DISCONNECTED),
    ],
)
async def test_a_turn_whose_outcome_is_unknown_is_not_sent_again(raised: Exception, reason: FailureReason) -> None:
    engine = Engine(raised)
    error = await trouble(client_of(engine))
    assert (error.reason, error.not_executed, len(engine.asked)) == (reason, False, 1)


async def test_a_refused_connection_is_tried_once_more() -> None:
    engine = Engine(httpx.ConnectError("refused"), ok())
    assert (await send(client_of(engine))).messages
    assert len(engine.asked) == 2


async def test_a_connection_that_stays_refused_is_trouble_and_nothing_was_executed() -> None:
    engine = Engine(httpx.ConnectError("refused"))
    error = await trouble(client_of(engine))
    assert (error.reason, error.not_executed, len(engine.asked)) == (FailureReason.REFUSED, True, 2)


async def test_a_real_connection_that_is_refused() -> None:
    client = EngineClient("http://127.0.0.1:1")
    error = await trouble(client)
    assert (error.reason, error.not_executed) == (FailureReason.REFUSED, True)
    await client.close()


async def test_an_engine_that_never_answers_is_waited_for_no_longer_than_told() -> None:
    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    error = await trouble(client_of(Engine(never), timeout=0.01))
    assert error.reason is FailureReason.TIMEOUT


async def test_an_answer_without_an_end_is_not_kept() -> None:
    sent = 0

    async def endless(_request: httpx.Request) -> httpx.Response:
        async def chunks() -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield b" " * 65_536

        return httpx.Response(200, content=chunks())

    error = await trouble(client_of(Engine(endless)))
    assert error.reason is FailureReason.TOO_LARGE
    assert sent < 20


@pytest.mark.parametrize("status", [400, 401, 404, 413])
async def test_an_engine_that_rejects_a_request_is_well_itself(status: int) -> None:
    client = client_of(Engine(httpx.Response(status)))
    for _ in range(10):
        assert (await trouble(client)).reason is FailureReason.REJECTED
    assert client.state is CircuitState.CLOSED


async def test_an_engine_in_trouble_is_left_alone_and_found_again() -> None:
    now = 0.0
    breaker = CircuitBreaker(failures=3, pause=5, clock=lambda: now)
    engine = Engine(*[httpx.Response(500)] * 4, ok())
    client = client_of(engine, breaker=breaker)
    for _ in range(3):
        assert (await trouble(client)).reason is FailureReason.STATUS
    error = await trouble(client)
    assert (error.reason, error.not_executed) == (FailureReason.CIRCUIT_OPEN, True)
    assert len(engine.asked) == 3
    now = 5.0
    assert (await trouble(client)).reason is FailureReason.STATUS
    now = 15.0
    assert (await send(client)).messages
    assert (await send(client)).messages
    assert client.state is CircuitState.CLOSED


async def test_a_turn_that_is_cancelled_leaves_the_circuit_free() -> None:
    now = 0.0
    started = asyncio.Event()

    async def hang(_request: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    breaker = CircuitBreaker(failures=1, pause=5, clock=lambda: now)
    client = client_of(Engine(httpx.Response(500), hang, ok()), breaker=breaker)
    await trouble(client)
    now = 5.0
    turn = asyncio.create_task(send(client))
    await started.wait()
    assert (await trouble(client)).reason is FailureReason.CIRCUIT_OPEN
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert (await send(client)).messages


async def test_an_engine_that_was_away_is_asked_as_soon_as_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(return_watch, "_LOOK_EVERY", 0)
    is_there = False

    async def answer(request: httpx.Request) -> httpx.Response:
        if not is_there:
            raise httpx.ConnectError("refused")
        return ok() if request.method == "POST" else httpx.Response(200)

    # By its own pause it would never be asked again.
    client = client_of(Engine(answer), breaker=CircuitBreaker(failures=1, pause=1e9))
    assert (await trouble(client)).reason is FailureReason.REFUSED
    assert (await trouble(client)).reason is FailureReason.CIRCUIT_OPEN
    waits = [asyncio.create_task(client.wait_for_return(3600)) for _ in range(2)]
    await asyncio.sleep(0)
    is_there = True
    async with asyncio.timeout(60):
        await waits[0]
        assert (await send(client)).messages
        await waits[1]
    assert client.state is CircuitState.CLOSED
    await client.close()
