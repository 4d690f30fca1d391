"""The gateway answers under its own names only."""

from __future__ import annotations

import pytest
import socketio

from tests.conftest import StartGateway
from tests.helpers.gateway import Gateway


async def statuses(gateway: Gateway, host: str) -> list[int]:
    async with gateway.api() as api:
        headers = {"Host": host, "Origin": f"http://{host}"}
        paths = ("/api/v1/messages", "/desk/api/session", "/socket.io/?EIO=4&transport=polling", "/healthz")
        return [(await api.get(path, headers=headers)).status_code for path in paths]


async def test_name_of_another_site_that_points_here_is_refused(start_gateway: StartGateway) -> None:
    async with start_gateway(public_url="https://chat.example.com", allowed_hosts="gateway") as gateway:
        for host in (
            "evil.example",
            "evil.example:5005",
            "chat.example.com.evil.example",
            "127.0.0.1.evil.example",
            "[x",
        ):
            assert await statuses(gateway, host) == [421, 421, 421, 200], host
        for host in ("chat.example.com", "Gateway:5005", "localhost:5005", "10.0.0.7", "[::1]:5005"):
            assert 421 not in await statuses(gateway, host), host
        async with gateway.api() as api:
            refused = await api.get("/api/v1/messages", headers={"Host": "evil.example"})
            assert refused.json()["code"] == "host_not_allowed"


async def test_connections_of_one_address_are_limited(start_gateway: StartGateway) -> None:
    async with start_gateway(sockets_per_address=2) as gateway, gateway.socket():
        async with gateway.socket():
            refused = socketio.AsyncClient(reconnection=False)
            with pytest.raises(socketio.exceptions.ConnectionError):
                await refused.connect(gateway.url, auth={"site": "demo"}, transports=["websocket"])
            await refused.shutdown()
        async with gateway.socket() as again:
            assert await again.request_session()
