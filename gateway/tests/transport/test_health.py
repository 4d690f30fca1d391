"""Health, readiness, metrics."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import sqlite3

import pytest
from sqlalchemy import text

from tests.conftest import StartGateway
from tests.helpers.gateway import Gateway
from uwallet_gateway.maintenance import readiness


async def test_healthy_and_ready(gateway: Gateway) -> None:
    async with gateway.api() as api:
        assert (await api.get("/healthz")).json() == {"status": "ok"}
        ready = await api.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"] == "ready"
        assert ready.json()["database"] == "ok"
        assert ready.json()["engine"]


async def test_not_ready_with_tables_of_another_version(gateway: Gateway) -> None:
    async with gateway.services.database.write() as transaction:
        await transaction.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    async with gateway.api() as api:
        ready = await api.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["database"] == "not migrated"
        assert (await api.get("/healthz")).status_code == 200


async def test_not_ready_while_nothing_can_be_written(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_FRESH", 0.0)
    monkeypatch.setattr(readiness, "_PATIENCE", 0.3)
    async with start_gateway() as gateway, gateway.api() as api:
        path = gateway.services.database.url.database
        assert path is not None
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            # In a thread: the gateway, in this loop, may be writing at this moment.
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            # Sooner than SQLite gives up; nobody who probes waits for that.
            async with asyncio.timeout(5):
                locked = await api.get("/readyz")
                again = await api.get("/readyz")
            other.execute("ROLLBACK")
        assert again.status_code == 503
        assert (locked.status_code, locked.json()["database"]) == (503, "unavailable")

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr("uwallet_gateway.maintenance.readiness.os.fsync", full)
            refused = await api.get("/readyz")
        assert (refused.status_code, refused.json()["disk"]) == (503, "unavailable")
        async with asyncio.timeout(60):
            while (await api.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.05)


async def test_metrics_count_and_are_for_operators_only(start_gateway: StartGateway) -> None:
    async with start_gateway() as gateway, gateway.api() as api, gateway.socket() as client:
        await client.request_session()
        await client.say("你好")
        await client.wait_for("bot_uttered")
        told = (await api.get("/metrics")).text
        assert "# TYPE" in told
        assert "connections 1.0" in told
        assert 'messages_total{direction="in",transport="socket_io"} 1.0' in told
        assert 'intents_total{intent="echo"} 1.0' in told
        assert "你好" not in told
    async with start_gateway(metrics_networks="10.0.0.0/8") as gateway, gateway.api() as api:
        assert (await api.get("/metrics")).status_code == 404
