"""Users by REST: one after the other as fast as they are answered, or as many in a second as are told."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from tools.faults.stack import SITE

# What users of the bot say: procedures, questions, something that nobody understands.
CONVERSATIONS = (
    ("付款失败了", "下一步", "余额够的", "好了", "谢谢"),
    ("忘记登录密码", "下一步", "验证码收不到", "还是不行", "算了"),
    ("你好", "提现多久到账", "手续费多少", "没有其他问题了"),
    ("怎么实名认证", "下一步", "下一步", "好了"),
    ("银行卡怎么绑", "什么银行可以", "天气怎么样", "再见"),
)
# A reply is waited for as long by the gateway.
_TIMEOUT = 60.0


@dataclass
class Heard:
    """What users were told.

    Attributes:
        taken: Seconds until a message and its answer, or that it takes longer, had come.
        answered: Messages with an answer of the bot in time.
        told_later: Messages whose user was told that it takes longer.
        refused: By status and code.
    """

    taken: list[float] = field(default_factory=list)
    answered: int = 0
    told_later: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def acknowledged(self) -> int:
        """Messages that the gateway has taken."""
        return len(self.taken)


class Users:
    """Users of several gateways."""

    def __init__(self, addresses: Sequence[str], seed: int) -> None:
        """Connects to nothing yet."""
        # Before the gateway closes one that does nothing.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2)
        self._clients = [
            httpx.AsyncClient(base_url=it, timeout=_TIMEOUT, limits=limits, verify=False) for it in addresses
        ]
        self._drawn = random.Random(seed)
        self.heard = Heard()

    async def close(self) -> None:
        """Closes the connections."""
        for client in self._clients:
            await client.aclose()

    async def talk(self, turns: int, at_once: int) -> None:
        """So many turns by so many users of each gateway, each of whom waits for the answer."""
        left = itertools.count()

        async def user(client: httpx.AsyncClient) -> None:
            while True:
                token = await self._token(client)
                for message in self._drawn.choice(CONVERSATIONS):
                    if next(left) >= turns:
                        return
                    await self._say(client, token, message)

        await asyncio.gather(*(user(client) for client in self._clients for _ in range(at_once)))

    async def flood(self, per_second: float, seconds: float) -> None:
        """Users who come whatever happens, each with one message in a conversation of their own."""
        client = self._clients[0]
        tokens = [await self._token(client) for _ in range(int(per_second * seconds))]
        started = time.monotonic()
        tasks = []
        for number, token in enumerate(tokens):
            await asyncio.sleep(max(0.0, started + number / per_second - time.monotonic()))
            text = self._drawn.choice(CONVERSATIONS)[0]
            tasks.append(asyncio.create_task(self._say(client, token, text)))
        await asyncio.gather(*tasks)

    async def _token(self, client: httpx.AsyncClient) -> str:
        response = await client.post("/api/v1/sessions", json={"site": SITE, "lang": "zh-CN"})
        return str(response.raise_for_status().json()["token"])

    async def _say(self, client: httpx.AsyncClient, token: str, text: str) -> None:
        started = time.perf_counter()
        try:
            response = await client.post(
                "/api/v1/messages", json={"text": text}, headers={"Authorization": f"Bearer {token}"}
            )
        except httpx.HTTPError as error:
            self._refuse(type(error).__name__)
            return
        if response.status_code != httpx.codes.CREATED:
            self._refuse(f"{response.status_code} {response.json().get('code')}")
            return
        self.heard.taken.append(time.perf_counter() - started)
        replies = response.json()["replies"]
        if any(reply["author"] == "bot" for reply in replies):
            self.heard.answered += 1
        elif replies:
            self.heard.told_later += 1

    def _refuse(self, how: str) -> None:
        self.heard.refused[how] = self.heard.refused.get(how, 0) + 1
