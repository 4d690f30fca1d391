"""How HTTP messages are read, whatever a client makes of them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.helpers.gateway import Gateway

# A second request in the body of the first, for a proxy in front that believes the other length.
_HIDDEN = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
_TWO_LENGTHS = (
    "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    f"Content-Length: {len(_HIDDEN) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{_HIDDEN}"
)
_LENGTH_TWICE = (
    "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n"
    f"Content-Length: {len(_HIDDEN) + 2}\r\n\r\n{{}}{_HIDDEN}"
)


async def answers(gateway: Gateway, sent: str) -> str:
    address = httpx.URL(gateway.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(sent.encode())
        async with asyncio.timeout(60):
            return (await reader.read()).decode()
    finally:
        writer.close()
        await writer.wait_closed()


async def test_message_of_two_lengths_hides_no_second_one(gateway: Gateway) -> None:
    assert await gateway.token()
    for sent in (_TWO_LENGTHS, _LENGTH_TWICE):
        answered = await answers(gateway, sent)
        assert answered.count("HTTP/1.1 ") == 1
        assert answered.startswith("HTTP/1.1 4")


async def test_nothing_is_echoed_and_no_parameter_stands_in_for_a_header(gateway: Gateway) -> None:
    token = await gateway.token()
    async with gateway.api() as api:
        for path in ("/", "/api/v1/messages", "/desk/api/session", "/healthz"):
            traced = await api.request("TRACE", path, headers={"Authorization": f"Bearer {token}"})
            assert traced.status_code in {404, 405}, path
            assert token not in traced.text
        elsewhere = {"Cookie": f"Authorization=Bearer {token}"}
        query = {"Authorization": f"Bearer {token}"}
        assert (await api.get("/api/v1/messages", params=query, headers=elsewhere)).status_code == 401


async def test_unexpected_error_tells_nothing(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        msg = "SELECT geheim FROM sites"
        raise RuntimeError(msg)

    assert await gateway.token()
    monkeypatch.setattr(gateway.services.sites, "find", broken)
    async with gateway.api() as api:
        answered = await api.post("/api/v1/sessions", json={"site": "demo"})
    assert answered.status_code == 500
    assert not [word for word in ("geheim", "SELECT", "Traceback", ".py") if word in answered.text]
