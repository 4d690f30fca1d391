"""A message's trace, from the client through gateway and engine to the action and back."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterator

import pytest

from common.tracing import start_tracing, stop_tracing
from tests.helpers.gateway import Gateway
from tests.helpers.otlp_receiver import OtlpReceiver

pytestmark = pytest.mark.engine
TEXT = "付款失败了怎么办"
NAMES = {"message", "turn", "engine", "store", "engine turn", "parse", "action"}


@pytest.fixture
def tracing(otlp_receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtlpReceiver]:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", otlp_receiver.url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    assert start_tracing("uwallet-gateway", decides=True)
    yield otlp_receiver
    stop_tracing()


async def test_a_trace_leads_from_the_client_to_the_action(gateway: Gateway, tracing: OtlpReceiver) -> None:
    trace_id, client_span = secrets.token_hex(16), secrets.token_hex(8)
    async with gateway.socket() as client:
        await client.request_session()
        # Not kept, says the client; that is not for the client to decide.
        await client.say(TEXT, traceparent=f"00-{trace_id}-{client_span}-00")
        answer = await client.wait_for("bot_uttered")
    spans = await asyncio.to_thread(tracing.wait_for, trace_id, NAMES)
    by_name = {span.name: span for span in spans}
    parents = {span.id: span.name for span in spans} | {client_span: "client"}
    assert {name: parents[span.parent_id] for name, span in by_name.items()} == {
        "message": "client",
        "turn": "message",
        "engine": "turn",
        "engine turn": "engine",
        "parse": "engine turn",
        "action": "engine turn",
        "store": "turn",
    }
    assert {span.service for span in spans} == {"uwallet-gateway", "uwallet-engine"}
    assert by_name["action"].attributes["uwallet.action"].startswith("action_")
    # What was said is in nothing that was sent.
    for body in tracing.bodies:
        assert re.search("[\u4e00-\u9fff]{2}", body.decode(errors="ignore")) is None
    assert answer[0]["text"]


async def test_examples_of_the_latency_have_the_trace(gateway: Gateway, tracing: OtlpReceiver) -> None:
    trace_id = secrets.token_hex(16)
    async with gateway.api(await gateway.token()) as api:
        headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
        (await api.post("/api/v1/messages", json={"text": "你好"}, headers=headers)).raise_for_status()
        accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
        metrics = (await api.get("/metrics", headers=accept)).text
    assert re.search(rf'uwallet_gateway_turn_seconds_bucket\S+ 1.0 # {{trace_id="{trace_id}"}}', metrics)
    assert "trace_id" not in gateway.services.metrics.render().decode()
