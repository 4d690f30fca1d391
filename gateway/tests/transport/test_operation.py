"""Health, readiness, metrics."""

from __future__ import annotations

from tests.conftest import StartGateway
from tests.support.gateway import Gateway


async def test_healthy_and_ready(gateway: Gateway) -> None:
    async with gateway.api() as api:
        assert (await api.get("/healthz")).json() == {"status": "ok"}
        ready = await api.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"] == "ready"
        assert ready.json()["database"] == "ok"
        assert ready.json()["engine"]


async def test_not_ready_without_the_database(gateway: Gateway) -> None:
    database = gateway.services.database
    database.url = database.url.set(database="/nonexistent/x.db")
    await database.close()
    database.engine = type(database)(database.url).engine
    async with gateway.api() as api:
        assert (await api.get("/readyz")).status_code == 503
        assert (await api.get("/healthz")).status_code == 200


async def test_metrics_count_and_are_for_operators_only(start_gateway: StartGateway) -> None:
    async with start_gateway() as gateway, gateway.api() as api, gateway.socket() as client:
        await client.request_session()
        await client.say("你好")
        await client.wait_for("bot_uttered")
        text = (await api.get("/metrics")).text
        assert "# TYPE" in text
        assert "connections 1.0" in text
        assert "你好" not in text
    async with start_gateway(metrics_networks="10.0.0.0/8") as gateway, gateway.api() as api:
        assert (await api.get("/metrics")).status_code == 404
