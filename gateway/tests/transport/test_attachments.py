"""Pictures: uploaded over REST, named by a message, shown by a signed address."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from PIL import Image

from tests.conftest import StartGateway
from tests.helpers.desk import agent_at, ticket_of, user_who_waits
from tests.helpers.gateway import Gateway
from tests.helpers.pictures import png
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.clock import now, set_time
from uwallet_gateway.identity.vouching import user_hash
from uwallet_gateway.transcript.messages import HUMAN_PAYLOAD
from uwallet_gateway.transport import upload_slots


async def test_picture_from_upload_to_display(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        token = (await client.request_session())["session_id"]
        async with gateway.api(token) as api:
            uploaded = await api.post("/api/v1/attachments", files={"file": ("IMG_身份证.png", png(), "image/png")})
            assert uploaded.status_code == 201
            picture = uploaded.json()
            assert (picture["width"], picture["height"]) == (20, 10)
            acknowledged = await client.say("", attachment_id=picture["id"], client_id="p")
            assert acknowledged["message"]["attachment"]["id"] == picture["id"]
            [told] = await client.wait_for("bot_uttered")
            assert told["metadata"]["notice"] == "picture_kept"
            # The name that the user's device gives is kept nowhere.
            assert "IMG" not in str(picture) + str(acknowledged)
            shown = await api.get(acknowledged["message"]["attachment"]["url"], headers={"Authorization": ""})
            assert Image.open(io.BytesIO(shown.content)).size == (20, 10)
            assert shown.headers["Content-Disposition"] == 'inline; filename="picture.png"'
            assert (await api.get(f"/api/v1/attachments/{picture['id']}")).headers["Content-Type"].startswith("image/")
            # With words it is the bot's.
            assert (await client.say("看这张图", attachment_id=picture["id"]))["ok"]
            assert (await client.wait_for("bot_uttered", 2))[1]["text"] == "收到：看这张图"


async def test_picture_leaves_what_was_offered_and_offers_a_human(gateway: Gateway) -> None:
    token = await gateway.token()
    async with gateway.api(token) as api:
        offered = (await api.post("/api/v1/messages", json={"payload": "/session_start"})).json()["replies"][-1][
            "buttons"
        ]
        assert offered
        for _ in range(2):
            picture = (await api.post("/api/v1/attachments", files={"file": png()})).json()
            [told] = (await api.post("/api/v1/messages", json={"attachment_id": picture["id"]})).json()["replies"]
            assert told["metadata"] == {"notice": "picture_kept"}
            assert [it["payload"] for it in told["buttons"]] == [it["payload"] for it in offered]
            assert HUMAN_PAYLOAD in [it["payload"] for it in told["buttons"]]


async def test_picture_is_for_its_conversation_only(gateway: Gateway) -> None:
    mine, other = await gateway.token(), await gateway.token()
    async with gateway.api(mine) as api, gateway.api(other) as stranger:
        picture = (await api.post("/api/v1/attachments", files={"file": png()})).json()
        address = f"/api/v1/attachments/{picture['id']}"
        assert (await stranger.get(address)).status_code == 404
        refused = await stranger.post("/api/v1/messages", json={"attachment_id": picture["id"]})
        assert refused.json()["code"] == "attachment_unknown"
        for wrong in (f"{address}?signature=x", f"{address}?signature=", address.replace(picture["id"], "0" * 32)):
            assert (await api.get(wrong)).status_code == 404
        signature = picture["url"].partition("=")[2]
        second = (await api.post("/api/v1/attachments", files={"file": png()})).json()
        assert (await stranger.get(f"/api/v1/attachments/{second['id']}?signature={signature}")).status_code == 404
        assert (await stranger.get("/api/v1/attachments/..%2f..%2fgateway.db")).status_code == 404


async def test_address_ends_with_the_session_that_it_was_made_for(gateway: Gateway) -> None:
    user = {"id": "u-1", "hash": user_hash(gateway.site.secret, "u-1")}
    proof = {"X-User-ID": user["id"], "X-User-Hash": user["hash"]}
    async with gateway.api() as anybody:
        first, second = [(await gateway.token(user=user)) for _ in range(2)]
        async with gateway.api(first) as api:
            uploaded = (await api.post("/api/v1/attachments", files={"file": png()}, headers=proof)).json()
            shown = (await api.post("/api/v1/messages", json={"attachment_id": uploaded["id"]}, headers=proof)).json()
        async with gateway.api(second) as api:
            [read] = (await api.get("/api/v1/messages", params={"limit": 1}, headers=proof)).json()["messages"]
        async with gateway.socket() as tab, gateway.api(first) as api:
            [confirmed, *_] = (await tab.request_session(session_id=first, user=user))["messages"]
            of_first = [it["attachment"]["url"] for it in (shown["message"], confirmed)] + [uploaded["url"]]
            of_second = read["attachment"]["url"]
            for address in (*of_first, of_second):
                answer = await anybody.get(address)
                assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
            await api.delete("/api/v1/sessions")
            assert [(await anybody.get(address)).status_code for address in of_first] == [404] * 3
        assert (await anybody.get(of_second)).status_code == 200
        await gateway.services.sessions.revoke(gateway.site, "u-1", recorded_as="u-1")
        assert (await anybody.get(of_second)).status_code == 404


async def test_address_at_the_desk_is_for_the_browser_of_the_agent(gateway: Gateway) -> None:
    lin, boss = await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    async with lin.online() as desk, gateway.api() as stranger:
        user = await user_who_waits(gateway)
        async with gateway.api(user.token) as api:
            picture = (await api.post("/api/v1/attachments", files={"file": png()})).json()
        await user.say(attachment_id=picture["id"])
        ticket = await ticket_of(gateway, user)
        await lin.ok("POST", f"/tickets/{ticket}/claim")
        watched = (await desk.ask("watch", ticket_id=ticket))["messages"]
        read = (await lin.ok("GET", f"/tickets/{ticket}/messages"))["messages"]
        own = await lin.ok("POST", f"/tickets/{ticket}/attachments", files={"file": png()})
        sent = await lin.ok(
            "POST", f"/tickets/{ticket}/messages", json={"attachment_id": own["id"], "client_id": "c-1"}
        )
        live = (await desk.wait_for("message", ticket_id=ticket))["message"]
        with_picture = [it for it in (*watched, *read, sent, live) if it["attachment"]]
        addresses = [own["url"], *(it["attachment"]["url"] for it in with_picture)]
        assert len(addresses) == 5
        async with lin.client() as here, boss.client() as other:
            for address in addresses:
                whole = gateway.url + address
                assert (await here.get(whole)).status_code == 200
                assert (await stranger.get(address)).status_code == 404
                assert (await other.get(whole)).status_code == 404
            await lin.ok("DELETE", "/session")
            assert (await here.get(whole)).status_code == 404


async def test_slots_and_the_limits_of_the_address_come_before_the_body(start_gateway: StartGateway) -> None:
    sent = 0

    async def body(ended: asyncio.Event) -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + png()
        sent += 1
        await ended.wait()
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with start_gateway(rate_attachments_per_address="6/hour") as gateway:
        ended = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            # Conversations are free: each upload has one of its own.
            clients = [await stack.enter_async_context(gateway.api(await gateway.token())) for _ in range(7)]
            uploads = [
                asyncio.create_task(client.post("/api/v1/attachments", content=body(ended), headers=headers))
                for client in clients[:6]
            ]
            while sent < upload_slots._AT_ONCE_PER_ADDRESS:
                await asyncio.sleep(0.01)
            # The others wait, and nothing of theirs is read.
            slots = [task for task in uploads if not task.done()]
            assert len(slots) == 6
            refused = await clients[6].post("/api/v1/attachments", files={"file": png()})
            assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
            ended.set()
            assert [(await task).status_code for task in uploads] == [201] * 6


async def test_slow_body_gives_its_slot_up(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_slots, "_BODY_SECONDS", 0.2)

    # By hand, as clients read no answer before they have sent everything.
    request = (
        "POST /api/v1/attachments HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        f"Authorization: Bearer {await gateway.token()}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
        "5\r\n--x\r\n\r\n"
    )
    address = httpx.URL(gateway.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(request.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = re.search(r"content-length: (\d+)", head)
        assert length is not None
        late = json.loads(await reader.readexactly(int(length[1])))
        assert (head.split()[1], late["code"]) == ("503", "unavailable")
    finally:
        writer.close()
        await writer.wait_closed()


async def test_all_pictures_together_have_a_quota(start_gateway: StartGateway) -> None:
    limits = {"attachment_bytes": 10_000, "attachments_quota_bytes": 10_001}
    async with start_gateway(**limits) as gateway, gateway.api(await gateway.token()) as api:
        assert (await api.post("/api/v1/attachments", files={"file": png()})).status_code == 201
        refused = await api.post("/api/v1/attachments", files={"file": png()})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


async def test_picture_that_is_never_sent_is_dropped_after_an_hour(gateway: Gateway) -> None:
    async with gateway.api(await gateway.token()) as api:
        sent, unsent = [(await api.post("/api/v1/attachments", files={"file": png()})).json()["id"] for _ in range(2)]
        await api.post("/api/v1/messages", json={"attachment_id": sent})
        set_time(now() + timedelta(minutes=61))
        try:
            assert await gateway.services.purge.drop_unsent() == 1
        finally:
            set_time(None)
        assert (await api.get(f"/api/v1/attachments/{sent}")).status_code == 200
        assert (await api.get(f"/api/v1/attachments/{unsent}")).status_code == 404
        assert gateway.services.attachments.read(unsent) is None


async def test_what_is_no_picture_is_refused(start_gateway: StartGateway) -> None:
    limits = {"attachment_bytes": 5_000, "rate_attachments_per_user": "5/hour"}
    async with start_gateway(**limits) as gateway, gateway.api(await gateway.token()) as api:
        for data, code, status in (
            (b"<svg onload=alert(1)>", "attachment_type", 415),
            (b"", "attachment_type", 415),
            (b"x" * 6_000, "attachment_too_large", 413),
            (b"x" * 60_000, "attachment_too_large", 413),
            (png(), "", 201),
        ):
            response = await api.post("/api/v1/attachments", files={"file": data})
            assert (response.status_code, response.json().get("code", "")) == (status, code)
        assert (await api.post("/api/v1/attachments", files={"other": png()})).status_code == 422
        assert (await api.post("/api/v1/attachments", files={"file": png()})).status_code == 201
        assert (await api.post("/api/v1/attachments", files={"file": png()})).status_code == 429
