"""A name stands for all engines that have it."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from uwallet_gateway.engine import addresses as addresses_module
from uwallet_gateway.engine import engines as engines_module
from uwallet_gateway.engine.addresses import Addresses, resolve
from uwallet_gateway.engine.client import EngineClient
from uwallet_gateway.engine.engines import Engines, engines_at


class Names:
    """Tells addresses, counts how often, and fails while it has none."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = [*addresses]
        self.asked = 0

    async def __call__(self, host: str, port: int | None) -> list[str]:
        assert (host, port) == ("engine", 5005)
        self.asked += 1
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.addresses


@pytest.fixture(autouse=True)
def _always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses_module, "_FRESH_FOR", 0)


async def looked(addresses: Addresses) -> tuple[str, ...]:
    await addresses.look()
    if addresses._looking:
        await addresses._looking
    return addresses.current


async def test_a_name_is_all_its_addresses_and_others_later() -> None:
    names = Names("10.0.0.2", "10.0.0.1")
    addresses = Addresses(["http://engine:5005", "http://10.9.9.9:5005"], names)
    assert await looked(addresses) == ("http://10.0.0.1:5005", "http://10.0.0.2:5005", "http://10.9.9.9:5005")
    names.addresses = ["fd00::3"]
    assert await looked(addresses) == ("http://[fd00::3]:5005", "http://10.9.9.9:5005")
    # While nobody can be asked they stay.
    names.addresses = []
    assert await looked(addresses) == ("http://[fd00::3]:5005", "http://10.9.9.9:5005")
    await addresses.close()


async def test_what_was_looked_up_is_good_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses_module, "_FRESH_FOR", 60)
    names = Names("10.0.0.1")
    addresses = Addresses(["http://engine:5005"], names)
    await asyncio.gather(*(addresses.look() for _ in range(5)))
    await addresses.look()
    assert names.asked == 1


@pytest.mark.parametrize("url", ["http://10.0.0.1:5005", "http://[fd00::1]:5005", "https://engine:5005"])
async def test_an_address_and_a_name_with_a_certificate_stay_as_they_are(url: str) -> None:
    names = Names()
    addresses = Addresses([url], names)
    assert await looked(addresses) == (url,)
    assert names.asked == 0


async def test_a_machine_of_two_families_is_one() -> None:
    assert len(await resolve("localhost", 5005)) == 1


async def test_one_address_needs_no_choice() -> None:
    assert isinstance(engines_at(["http://127.0.0.1:5005"], None, timeout=5), EngineClient)
    engines = engines_at(["http://engine:5005"], None, timeout=5)
    assert isinstance(engines, Engines)
    await engines.close()


async def test_engines_that_come_and_go_are_asked_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines_module, "_GONE_FOR", 0)
    asked: list[str] = []
    closed: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, json={"messages": []})

    class Client(EngineClient):
        def __init__(self, url: str) -> None:
            super().__init__(url, transport=httpx.MockTransport(answer))
            self.url = url

        async def close(self) -> None:
            closed.append(self.url)
            await super().close()

    async def ask() -> set[str]:
        asked.clear()
        for number in range(40):
            await engines.send(f"conversation-{number}", "你好", "text")
        return set(asked)

    names = Names("10.0.0.1", "10.0.0.2")
    addresses = Addresses(["http://engine:5005"], names)
    engines = Engines({}, addresses, Client)
    assert await ask() == {"10.0.0.1", "10.0.0.2"}
    names.addresses = ["10.0.0.2", "10.0.0.3"]
    await looked(addresses)
    assert await ask() == {"10.0.0.2", "10.0.0.3"}
    assert closed == ["http://10.0.0.1:5005"]
    await engines.close()
    assert sorted(closed) == [f"http://10.0.0.{number}:5005" for number in (1, 2, 3)]
