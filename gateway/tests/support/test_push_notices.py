"""Notices on agents' devices, as a push service and a browser take them: encrypted, signed, and only what is theirs."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.types import Receive, Scope, Send

from tests.helpers.office import Office
from tests.helpers.servers import free_port, serving
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.errors import InputError
from uwallet_gateway.hooks.push import PushAddress, decoded, encoded


@dataclass
class Device:
    """A browser and the push service before it: decrypts what comes with the key that it made itself."""

    port: int
    status: int = 201
    came: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def address(self) -> PushAddress:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PushAddress(f"http://127.0.0.1:{self.port}/push/1", encoded(point), encoded(self._auth))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = (await receive())["body"]
        self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        self.came.append(
            json.loads(http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"))
        )
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def device() -> AsyncIterator[Device]:
    made = Device(free_port())
    async with serving(made, made.port):
        yield made


async def signed_in(office: Office, agent_id: int, name: str) -> str:
    async with office.services.database.write() as transaction:
        moment = now()
        transaction.add(
            tables.AgentSession(
                id=name, agent_id=agent_id, csrf="-", created_at=moment, expires_at=moment + timedelta(hours=9)
            )
        )
    return name


def is_signed(authorization: str, public_key: str) -> dict[str, Any]:
    """The claims of a signature that is good under the key that browsers are told."""
    fields = dict(part.strip().split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    assert fields["k"] == public_key
    head, claims, signature = fields["t"].split(".")
    raw = decoded(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public_key))
    key.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    told: dict[str, Any] = json.loads(decoded(claims))
    return told


async def test_an_agent_is_told_of_what_others_give_and_of_what_is_due(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    notices = office.services.push_notices
    notices.start()
    async with device() as phone:
        await notices.subscribe(await signed_in(office, lin, "phone"), lin, phone.address)
        # What they take themselves they know of, and what is a colleague's is not theirs.
        _, own = await office.chat(lin)
        _, colleagues = await office.chat(wang)
        await notices.settled()
        assert phone.came == []
        await office.agents.transfer(colleagues.id, wang, to=lin, memo="密码忘了，很急")
        await notices.settled()
        [given] = phone.came
        assert given == {
            "title": "有会话分给您了",
            "body": f"工单{colleagues.number}",
            "tag": f"given-{colleagues.id}",
            "ticket_id": colleagues.id,
        }
        claims = is_signed(phone.headers[0]["authorization"], notices.public_key or "")
        assert claims["aud"] == f"http://127.0.0.1:{phone.port}"
        assert phone.headers[0]["content-encoding"] == "aes128gcm"
        await office.agents.follow_up(own.id, lin, due_at=now() + timedelta(hours=1), note="回电")
        await office.later(minutes=59)
        await office.later(minutes=2)
        await office.later(minutes=2)
        await notices.settled()
        assert [notice["tag"] for notice in phone.came[1:]] == [f"due-{own.id}"]
        # The push service says that the browser is gone.
        phone.status = 410
        _, another = await office.chat(wang)
        await office.agents.transfer(another.id, wang, to=lin)
        await notices.settled()
        assert (len(phone.came), await notices.devices(lin)) == (3, 0)
    await notices.stop()


async def test_a_device_is_told_while_its_agent_is_signed_in(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    notices = office.services.push_notices
    async with device() as desktop:
        await notices.subscribe(await signed_in(office, lin, "first"), lin, desktop.address)
        # Somebody else signs in in the same browser.
        await notices.subscribe(await signed_in(office, wang, "second"), wang, desktop.address)
        assert (await notices.devices(lin), await notices.devices(wang)) == (0, 1)
        await office.services.desk_sessions.end("second")
        assert await notices.devices(wang) == 0
    await notices.stop()


async def test_without_a_key_nothing_is_pushed(make_office: Any) -> None:
    office = await make_office(development=False)
    assert office.services.push_notices.public_key is None


_POINT = encoded(
    ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
_AUTH = base64.urlsafe_b64encode(bytes(16)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("endpoint", "key", "auth"),
    [
        ("http://push.example.com/1", _POINT, _AUTH),
        ("https://user@push.example.com/1", _POINT, _AUTH),
        ("https:///1", _POINT, _AUTH),
        ("https://push.example.com/1", "AAAA", _AUTH),
        ("https://push.example.com/1", "错", _AUTH),
        ("https://push.example.com/1", _POINT, "AAAA"),
        ("https://push.example.com/" + "a" * 1000, _POINT, _AUTH),
    ],
)
def test_what_no_browser_gives_is_refused(endpoint: str, key: str, auth: str) -> None:
    with pytest.raises(InputError, match="malformed"):
        PushAddress(endpoint, key, auth).check(development=False)
    PushAddress("https://push.example.com/1", _POINT, _AUTH).check(development=False)
